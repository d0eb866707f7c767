"""Puts other playbooks in the place of `play`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from runner.errors import PlaybookError
from runner.language.loading import load
from runner.language.playbook import Input, Phase, Playbook, PlayStep
from runner.language.problems import rendered

__all__ = ["circle_of", "expanded"]


def expanded(playbook: Playbook, playbooks: Mapping[str, Path]) -> Playbook:
    """Return the playbook with the phases of others where it plays them, and their inputs added.

    playbooks: path by name. People, emergency and title stay those of the playbook itself. Raises
    PlaybookError for a circle, for a file that does not load, and for a phase or step id used twice.
    """
    inputs = dict(playbook.inputs)
    phases = tuple(_phases(playbook, playbooks, (playbook.playbook,), inputs))
    ids = [step.id for phase in phases for step in phase.steps] + [f"phase {phase.phase}" for phase in phases]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise PlaybookError(
            f"used by two of the playbooks played: {', '.join(twice)}", where=playbook.playbook
        )
    return playbook.model_copy(update={"phases": phases, "inputs": inputs})


def _phases(
    playbook: Playbook, playbooks: Mapping[str, Path], way: tuple[str, ...], inputs: dict[str, Input]
) -> Iterator[Phase]:
    for phase in playbook.phases:
        if not isinstance(phase.steps[0], PlayStep):
            yield phase
            continue
        name = phase.steps[0].play
        if name in way:
            raise PlaybookError(f"expected an end, found a circle: {' plays '.join([*way, name])}")
        other = _loaded(name, playbooks)
        for key, one in other.inputs.items():
            inputs.setdefault(key, one)
        yield from _phases(other, playbooks, (*way, name), inputs)


def _loaded(name: str, playbooks: Mapping[str, Path]) -> Playbook:
    if name not in playbooks:
        raise PlaybookError(f'there is no playbook "{name}"', remedy=f"known: {', '.join(sorted(playbooks))}")
    loaded = load(playbooks[name])
    if loaded.playbook is None:
        raise PlaybookError(rendered(loaded.problems, {loaded.source.name: loaded.text}))
    return loaded.playbook


def circle_of(start: str, name: str, playbooks: Mapping[str, Path]) -> tuple[str, ...]:
    """Return the names of a circle that playing `name` from `start` closes; empty when there is none.

    Playbooks that do not load end the search: their own lint says why.
    """
    waiting: list[tuple[str, ...]] = [(start, name)]
    while waiting:
        way = waiting.pop()
        if way[-1] in way[:-1]:
            return way[way.index(way[-1]) :]
        found = load(playbooks[way[-1]]).playbook if way[-1] in playbooks else None
        steps = [step for phase in found.phases for step in phase.steps] if found else []
        waiting += [(*way, step.play) for step in steps if isinstance(step, PlayStep)]
    return ()

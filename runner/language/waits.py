"""Which steps of a phase a step waits for: those it names in `after`, and those whose results it uses.

`choose: found.candidates` needs no `after: found` beside it, nor does `links.compare` for the tasks that
bring its files. A `when` waits for nobody: it may only name what is through anyway, because a condition
that reorders steps surprises its reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from runner.actions.values import Json
from runner.errors import PlaybookError
from runner.language.operations import COMPARE
from runner.language.playbook import AskStep, DoStep, PageStep, Phase, Playbook, Step, TaskStep
from runner.language.references import BadReference, Reference, names_used, parse, references_in

__all__ = ["Use", "ancestors", "closure", "in_order_of_after", "references_of", "uses", "waits"]

Use = tuple[tuple[str | int, ...], str, bool]
"""Keys inside the step, the text there, and whether it is one bare reference."""


def uses(step: Step) -> Iterator[Use]:
    """Yield every text of a step that may hold references."""
    if step.when:
        yield ("when",), step.when, True
    if isinstance(step, DoStep) and step.each:
        yield ("each",), step.each, True
    if isinstance(step, DoStep | TaskStep | PageStep):
        yield from _nested(("with",), step.with_)
    if isinstance(step, AskStep):
        yield ("ask",), step.ask, False
        if step.answer == "choose" and isinstance(step.choose, str):
            yield ("choose",), step.choose, True
    if isinstance(step, TaskStep):
        yield ("task",), step.task, False
        yield ("bring",), step.bring or "", False


def _nested(keys: tuple[str | int, ...], value: Json) -> Iterator[Use]:
    if isinstance(value, str):
        yield keys, value, False
    elif isinstance(value, dict | list | tuple):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _nested((*keys, key), each)


def references_of(text: str, *, bare: bool) -> tuple[Reference, ...]:
    """Return the references of a text. Raises BadReference."""
    return (parse(text),) if bare else references_in(text)


def waits(phase: Phase) -> Mapping[str, frozenset[str]]:
    """Return, for each step's id, the ids of the steps of this phase that must be through first."""
    ids = {step.id for step in phase.steps}
    return {step.id: frozenset(step.after).union(_named(step)) & ids for step in phase.steps}


def _named(step: Step) -> frozenset[str]:
    found: set[str] = set()
    for keys, text, bare in uses(step):
        if keys != ("when",):
            try:
                found |= names_used(references_of(text, bare=bare))
            except BadReference:
                continue  # lint reports it under `bad-reference`; it orders nothing
    return frozenset(found | set(_brought(step)))


def _brought(step: Step) -> Iterator[str]:
    """Yield the steps that `links.compare` names: who brings its files, and who allows it."""
    if isinstance(step, DoStep) and step.do == COMPARE:
        files, allowed = step.with_.get("files"), step.with_.get("allowed")
        yield from (
            each for each in (*(files if isinstance(files, list) else ()), allowed) if isinstance(each, str)
        )


def closure(before: Mapping[str, frozenset[str]], name: str) -> frozenset[str]:
    """Return everything a step waits for, at any distance; a circle includes the step itself."""
    found: set[str] = set()
    waiting = list(before.get(name, ()))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += before.get(one, ())
    return frozenset(found)


def in_order_of_after(phase: Phase) -> tuple[Step, ...]:
    """Return the steps so that each comes behind those it waits for; else as written.

    Raises PlaybookError for a circle.
    """
    by_id = {step.id: step for step in phase.steps}
    try:
        return tuple(by_id[name] for name in TopologicalSorter(waits(phase)).static_order())
    except CycleError:
        raise PlaybookError(f"the steps of phase {phase.phase} wait for one another") from None


def ancestors(playbook: Playbook, phase: Phase, step: Step) -> frozenset[str]:
    """Return the ids of the steps that are through when this one starts: those its references may name."""
    earlier = playbook.phases[: playbook.phases.index(phase)]
    return closure(waits(phase), step.id).union(one.id for each in earlier for one in each.steps)

"""Says in words what a playbook will do: who approves, what could be noticed, what can be undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runner.actions.contract import Action
from runner.language.durations import in_words
from runner.language.mermaid import graph
from runner.language.operations import COMPARE, OPERATIONS
from runner.language.playbook import (
    AskStep,
    ClockStep,
    DoStep,
    PageStep,
    Phase,
    Playbook,
    PlayStep,
    Quorum,
    Step,
    TaskStep,
)
from runner.language.problems import safe

__all__ = ["NOTICED", "show"]

NOTICED: Mapping[str, str] = {
    "none": "not noticed",
    "on-next-use": "noticed when they next use it",
    "at-once": "noticed at once",
    "e-mail": "noticed by an e-mail the service sends",
}


def show(playbook: Playbook, actions: Mapping[str, Action]) -> str:
    """Return the playbook as Markdown, with its graph as a Mermaid block.

    actions: those of the configured services, or all that are known; `doors.*` are told as what
    these will do. Text of the file is made safe for a terminal.
    """
    lines = [f"# {playbook.playbook}, version {playbook.version}", "", f"Shown as: {playbook.shown_as}"]
    lines += [f"Owner: {playbook.owner}", *_people(playbook), ""]
    for number, phase in enumerate(playbook.phases, start=1):
        lines += [f"## {number}. {phase.phase}", "", *_phase(phase, actions), ""]
    lines += ["## Graph", "", "```mermaid", graph(playbook).rstrip("\n"), "```"]
    return "".join(f"{safe(line)}\n" for line in "\n".join(lines).split("\n"))


def quorum_in_words(quorum: Quorum) -> str:
    """Return `2 people, one of each: security-leads, duty-managers, within 2h`."""
    people = "1 person" if quorum.needed == 1 else f"{quorum.needed} people"
    roles = ", ".join(quorum.roles)
    each = f"one of each: {roles}" if quorum.each_of else f"of {roles}"
    return f"{people}, {each}" + (f", within {in_words(quorum.within)}" if quorum.within else "")


def _people(playbook: Playbook) -> Iterator[str]:
    people = playbook.people
    yield f"May start: {', '.join(people.start)} (whoever starts never approves)"
    yield f"May decide: {', '.join(people.decide)}"
    if people.advise:
        yield f"May object: {', '.join(people.advise)}"
    if playbook.emergency:
        confirm, review = playbook.emergency.confirm, playbook.emergency.review
        yield f"Emergency: the starter and {confirm.need} of {', '.join(confirm.by)};"
        yield f"  reviewed by {', '.join(review.by)} within {in_words(review.within)}"


def _phase(phase: Phase, actions: Mapping[str, Action]) -> Iterator[str]:
    if phase.covert:
        yield "Covert: the subject must not notice any step."
    if phase.approve:
        yield f"Approved by {quorum_in_words(phase.approve)}."
        yield f"Fires {phase.fire.text if phase.fire else 'on-approval'}."
    for step in phase.steps:
        yield f"- {step.id}: {_does(step)}"
        details = [
            f"after {', '.join(step.after)}" if step.after else "",
            f"when {step.when}" if step.when else "",
        ]
        if isinstance(step, AskStep | TaskStep | ClockStep) and step.within:
            silence = f"; silence counts as {step.if_silent}" if step.if_silent else ""
            details.append(f"within {in_words(step.within)}{silence}")
        if isinstance(step, DoStep):
            details += _effects(step, actions)
        yield from (f"    {detail}" for detail in details if detail)
        if step.note:
            yield f"    why: {step.note}"


def _does(step: Step) -> str:
    match step:
        case DoStep():
            whose = f" of {', '.join(step.accounts)}" if step.accounts else ""
            return f"{step.do}{whose}"
        case AskStep():
            return f"ask {_who(step.by)}: {step.ask}"
        case TaskStep():
            return f"task for {_who(step.by)}: {step.task}"
        case PageStep():
            return f"wake {', '.join(step.page)}"
        case ClockStep():
            return f"propose the clock {step.clock} to {_who(step.by)}"
        case PlayStep():
            return f"play {step.play}"


def _who(quorum: Quorum | None) -> str:
    return quorum_in_words(quorum) if quorum else "the people of the case"


def _effects(step: DoStep, actions: Mapping[str, Action]) -> Iterator[str]:
    """Yield what a step approves, could show, cannot take back and leaves standing."""
    if step.approve:
        yield f"approved by {quorum_in_words(step.approve)}"
    if step.do == COMPARE:
        files = ", ".join(map(str, step.with_.get("files", ())))
        yield f"reads the files of {files}, only after counsel's yes to {step.with_.get('allowed', '')}"
    meant = _meant(step, actions)
    loud: dict[str, list[str]] = {}
    for action in meant:
        if action.noticed != "none":
            loud.setdefault(NOTICED[action.noticed], []).append(action.name)
    yield from (f"{how}: {', '.join(names)}" for how, names in loud.items())
    closing = [action for action in meant if action.kind == "close"]
    if undone := [action.name for action in closing if action.undo]:
        yield f"can be undone: {', '.join(undone)}"
    yield from (f"cannot be undone: {action.name}: {action.no_undo}" for action in closing if not action.undo)
    if step.recheck:
        yield f"again after {', '.join(map(in_words, step.recheck))}"


def _meant(step: DoStep, actions: Mapping[str, Action]) -> list[Action]:
    if step.do in actions:
        return [actions[step.do]]
    kind = OPERATIONS[step.do].kind if step.do in OPERATIONS else ""
    narrowed = [each for each in actions.values() if each.kind == kind and each.vendor not in step.except_]
    return [each for each in narrowed if not step.services or each.vendor in step.services]

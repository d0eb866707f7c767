"""One trial: a case's action meets one wrong answer to one of its writes, and the world says whether it told the truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from integrations.lab.ledger import duplicates
from runner.actions.contract import ACTIONS
from runner.actions.values import Json
from runner.cases.services import Services
from tests.conformance.case import Case
from tests.conformance.cases import CASES, vendor_of
from tests.conformance.world import Given, Vendor, World
from tests.faults.kinds import ANSWER_S, SILENCE_S, Wrong

__all__ = ["Trial", "impatient", "meets", "tried", "writing"]

_WRITING = {"close", "reopen", "tell", "make"}
_BY_SMTP = {"lose-answer", "reset"}  # what the stand-in of the mail server knows
_TAKEN = {"HTML with 200 before it was applied", "200 with an error inside"}
"""Of a webhook the status is the whole answer: its receiver takes a page by answering 2xx, with whatever body."""
_AGAIN = 3  # later attempts until what was unknown is known


@dataclass(frozen=True)
class Trial:
    """What came of it."""

    first: str
    """The outcome of the first attempt at the whole operation."""
    last: str
    """The outcome once the service answers as it should."""
    wrong: str = ""
    """How the product lied, or what it did twice; empty when it did not."""


def writing() -> list[Case]:
    """Return the cases of all actions that change something at a service."""
    wanted = [case for case in CASES if ACTIONS[case.action].kind in _WRITING]
    return [case for case in wanted if not case.action.startswith("files.")]


def impatient(name: str, folder: Path) -> Vendor:
    """Open a vendor whose connections give up on a silent service within a test's time."""
    vendor = vendor_of(name, folder)
    for each in vars(vendor).values():
        if isinstance(each, Services):
            each.silence_s, each.answer_s = SILENCE_S, ANSWER_S
    return vendor


def meets(case: Case, wrong: Wrong) -> bool:
    """Say whether a service can answer like this at all."""
    vendor = case.action.partition(".")[0]
    if vendor == "mail":
        return wrong.fields["kind"] in _BY_SMTP
    if vendor == "webhook" and wrong.name in _TAKEN:
        return False
    return not wrong.vendors or vendor in wrong.vendors


def tried(case: Case, wrong: Wrong, world: World) -> list[Trial]:
    """Let each write of an action be answered wrongly, once, one after the other."""
    given = world.begin(case)
    world.perform(ACTIONS[case.action], given)
    once, requests = len(world.changes()), dict.fromkeys(world.mutating())
    return [_tried(case, wrong, world, request, once) for request in requests]


def _tried(case: Case, wrong: Wrong, world: World, request: str, once: int) -> Trial:
    given = world.begin(case)
    world.standin.faults.add([wrong.fault(request)])
    outcome = world.perform(ACTIONS[case.action], given)
    first = outcome["outcome"]
    complaint = _lie(case, world, outcome, once)
    world.standin.faults.clear()
    outcome = _later(case, world, given, outcome)
    complaint = complaint or _short(case, world, outcome, once)
    return Trial(first, outcome["outcome"], complaint and f"{case}, {request}, {wrong}: {complaint}")


def _later(case: Case, world: World, given: Given, outcome: Json) -> Json:
    """Try again as a person would, or a later run, for as long as it is not done."""
    for _ in range(_AGAIN):
        if outcome["outcome"] == "changed":
            break
        outcome = world.perform(ACTIONS[case.action], given)
    return outcome


def _lie(case: Case, world: World, outcome: Json, once: int) -> str:
    """Return how an outcome contradicts the world; empty when it does not."""
    changed, said = world.changes(), f"{outcome['outcome']} ({outcome['why']})"
    if outcome["outcome"] in {"changed", "unchanged"} and not _met(case, world, outcome):
        return f"said {said}, and the goal is not met"
    if outcome["outcome"] in {"failed", "refused"} and len(changed) == once:
        return f"said {said}, and it was done"
    return ""


def _short(case: Case, world: World, outcome: Json, once: int) -> str:
    """Return what is wrong once the service is well again: a goal not met, or something done twice."""
    changed, twice = world.changes(), duplicates(world.requests())
    if outcome["outcome"] != "changed":
        return f"was never done: {outcome['outcome']} ({outcome['why']})"
    if not _met(case, world, outcome):
        return "the goal is not met in the end"
    less = _by_hand(outcome) and len(changed) < once
    return f"done more than once: {changed}" if twice or (len(changed) != once and not less) else ""


def _met(case: Case, world: World, outcome: Json) -> bool:
    return bool(_by_hand(outcome)) or case.goal(world.standin, outcome)


def _by_hand(outcome: Json) -> Json:
    """Return what an outcome says is missing, and left to a person."""
    return outcome["after"].get("by_hand") if isinstance(outcome["after"], dict) else None

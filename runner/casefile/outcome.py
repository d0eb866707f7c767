"""Where a case stands, in one word and one exit code; read from the journal, for every surface alike."""

from __future__ import annotations

from runner.actions.values import Json
from runner.casefile.contents import CaseFile
from runner.casefile.deadlines import clocks, running
from runner.errors import Exit

__all__ = ["finished", "outcome_of", "over", "to_accept", "what_is_left"]

ACCEPT = "accept-inferred"
"""The request by which a named person accepts what could only be inferred."""


def outcome_of(
    case: CaseFile, phases: list[str], *, refused: str = "", failure: str = ""
) -> tuple[str, Exit]:
    """Return the outcome and its exit code.

    A case that a person ended is `closed`, and its exit code says whether doors were left open. Else the
    precedence by design section 6: our fault, stopped, doors open, refused, waiting. Doors count as
    open only once a lockdown fired: before that, they are what the case is about.
    """
    if failure:
        return "failed", Exit.OUR_FAULT
    doors_open = case.fired and any(each.left and each.verdict != "inferred" for each in case.doors.values())
    if case.closed:
        return "closed", Exit.DOORS_OPEN if doors_open else Exit.DONE
    if case.stopped:
        return "stopped", Exit.STOPPED
    if doors_open:
        return "doors-open", Exit.DOORS_OPEN
    if refused:
        return "refused", Exit.REFUSED
    return ("done", Exit.DONE) if finished(case, phases) else ("waiting", Exit.WAITING)


def finished(case: CaseFile, phases: list[str]) -> bool:
    """Tell whether everything is through: phases, standing orders, tasks, and every door."""
    return (
        all(case.phases.get(phase) == "finished" for phase in phases)
        and all(order.done for order in case.orders.values())
        and not case.open_requests()
        and not running(case)
        and not any(door.left for door in case.doors.values())
    )


def over(case: CaseFile, phases: list[str]) -> bool:
    """Tell whether nothing more is to come: it is through, or a person ended it."""
    return case.closed is not None or finished(case, phases)


def to_accept(case: CaseFile) -> list[Json]:
    """Return the doors a person must accept, because they could only be inferred."""
    return [
        {"service": door.service, "layer": door.layer, "account": door.account}
        for door in case.doors.values()
        if door.verdict == "inferred" and not door.answered
    ]


def what_is_left(case: CaseFile, phases: list[str]) -> list[str]:
    """Return, in words, why a case is not done."""
    doors = [
        f"door {door.service} {door.layer} of {door.login}: {door.verdict}, {door.why}"
        for door in case.doors.values()
        if door.left
    ]
    todo = [
        f"phase {phase}: {case.phases.get(phase, 'not started')}"
        for phase in phases
        if case.phases.get(phase) != "finished"
    ]
    asked = [f"{each.kind} {each.id}: {each.data['command']}" for each in case.open_requests()]
    orders = [
        f"{order.data['what']}, due {order.data['due']}" for order in case.orders.values() if not order.done
    ]
    started = [
        f"clock {each['clock']} runs, {each['deadline'] or each['as_soon_as']}: {each['command']}"
        for each in clocks(case)
        if each["status"] == "running"
    ]
    return [*doors, *todo, *asked, *orders, *started]

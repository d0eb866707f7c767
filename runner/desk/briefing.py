"""The one-minute brief: what whoever takes a case over at night must know before anything else."""

from __future__ import annotations

from collections.abc import Iterator

from runner.actions.values import Json
from runner.casefile.contents import CaseFile
from runner.casefile.course import phases_of
from runner.casefile.deadlines import active_delays, clocks
from runner.casefile.outcome import outcome_of
from runner.clock import now, stamp
from runner.desk.board import in_chat
from runner.desk.office import Office

__all__ = ["IF_THEY_RING", "brief"]

IF_THEY_RING = (
    "Say: I cannot say more about this today. Somebody will write to you.",
    "Give no reasons, and name nobody. Promise no date, no pay, no reference.",
    "Reset nothing, ship nothing, change no address or bank detail.",
    "Write down the number, the time and the words, and put them on record: severance note.",
)
"""What to say, and not to say, to the worker (domain facts: the desk is called first, for a reset)."""


def brief(office: Office, code: str) -> Json:
    """Return the brief of a case; executes nothing.

    `next` and `overdue`: what comes, or came, to its time, soonest first: `{at, what}`. `open`: doors.
    `waiting`: what people are asked, with the command that answers.
    """
    case = office.case(code)
    outcome, _ = outcome_of(case, phases_of(office.playbook(case), case))
    moment, due = stamp(now()), sorted(_due(case), key=lambda each: str(each["at"]))
    return {
        "case": code,
        "shown_as": case.opened["playbook"]["shown_as"],
        "as_of": moment,
        "leads": case.holder,
        "offered_to": case.offered["to"] if case.offered else "",
        "outcome": outcome,
        "phase": next((name for name, status in case.phases.items() if status != "finished"), ""),
        "about": [f"{each.service} {each.login}" for each in [*case.accounts, *case.linked]],
        "emergency": case.emergency["because"] if case.emergency else "",
        "next": [each for each in due if each["at"] >= moment],
        "overdue": [each for each in due if each["at"] < moment],
        "waiting": [
            {"request": each.id, "who": each.data["of"], "command": each.data["command"]}
            for each in case.open_requests()
        ],
        "open": [
            {"door": " ".join(door.key[:2]), "login": door.login, "verdict": door.verdict, "why": door.why}
            for door in case.doors.values()
            if door.left
        ],
        "watched": [f"{service}: {why}" for service, why in case.sees.items()],
        "if_they_ring": list(IF_THEY_RING),
        **in_chat(office, case),
    }


def _due(case: CaseFile) -> Iterator[Json]:
    for request in case.open_requests():
        yield {"at": request.data["expires"], "what": f"{request.kind} {request.id} expires"}
    for order in case.orders.values():
        if not order.done:
            yield {"at": order.data["due"], "what": order.data["what"]}
    for clock in clocks(case):
        if clock["status"] == "running" and clock["deadline"]:
            yield {"at": clock["deadline"], "what": f"legal deadline {clock['request']}: {clock['about']}"}
    for delay in active_delays(case):
        yield {"at": delay["until"], "what": f"{delay['agency']} asked us to wait until then"}
    if case.demands and case.demand["deadline"]["utc"]:
        yield {"at": case.demand["deadline"]["utc"], "what": "the deadline of the demand, as stated in it"}

"""Turns a case from its course, on record: a person ends it, or asks to undo what it did."""

from __future__ import annotations

from runner.actions.values import Json
from runner.casefile.course import phases_of
from runner.casefile.outcome import over, what_is_left
from runner.database.journal import Entry
from runner.desk.admission import Act, admitted, digest_of
from runner.desk.claim import Claim
from runner.desk.claiming import append_claiming
from runner.desk.office import Office
from runner.errors import RefusedError

__all__ = ["ask_undo", "close"]


def ask_undo(office: Office, code: str, claim: Claim, because: str) -> Json:
    """Ask for the case's undo phase: planned and approved like any other when the case is run.

    Raises RefusedError where a later case is about the same person.
    """
    case = office.case(code)
    person = admitted(office, case, claim, Act(code, "case", "undo", digest_of(because)))
    asked = Entry("undo.asked", {"by": person.id, "because": because})
    append_claiming(office, code, case.accounts, [asked], person)  # what another case closes is not reopened
    return {"case": code, "by": person.id, "recorded": "undo.asked"}


def close(office: Office, code: str, claim: Claim, because: str) -> Json:
    """End a case that is not through: nothing more is done in it, and its person may be another's.

    Only a decider may. Raises RefusedError for a case that is over, or without a reason.
    """
    case = office.case(code)
    playbook = office.playbook(case)
    act = Act(code, "case", "close", digest_of(because))
    person = admitted(office, case, claim, act, playbook.people.decide)
    phases = phases_of(playbook, case)
    if over(case, phases) or not because.strip():
        what = "the case is over already" if because.strip() else "a case is ended for a reason"
        raise RefusedError(what, where=code, remedy=f"severance close {code} --because TEXT")
    left = what_is_left(case, phases)
    office.journal(code).write("case.closed", by=person.id, because=because, left=left)
    return {"case": code, "by": person.id, "recorded": "case.closed", "left": left}

"""Hands a case from one responder to another: offered by name, and theirs only once they accept it."""

from __future__ import annotations

from runner.actions.values import Json
from runner.cases.paging import page
from runner.desk.admission import Act, admitted, digest_of
from runner.desk.claim import Claim
from runner.desk.office import Office
from runner.errors import RefusedError, UsageError

__all__ = ["offer", "take"]


def offer(office: Office, code: str, to: str, because: str, claim: Claim) -> Json:
    """Offer the case to another person who may lead it, and wake them; until they accept, nothing changes.

    to: an id, a mail or a name. Raises UsageError for nobody who may lead it, in the same words whether they
    are unknown, lack the role, or must not know of the case.
    """
    case, people = office.case(code), office.playbook(office.case(code)).people
    person = admitted(office, case, claim, Act(code, "case", "hand-over", digest_of(to)), people.start)
    work = office.work(code)
    able = {
        each.id: each
        for role in people.start
        for each in office.directory.members(role)
        if each.id not in work.barred() and each.id != person.id
    }
    other = office.directory.person(to)
    if other is None or other.id not in able:
        remedy = f"one of {', '.join(able)}" if able else "give the role to somebody in the settings"
        raise UsageError("nobody of this name may lead the case", where="--to", remedy=remedy)
    times = sum(each["kind"] == "handover.asked" for each in office.records(code)) + 1
    work.write("handover.asked", to=other.id, by=person.id, because=because)
    text = f"Case {code} is being handed to you.\n\n    severance brief {code}\n"
    page(work, f"hand-over-{times}", "asked", [other], f"{text}    severance hand-over {code} --accept\n")
    return {"case": code, "by": person.id, "recorded": "handover.asked", "to": other.id}


def take(office: Office, code: str, because: str, claim: Claim, *, accept: bool) -> Json:
    """Accept, or decline, a case that is offered to this person. Raises RefusedError when it is not."""
    case = office.case(code)
    verb = "accept" if accept else "decline"
    person = admitted(office, case, claim, Act(code, "hand-over", verb, digest_of(because)))
    if case.offered is None or case.offered["to"] != person.id:
        raise RefusedError("the case is not offered to you", where=code, remedy=f"severance brief {code}")
    kind = "handover.accepted" if accept else "handover.declined"
    office.journal(code).write(kind, by=person.id, because=because)
    return {"case": code, "by": person.id, "recorded": kind}

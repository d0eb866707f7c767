"""Legal holds, and the deletion of closed cases: asked for by one person, confirmed by another, provable."""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import Literal

from runner.actions.values import Json
from runner.casefile.course import phases_of
from runner.casefile.outcome import over
from runner.casefile.retaining import ASKED_FOR, Standing, standing
from runner.clock import now, stamp
from runner.company import Person
from runner.database.journal import Entry, Record
from runner.desk.admission import Act, digest_of, kept_out
from runner.desk.claim import Claim
from runner.desk.identity import identify
from runner.desk.office import Office
from runner.desk.verifying import items_of
from runner.errors import RefusedError
from runner.people.barred import admit

__all__ = ["ask_deletion", "confirm_deletion", "hold", "overview", "retained"]


def hold(office: Office, code: str, claim: Claim, verb: Literal["hold", "release"], because: str) -> Json:
    """Put a legal hold on a case, or release it. Counsel may, and whoever may have cases deleted.

    Raises RefusedError where there is nothing to release, or the deletion has begun.
    """
    act = Act(code, "case", verb, digest_of(because))
    person = _admitted(office, code, claim, act, office.settings.counsel)
    now_so = standing(office.records(code))
    if now_so.confirmed:
        raise RefusedError("its deletion has begun", where=code, remedy=f"severance forget {code} --confirm")
    if verb == "release" and not now_so.held:
        raise RefusedError("it is not held", where=code, remedy="severance retention")
    kind = "case.held" if verb == "hold" else "case.released"
    office.journal(code).write(kind, by=person.id, because=because)
    return {"case": code, "by": person.id, "recorded": kind}


def ask_deletion(office: Office, code: str, claim: Claim, because: str) -> Json:
    """Ask for the deletion of a case; somebody else has to confirm it.

    because: without names: it outlives the case. Raises RefusedError for a case that is open, held or too
    young, and for whoever may not.
    """
    person = _admitted(office, code, claim, Act(code, "case", "forget", digest_of(because)))
    while True:  # what is recorded meanwhile may forbid it; then it is looked at again
        records = office.records(code)
        _refuse_unless_due(office, code, standing(records))
        told = {"by": person.id, "because": because, "signature": claim.signature or ""}
        entry = Entry("deletion.asked", told)
        if office.journal(code).append_after(records[-1]["seq"], entry):
            return {"case": code, "by": person.id, "recorded": entry.kind}


def confirm_deletion(office: Office, code: str, claim: Claim) -> Json:
    """Confirm a deletion that somebody else asked for, and delete the case; returns its tombstone.

    A deletion that was confirmed and did not end is gone on with, whoever calls. On another machine it takes
    away what that machine still has of a case already deleted. Raises RefusedError as `ask_deletion`.
    """
    buried = [each for each in office.tombstones() if each["data"]["code"] == code]
    if buried:
        _clear(office, code)
        return {"case": code, "tombstone": buried[0]}
    while not (now_so := standing(records := office.records(code))).confirmed:
        entry = _confirmed(office, code, claim, now_so)
        office.journal(code).append_after(records[-1]["seq"], entry)
    return {"case": code, "tombstone": _deleted(office, code, records, now_so)}


def _confirmed(office: Office, code: str, claim: Claim, now_so: Standing) -> Entry:
    asked = now_so.asked
    digest = asked["digest"] if asked else digest_of("")
    person = _admitted(office, code, claim, Act(code, "deletion", "confirm", digest))
    _refuse_unless_due(office, code, now_so)
    again = f"severance forget {code} --because TEXT"
    if asked is None or now() - datetime.fromisoformat(asked["at"]) > ASKED_FOR:
        raise RefusedError("nobody asked for its deletion in the last days", where=code, remedy=again)
    if person.id == asked["data"]["by"]:
        raise RefusedError("whoever asked does not confirm", where=code, remedy="another person confirms")
    told = {"by": person.id, "request": digest, "signature": claim.signature or ""}
    return Entry("deletion.confirmed", told)


def _deleted(office: Office, code: str, records: list[Record], now_so: Standing) -> Record:
    """Delete items, runs and files, then the records: until then another call knows what is to be done."""
    from runner.database.forgetting import bury, forget_runs  # noqa: PLC0415  the engine takes 0.4 s to load

    with office.holding(code):
        stays = office.store(code).destroy()
        forget_runs(office.database, code)
        _clear(office, code)
        told = {
            "code": code,
            "asked": now_so.asked["data"] if now_so.asked else None,
            "confirmed": now_so.confirmed["data"] if now_so.confirmed else None,
            "opened_at": records[0]["at"],
            "last_at": stamp(now_so.last_at),
            "items": len(items_of(records)),
            "stays": stays,
        }
        return bury(office.database, code, told)


def _clear(office: Office, code: str) -> None:
    shutil.rmtree(office.folder(code))


def overview(office: Office) -> Json:
    """Return how every closed case stands, and the tombstones of those that were deleted."""
    cases = [{"case": code, **retained(office, code)} for code in office.codes()]
    return {"keep": office.settings.retention.keep, "cases": cases, "deleted": office.tombstones()}


def retained(office: Office, code: str) -> Json:
    """Return `{closed, until, due, held, asked}` of one case; `until` is empty while it is open."""
    now_so = standing(office.records(code))
    closed = _is_over(office, code)
    until = now_so.last_at + office.settings.retention.span
    return {
        "closed": closed,
        "until": stamp(until) if closed else "",
        "due": closed and not now_so.held and now() >= until,
        "held": now_so.held["data"]["because"] if now_so.held else "",
        "asked": now_so.asked["data"]["by"] if now_so.asked else "",
        "begun": now_so.confirmed is not None,
    }


def _is_over(office: Office, code: str) -> bool:
    case = office.case(code)
    return over(case, phases_of(office.playbook(case), case))


def _refuse_unless_due(office: Office, code: str, now_so: Standing) -> None:
    if not _is_over(office, code):
        raise RefusedError("it is not closed", where=code, remedy=f"severance close {code} --because TEXT")
    if now_so.held:
        by = now_so.held["data"]["by"]
        raise RefusedError(f"{by} put it on legal hold", where=code, remedy=f"severance release {code}")
    until = now_so.last_at + office.settings.retention.span
    if now() < until:
        why = f"it is to be kept {office.settings.retention.keep}, until {stamp(until)}"
        raise RefusedError(why, where=code, remedy="wait, or change `retention` in the settings")


def _admitted(
    office: Office, code: str, claim: Claim, act: Act, besides: tuple[str, ...] = ()
) -> Person:
    """Return the person who acts, when they hold a role that may and are not kept out of the case."""
    case, may = office.case(code), office.settings.retention.delete
    person = identify(office, claim, case=code, request=act.request, digest=act.digest, verb=act.verb)
    if not may and not besides:
        raise RefusedError(
            "the settings name nobody who may have cases deleted",
            where=str(office.settings.path),
            remedy="retention: {delete: [ROLE, …]}",
        )
    return admit(person, (*may, *besides), kept_out(office, case), code)

"""Adopts doors that people closed by hand: proved like ours, and given back where we know how they were."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from runner.actions.contract import Action
from runner.actions.doors import Door
from runner.actions.values import Json, Proof
from runner.casefile.contents import CaseFile
from runner.cases.services import Services
from runner.clock import now, stamp
from runner.database.journal import Entry
from runner.desk.admission import Act, admitted, digest_of
from runner.desk.claim import Claim
from runner.desk.handed_in import keep_item
from runner.desk.office import Office
from runner.errors import RefusedError, UsageError

__all__ = ["adopt"]

_SHUT = ("closed", "inferred", "pending")


def adopt(
    office: Office, code: str, door: str, *, at: str, because: str, claim: Claim, item: Path | None
) -> Json:
    """Record that a person closed a door by hand, after reading it back.

    door: `service/layer`, or `service/layer/account id` where the case has several accounts there. at: when
    it was closed, RFC 3339; empty for now. Raises RefusedError while the door reads open (a hand that says
    closed is no proof), UsageError for a door this case does not know and for a moment that is none.
    """
    case = office.case(code)
    people = office.playbook(case).people
    act = Act(code, "door", "adopt", digest_of(f"{door}\n{at}\n{because}"))
    person = admitted(office, case, claim, act, [*people.start, *people.decide])
    closed_at = _moment(at)
    known, services = _door(case, door), office.services(code)
    proof = _read_back(services, case, known)
    if proof.verdict not in _SHUT:
        raise RefusedError(
            f"{door} reads {proof.verdict}: {proof.why}", where=code, remedy="close it first, then adopt it"
        )
    kept = keep_item(office, code, item, f"proof of {door}") if item else None
    closer = services.layer_action(known.service, "close", known.layer)
    said = {"by": person.id, "because": because, "closed_at": closed_at, "item": kept}
    office.journal(code).append(*_records(known, closer, proof, said))
    told = {"case": code, "by": person.id, "recorded": "door.adopted", "item": kept}
    return {**told, "verdict": proof.verdict, "why": proof.why}


def _moment(text: str) -> str:
    if not text:
        return stamp(now())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment > now():
        raise UsageError(
            f"{text!r} is no moment in the past", where="--at", remedy="for example 2026-11-25T02:10:00Z"
        )
    return stamp(moment)


def _door(case: CaseFile, words: str) -> Door:
    parts = words.split("/", 2)
    fitting = [each for each in case.doors.values() if [*each.key][: len(parts)] == parts]
    if len(parts) < 2 or len(fitting) != 1:
        known = ", ".join("/".join(each.key) for each in case.doors.values() if each.left) or "none is open"
        raise UsageError(f"{len(fitting)} doors of this case are {words!r}", remedy=f"open doors: {known}")
    return fitting[0]


def _read_back(services: Services, case: CaseFile, door: Door) -> Proof:
    accounts = {(each.service, each.id): each for each in [*case.accounts, *case.linked]}
    account = accounts.get((door.service, door.account))
    if account is None:
        raise RefusedError(
            f"{door.service} is reached by no integration", remedy="answer its task, with the proof"
        )
    prove = services.layer_action(door.service, "prove", door.layer)
    if prove is None:
        return Proof("inferred", "a person closed it, and the service offers no way to read it back")
    found: Proof = prove.run(services.planning(door.service), account)
    return found


def _records(door: Door, closer: Action | None, proof: Proof, said: Json) -> list[Entry]:
    where = {"service": door.service, "layer": door.layer, "account": door.account}
    seen = {**where, "login": door.login, "verdict": proof.verdict, "why": proof.why, "until": proof.until}
    shut = {"closed_at": said["closed_at"], "proof": str(proof.state or ""), "step": "adopted", "late": []}
    return [
        Entry("door.adopted", {**where, "login": door.login, **said}),
        *(_ours_to_undo(door, closer, proof, said["closed_at"]) if closer else ()),
        Entry("door.verdict", {**seen, **shut}),
    ]


def _ours_to_undo(door: Door, closer: Action, proof: Proof, closed_at: str) -> list[Entry]:
    """Return an outcome for each thing the case saw here: an undo gives back what it knows the state of."""
    return [
        Entry(
            "write.outcome",
            {
                "op": f"adopt/{'/'.join(door.key)}/{thing['id']}",
                "action": closer.name,
                "service": door.service,
                "account": door.account,
                "thing": thing["id"] if thing["id"] != door.account else "",
                "layer": door.layer,
                "outcome": "changed",
                "before": thing["state"],
                "after": proof.state,
                "why": "a person closed it by hand",
                "head": "",
                "calls": 0,
                "ready_at": "",
                "write_at": "",
                "confirmed_at": closed_at,
            },
        )
        for thing in door.things
        if thing["state"] is not None
    ]

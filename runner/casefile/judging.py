"""Judges what was decided about an approval: whose yes counts today, and for what it was asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from runner.actions.values import Json
from runner.casefile.contents import CaseFile, Request as Asked
from runner.clock import now
from runner.company import Person
from runner.database.journal import Record
from runner.language.playbook import EMERGENCY, UNDO
from runner.people.approvals import Decision, Quorum, Request, Standing, electorate, state

__all__ = ["decisions_of", "declared_by", "kind_of", "request_of", "standing_of"]


def standing_of(
    people: Iterable[Person], case: CaseFile, asked: Asked, barred: frozenset[str], at: datetime | None = None
) -> Standing:
    """Judge an approval request for whoever has no work open; at: the case's present where it is None."""
    request, moment = request_of(case, asked), max(at or now(), case.present())
    return state(request, decisions_of(case), moment, electorate(people, request, barred))


def request_of(case: CaseFile, asked: Asked) -> Request:
    """Return an approval request as `runner.people.approvals` judges it."""
    data = asked.data
    asked_at, expires = datetime.fromisoformat(asked.asked_at), datetime.fromisoformat(data["expires"])
    seconds = max((expires - asked_at).total_seconds(), 0.001)
    quorum = Quorum(data["need"], tuple(data["of"]), tuple(data["each_of"]), seconds)
    declared = declared_by(case, data["phase"])
    return Request(asked.id, data["digest"], quorum, case.opened["by"], asked_at, expires, declared)


def kind_of(asked: Asked) -> str:
    """Return what an approval is for, as the settings' minimum calls it: close, undo, shared, emergency."""
    if asked.data["step"]:
        return "shared"
    phase = str(asked.data["phase"])
    return {EMERGENCY: "emergency", UNDO: "undo"}.get(phase, "close")


def declared_by(case: CaseFile, phase: str) -> str:
    """Return who declared the emergency, for the phase that it is: one more person confirms it."""
    return str(case.emergency["by"]) if phase == EMERGENCY and case.emergency else ""


def decisions_of(case: CaseFile) -> Sequence[Decision]:
    """Return every decision of the case in journal order."""
    records = [each for request in case.requests.values() for each in request.decisions] + case.objections
    kinds = {"approval.given", "approval.denied", "approval.objected", "approval.overruled", "approval.used"}
    return [
        _decision(each)
        for each in sorted(records, key=lambda each: int(each["seq"]))
        if each["kind"] in kinds
    ]


def _decision(record: Record) -> Decision:
    data: Json = record["data"]
    kind = record["kind"].partition(".")[2]
    at = datetime.fromisoformat(record["at"])
    return Decision(
        kind, data.get("by", ""), at, data.get("request", ""), data.get("digest", ""), data.get("because", "")
    )

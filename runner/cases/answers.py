"""Judges, from the records, what enough people answered; so a restart changes nothing."""

from __future__ import annotations

from runner.actions.values import Json
from runner.cases.casefile import CaseFile, Request
from runner.cases.paging import people_of
from runner.cases.work import Work

__all__ = ["settled", "verdict_on"]


def settled(work: Work, request: Request) -> Json:
    """Return the value enough different people agree on, or None; only those count who may answer now.

    For `choose` it is the list of keys that `need` people each named; an empty list is an agreement
    too, once `need` people answered.
    """
    electors = {person.id for person in people_of(work, request.data["of"])}
    answers = [each["data"] for each in request.decisions if each["kind"] == "ask.answered"]
    latest = {each["by"]: each["value"] for each in answers if each["by"] in electors}
    need = request.data["need"]
    if len(latest) < need:
        return None
    if request.data["kind"] == "choose" and need > 1:
        chosen = [set(_keys(value)) for value in latest.values()]
        keys = [each["key"] for each in request.data["options"]]
        return [key for key in keys if sum(key in one for one in chosen) >= need]
    agreed = [value for value in latest.values() if list(latest.values()).count(value) >= need]
    if not agreed:
        return None
    return _keys(agreed[-1]) if request.data["kind"] == "choose" and need > 1 else agreed[-1]


def verdict_on(case: CaseFile, name: str) -> Json:
    """Return a closed request's value, or None while it is open."""
    request = case.requests[name]
    closing = next((each for each in request.decisions if each["kind"] in ("ask.closed", "ask.silent")), None)
    return closing["data"].get("value", closing["data"].get("took")) if closing else None


def _keys(value: Json) -> list[str]:
    if isinstance(value, list):
        return value
    return [] if value in ("", "none") else [part.strip() for part in str(value).split(",")]

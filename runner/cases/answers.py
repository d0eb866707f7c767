"""Judges, from the records, what enough people answered; so a restart changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from runner.actions.values import Json
from runner.casefile.contents import CaseFile, Request
from runner.cases.paging import people_of
from runner.cases.work import Work
from runner.people.approvals import Quorum, shortfall
from runner.people.barred import barred
from runner.people.links.confirming import confirmed

__all__ = ["agreed", "latest_answers", "settled", "verdict_on"]


def settled(work: Work, request: Request) -> Json:
    """Return the value enough different people agree on, or None; only those count who may answer now.

    Enough are `need` people, and one of their own for each role of `each_of`. For `choose` it is the list
    of keys that enough people each named; an empty list is an agreement too, once enough answered.
    """
    electors = {each.id: frozenset(each.roles) for each in people_of(work, request.data["of"])}
    latest = {who: value for who, value in latest_answers(request).items() if who in electors}

    def enough(people: Iterable[str]) -> bool:
        quorum = Quorum(request.data["need"], tuple(request.data["of"]), tuple(request.data["each_of"]))
        return not shortfall(quorum, {each: electors[each] for each in people})

    if not enough(latest):
        return None
    if request.data["kind"] == "choose" and request.data["need"] > 1:
        return [key for key, people in agreed(work, request).items() if enough(people)]
    alike = [value for value in latest.values() if enough(p for p, its in latest.items() if its == value)]
    return alike[-1] if alike else None


def agreed(work: Work, request: Request) -> dict[str, tuple[str, ...]]:
    """Return the options that enough different people each named, with who they are; two at the least.

    Who may be a candidate counts for the other candidates, never for or against themselves.
    """
    case, may = work.case(), {person.id for person in people_of(work, request.data["of"])}
    keys = [str(each["key"]) for each in request.data["options"]]
    themselves = {key: barred(work.settings, case.behind.get(key, ())) for key in keys}
    chosen = {who: _keys(value) for who, value in latest_answers(request).items() if who in may}
    electors = {key: may - themselves[key] for key in keys}
    return confirmed(keys, chosen, electors, request.data["need"])


def latest_answers(request: Request) -> dict[str, Json]:
    """Return the last answer of each person, by id."""
    answers = [each["data"] for each in request.decisions if each["kind"] == "ask.answered"]
    return {each["by"]: each["value"] for each in answers}


def verdict_on(case: CaseFile, name: str) -> Json:
    """Return a closed request's value, or None while it is open."""
    request = case.requests[name]
    closing = next((each for each in request.decisions if each["kind"] in ("ask.closed", "ask.silent")), None)
    return closing["data"].get("value", closing["data"].get("took")) if closing else None


def _keys(value: Json) -> list[str]:
    if isinstance(value, list):
        return value
    return [] if value in ("", "none") else [part.strip() for part in str(value).split(",")]

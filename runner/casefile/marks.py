"""The moments at which people are reminded: of a request, a legal clock, the hour a demand names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from runner.casefile.contents import CaseFile, Request

__all__ = [
    "Mark", "last", "next_moment", "of_clock", "of_demand", "of_request", "passed", "told", "told_of_demand",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment, and what it is called on record."""

    name: str
    at: datetime


def of_request(request: Request) -> list[Mark]:
    """Return half-time and deadline of what a person is asked; nothing where no time was set."""
    if "expires" not in request.data:
        return []
    asked, expires = datetime.fromisoformat(request.asked_at), datetime.fromisoformat(request.data["expires"])
    return [Mark("half-time", asked + (expires - asked) / 2), Mark("expired", expires)]


def of_clock(request: Request) -> list[Mark]:
    """Return the moments of a legal clock that runs: half-time, a tenth of the time left, over."""
    clock = next(each["data"] for each in request.decisions if each["kind"] == "clock.started")
    if not clock["deadline"]:
        return []
    begins, ends = datetime.fromisoformat(clock["started_at"]), datetime.fromisoformat(clock["deadline"])
    parts = {"deadline-half-time": 0.5, "deadline-soon": 0.9, "deadline-passed": 1.0}
    return [Mark(name, begins + (ends - begins) * part) for name, part in parts.items()]


def of_demand(case: CaseFile) -> list[Mark]:
    """Return a day and an hour before the hour that a demand names, and the hour."""
    hour = str(case.demand["deadline"]["utc"] or "") if case.demands else ""
    if not hour:
        return []
    before = {"a-day-left": timedelta(days=1), "an-hour-left": timedelta(hours=1), "passed": timedelta(0)}
    return [Mark(name, datetime.fromisoformat(hour) - each) for name, each in before.items()]


def told(request: Request) -> set[str]:
    """Return the marks of a request or clock of which people were reminded."""
    return {each["data"]["moment"] for each in request.decisions if each["kind"] == "request.reminded"}


def told_of_demand(case: CaseFile) -> set[str]:
    """Return the marks of the demand's hour, the newest one, of which people were reminded."""
    hour = case.demand["deadline"]["utc"] if case.demands else None
    return {name for of, name in case.demand_marks if of == hour}


def last(marks: Sequence[Mark], said: Collection[str]) -> Mark | None:
    """Return the last mark of which people were to be told, None before any."""
    return next((each for each in reversed(marks) if each.name in said), None)


def passed(marks: Sequence[Mark], moment: datetime, said: Collection[str]) -> Mark | None:
    """Return the mark that holds now, unless people were told: who was away tells of the last, once."""
    gone = [each for each in marks if each.at <= moment]
    return gone[-1] if gone and gone[-1].name not in said else None


def next_moment(marks: Sequence[Mark], moment: datetime, said: Collection[str]) -> datetime | None:
    """Return when people are to be told next: in the past where they should have been."""
    late = passed(marks, moment, said)
    return late.at if late else next(
        (each.at for each in marks if each.at > moment and each.name not in said), None
    )

"""Turns a date, as far as it is stated, into the earliest moment it can mean.

Where no zone is stated, a day begins first at UTC+14 and ends last at UTC-12. A deadline taken to be earlier
than meant costs a night's sleep; one taken to be later costs the deadline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

__all__ = ["EVERYWHERE", "Days", "Moment", "dated", "earliest", "on_weekday", "relative", "yearless"]

EVERYWHERE = tuple(hours * 60 for hours in range(14, -13, -1))
"""Minutes ahead of UTC, the earliest first."""

Days = Callable[[date], Sequence[date]]
"""The days a text can mean, given the day of receipt in the writer's zone."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a text states of a moment."""

    days: Days
    minutes: int | None
    """Since midnight; None when no time is stated."""
    offsets: tuple[int, ...]
    """Minutes ahead of UTC; empty when no zone is stated."""


def earliest(moment: Moment, received: datetime) -> datetime:
    """Return the earliest moment that is meant and not before receipt; the earliest when all are past."""
    readings = list(_readings(moment, received))
    ahead = [max(start, received) for start, end in readings if end >= received]
    return min(ahead, default=min((start for start, _ in readings), default=received))


def _readings(moment: Moment, received: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield start and end of each reading: a point in time where a time is stated, else a whole day."""
    for offset in moment.offsets or EVERYWHERE:
        shift = timedelta(minutes=offset)
        for day in moment.days((received + shift).date()):
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - shift
            start = midnight + timedelta(minutes=moment.minutes or 0)
            yield start, midnight + timedelta(days=1) if moment.minutes is None else start


def dated(*days: date) -> Days:
    """Return the reading of a full date, or of one that can be read in two ways."""
    return lambda _: days


def yearless(month: int, day: int) -> Days:
    """Return the reading of a date without a year: this year's, or the next one's."""

    def days(today: date) -> Sequence[date]:
        return [found for year in (today.year, today.year + 1) if (found := possible(year, month, day))]

    return days


def on_weekday(weekday: int) -> Days:
    """Return the reading of a weekday (0 is Monday): the next one, today included, and the one after."""

    def days(today: date) -> Sequence[date]:
        first = today + timedelta(days=(weekday - today.weekday()) % 7)
        return [first, first + timedelta(days=7)]

    return days


def relative(days: int) -> Days:
    """Return the reading of today (0) or tomorrow (1)."""
    return lambda today: [today + timedelta(days=days)]


def possible(year: int, month: int, day: int) -> date | None:
    """Return the date, or None when there is none such."""
    try:
        return date(year, month, day) if 2000 <= year <= 2999 else None
    except ValueError:
        return None

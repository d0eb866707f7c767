"""How long a legal deadline runs, and when it ends: `72h`, `30d`, `4 business days`, `1 month`.

The moment shown is never later than the true one; where laws count in different ways, the earlier is taken:

- hours are hours of the clock, whatever the calendar does meanwhile;
- days and months are counted on the calendar of the row's zone, and end at the time of day they began;
- business days leave out Saturdays and Sundays. Public holidays are not taken off: one gives more time than
  is shown. They end at the time of day they began, or at 17:00 there, when an office closes.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from runner.language.durations import duration

__all__ = ["EXPECTED_TERM", "OFFICE_CLOSES", "Term", "ends", "term"]

EXPECTED_TERM = "a term such as 72h, 30d, 4 business days or 1 month"
OFFICE_CLOSES = time(17)

_COUNTED = re.compile(r"([1-9][0-9]{0,2}) (business day|month)s?", re.ASCII)
_SATURDAY = 5  # as date.weekday counts


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time as a law states it."""

    text: str
    amount: int
    unit: Literal["seconds", "days", "business days", "months"]

    @property
    def days(self) -> Literal["business", "calendar"]:
        """Which days count."""
        return "business" if self.unit == "business days" else "calendar"


def term(text: str) -> Term:
    """Return the parts of a term. Raises ValueError."""
    if match := _COUNTED.fullmatch(text):
        return Term(text, int(match[1]), "months" if match[2] == "month" else "business days")
    seconds = duration(text)
    return Term(text, seconds // 86_400, "days") if text.endswith("d") else Term(text, seconds, "seconds")


def ends(term: Term, start: datetime, zone: str) -> datetime:
    """Return when a term that began at `start` ends, in UTC.

    start: aware. zone: the IANA name of the calendar that counts; empty for UTC.
    """
    if term.unit == "seconds":
        return start.astimezone(UTC) + timedelta(seconds=term.amount)
    place = ZoneInfo(zone or "UTC")
    began = start.astimezone(place)
    if term.unit == "days":
        return _moment(began.date() + timedelta(days=term.amount), began.time(), place)
    if term.unit == "months":
        return _moment(_months_on(began.date(), term.amount), began.time(), place)
    last = began.date()
    for _ in range(term.amount):
        last += timedelta(days=1)
        while last.weekday() >= _SATURDAY:
            last += timedelta(days=1)
    return _moment(last, min(began.time(), OFFICE_CLOSES), place)


def _months_on(day: date, months: int) -> date:
    """Return the same day so many months on; the last one of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _moment(day: date, at: time, place: ZoneInfo) -> datetime:
    """Return a moment of local time in UTC; where the clocks change, the earlier of the two it may mean."""
    local = datetime.combine(day, at, tzinfo=place)
    return min(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))

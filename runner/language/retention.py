"""Reads what a `keep` action says of its source: how long it remembers, and how far it runs behind.

Both are words for people (`90d`, `while it stands`, `minutes; GitHub names no bound`); here is the one place
that makes numbers of them. What the words do not say stays unknown, and an assumption is called one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from runner.language.durations import duration

__all__ = ["Lag", "Retention", "lag", "lives", "retention"]

_STANDS = ("while ", "until ")
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}
_NEXT = {"second": 60, "minute": 3600, "hour": 86400, "day": 7 * 86400, "week": 31 * 86400}
_NAMED = re.compile(r"(?:\b(an?|[1-9][0-9]{0,3}) )?\b(second|minute|hour|day|week)s?\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a source remembers."""

    seconds: int | None
    """Each record is gone after this time; None when time alone removes nothing, or nobody said."""
    stands: bool
    """True for a state: it lasts `while it stands`, and what ends it is closing, not time."""


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a source runs behind what happens."""

    seconds: int | None
    """None when nobody said."""
    assumed: bool = False
    """True when the words name a unit and no number: taken as one of the next larger unit."""


def retention(text: str) -> Retention:
    """Return what `90d`, `while it stands` or `until the hold is released` mean; anything else is unknown."""
    try:
        return Retention(duration(text), stands=False)
    except ValueError:
        return Retention(None, stands=text.startswith(_STANDS))


def lives(text: str) -> int | None:
    """Return for how many seconds a source remembers a record; None as in `Retention.seconds`."""
    return retention(text).seconds


def lag(text: str) -> Lag:
    """Return the longest time that the words name: `up to 36 hours` is exact, `minutes` is less than an hour.

    `none` is no lag, and `15m` is what it says. Words that name no time, such as an empty text, are unknown.
    """
    exact = 0 if text == "none" else lives(text)
    if exact is not None:
        return Lag(exact)
    spans = [
        (_NEXT[unit], True) if not count else (int(count if count.isdigit() else 1) * _UNITS[unit], False)
        for count, unit in _NAMED.findall(text)
    ]
    return Lag(*max(spans)) if spans else Lag(None)

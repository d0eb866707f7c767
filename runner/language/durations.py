"""Times as a playbook writes them: `15m`, `180d`, `between 05:00-06:00 Europe/London`, `armed 72h`.

A duration is kept as whole seconds. A window names its time zone, because people in two countries
read one playbook; zones are those of the IANA database (https://www.iana.org/time-zones).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from functools import cache
from typing import Literal
from zoneinfo import available_timezones

__all__ = ["EXPECTED_DURATION", "EXPECTED_FIRE", "Fire", "duration", "fire", "in_words", "is_zone"]

EXPECTED_DURATION = "a duration such as 15m, 24h or 180d"
EXPECTED_FIRE = "`on-approval`, `between 05:00-06:00 Europe/London` or `armed 72h`"

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])", re.ASCII)
_CLOCK = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_BETWEEN = re.compile(rf"between {_CLOCK}-{_CLOCK} ([A-Za-z][A-Za-z0-9_+/-]*)", re.ASCII)
_LONGEST = 10 * 366 * 86400  # a legal hold lasts years; more than ten is a slip of the pen


@dataclass(frozen=True, slots=True)
class Fire:
    """When a phase whose quorum stands may fire."""

    text: str
    """As written."""
    kind: Literal["on-approval", "between", "armed"]
    opens: time | None = None
    """`between`: wall-clock time in `zone`, from."""
    closes: time | None = None
    """`between`: until; before `opens` when the window spans midnight."""
    zone: str = ""
    """`between`: IANA name."""
    seconds: int = 0
    """`armed`: for how long the approval stands while a person holds the trigger."""


def duration(text: str) -> int:
    """Return the seconds of `15m`, `1h`, `24h`, `180d`. Raises ValueError."""
    match = _DURATION.fullmatch(text)
    if match is None or int(match[1]) * _UNITS[match[2]] > _LONGEST:
        raise ValueError(text)
    return int(match[1]) * _UNITS[match[2]]


def fire(text: str) -> Fire:
    """Return the parts of a `fire:` value. Raises ValueError."""
    if text == "on-approval":
        return Fire(text, "on-approval")
    if text.startswith("armed "):
        return Fire(text, "armed", seconds=duration(text[len("armed ") :]))
    match = _BETWEEN.fullmatch(text)
    if match is None or not is_zone(match[5]):
        raise ValueError(text)
    opens, closes = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if opens == closes:
        raise ValueError(text)
    return Fire(text, "between", opens, closes, match[5])


def in_words(seconds: int) -> str:
    """Return the shortest exact spelling: 5400 becomes `90m`, 86400 becomes `24h`, 259200 `3d`."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % size == 0 and (unit != "d" or seconds >= 3 * size):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def is_zone(name: str) -> bool:
    """Tell whether this is a time zone of the IANA database."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())

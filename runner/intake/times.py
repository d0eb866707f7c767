"""Reads the time and the zone that stand beside a date: `18:00 CET`, `6pm`, `um 18 Uhr`, `à 18h30`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runner.intake.dates import ZONES, among

__all__ = ["Time", "time_around"]

_MIDNIGHT = "midnight|mitternacht|minuit|medianoche|meia-noite|자정"
_NOON = "noon|midday|mittag|midi|mediodía|meio-dia|정오"
_CLOCK = (
    r"(?:(?P<hour>[01]?[0-9]|2[0-4])(?:[:.]|\s?h\s?)(?P<minute>[0-5][0-9])"
    r"(?::[0-5][0-9])?(?:\s?(?:(?P<half>[ap])\.?m\b\.?|(?P<night>midnight)\b|(?:noon|uhr|hours|hrs)\b))?"
    r"|(?P<hour2>[01]?[0-9]|2[0-4])\s?(?:(?P<half2>[ap])\.?m\b\.?|uhr\b|h(?:eures|oras)?\b|시)"
    rf"|(?P<midnight>{_MIDNIGHT})|(?P<noon>{_NOON}))"
)
_SHIFT = r"(?P<shift>[+-][0-9]{1,2}(?::?[0-9]{2})?)?"
_ZONE = rf"(?:\s{{0,2}}\(?(?:(?P<zone>{among(ZONES)})(?![A-Za-z])|(?=[+-][0-9])){_SHIFT})"
_JOIN = r"(?:(?<=[0-9])\.)?[\s,]{0,3}(?:at\s|um\s|à\s|a las\s|às\s|as\s|by\s|before\s|@\s?|-\s|T)?\s{0,2}"
_AFTER = re.compile(rf"{_JOIN}{_CLOCK}{_ZONE}?", re.IGNORECASE)
_ZONE_ONLY = re.compile(rf",?{_ZONE}", re.IGNORECASE)
_BEFORE = re.compile(
    rf"(?<![\w:.]){_CLOCK}{_ZONE}?(?:\s(?:on|am|le|el|on the|of|do dia|del))?[\s,]{{1,3}}\Z", re.IGNORECASE
)
_NEAR = 40


@dataclass(frozen=True, slots=True)
class Time:
    """What is stated beside a date."""

    minutes: int | None = None
    """Since midnight."""
    offsets: tuple[int, ...] = ()
    """Minutes ahead of UTC; several for a name that several zones have."""
    zone: str = ""
    midnight: bool = False


def time_around(text: str, start: int, end: int) -> tuple[int, int, Time]:
    """Return the stretch that a date and its time take together, and the time."""
    if after := _AFTER.match(text, end, end + _NEAR):
        return start, after.end(), _time(after)
    low = max(0, start - _NEAR)
    if before := _BEFORE.search(text[low:start]):
        return low + before.start(), end, _time(before)
    zone = _ZONE_ONLY.match(text, end, end + _NEAR)
    if zone and zone["zone"] and zone["zone"].isupper():  # `Friday, et al.` names no zone
        return start, zone.end(), Time(offsets=_offsets(zone), zone=zone["zone"])
    return start, end, Time()


def _time(match: re.Match[str]) -> Time:
    offsets, zone = _offsets(match), match["zone"] or ""
    if match["midnight"] or match["night"]:
        return Time(0, offsets, zone, midnight=True)
    if match["noon"]:
        return Time(720, offsets, zone)
    hour, minute = int(match["hour"] or match["hour2"]), int(match["minute"] or 0)
    half = (match["half"] or match["half2"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return Time(hour * 60 + minute, offsets, zone)


def _offsets(match: re.Match[str]) -> tuple[int, ...]:
    """Return the zone's distance from UTC; `UTC+2` and `+02:00` are further by what they say."""
    shift = 0
    if match["shift"]:
        digits = match["shift"][1:].replace(":", "")
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        shift = (hours * 60 + minutes) * (-1 if match["shift"].startswith("-") else 1)
    named = ZONES.get((match["zone"] or "").lower(), (0,) if match["shift"] else ())
    return tuple(each + shift for each in named if abs(each + shift) <= 14 * 60)

"""Finds the deadlines a text sets: spans from receipt, dates, weekdays; each with what was assumed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from runner.intake.dates import (
    LEAD,
    LEAD_WITHIN,
    MONTHS,
    NUMBERS,
    ON,
    RELATIVE_DAYS,
    UNITS,
    WEEKDAYS,
    among,
)
from runner.intake.demand import Deadline
from runner.intake.envelope import stamp
from runner.intake.mentions import threatens
from runner.intake.moments import Days, Moment, dated, earliest, on_weekday, possible, relative, yearless
from runner.intake.passages import Passage, one_line
from runner.intake.times import Time, time_around

__all__ = ["Receipt", "deadlines"]

_MOST = 20
_COUNT = rf"([0-9]{{1,4}}|{among(NUMBERS)})"
_UNIT = rf"[\s-]{{0,2}}(?:business |working |full )?({among(UNITS)})"
_SPANS = (
    re.compile(
        rf"\b(?:{LEAD_WITHIN})\s{{1,3}}(?:[^\W\d]{{1,12}}\s){{0,3}}?{_COUNT}{_UNIT}(?!\w)", re.IGNORECASE
    ),
    re.compile(
        rf"(?<![\w.,]){_COUNT}{_UNIT}\s(?:from now|from this|to pay|to comply|left|remain)\b", re.IGNORECASE
    ),
    re.compile(rf"(?<![\w.,]){_COUNT}\s?(시간|일|주)\s?(?:이내|안에|내에|내로)"),
)
_DATE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?P<y>20[0-9]{2})-(?P<mo>[0-9]{1,2})-(?P<d>[0-9]{1,2})"
    r"|(?P<a>[0-9]{1,2})(?P<mark>[./])(?P<b>[0-9]{1,2})(?:(?P=mark)(?P<c>20[0-9]{2}|[0-9]{2}))?"
    rf"|(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th|er|\.|º)?\s{{1,3}}(?:of\s|de\s)?(?P<month>{among(MONTHS)})\.?"
    r"(?:,?\s{1,3}(?:de\s|del\s)?(?P<year>20[0-9]{2}))?"
    rf"|(?P<month2>{among(MONTHS)})\.?\s{{1,3}}(?P<day2>[0-9]{{1,2}})(?:st|nd|rd|th)?"
    r"(?:,?\s{1,3}(?P<year2>20[0-9]{2}))?"
    r"|(?:(?P<ky>20[0-9]{2})년\s?)?(?P<km>[0-9]{1,2})월\s?(?P<kd>[0-9]{1,2})일"
    rf"|(?P<weekday>{among(WEEKDAYS)})|(?P<relative>{among(RELATIVE_DAYS)})"
    r")(?:(?=T[0-9])|(?![0-9]|[^\W\d_가-힣]))",
    re.IGNORECASE,
)
_NO_YEAR = "no year is stated: the next such day"
_NEAR = 40  # characters before a date in which a word may make it a deadline


@dataclass(frozen=True, slots=True)
class Receipt:
    """When the message was received, and how sure that is."""

    at: datetime
    trusted: bool
    source: str
    """In words."""


@dataclass(frozen=True, slots=True)
class _Stated:
    """A date in a text, with the time beside it."""

    start: int
    end: int
    days: Days
    doubt: str
    time: Time


def deadlines(passages: Iterable[Passage], receipt: Receipt) -> tuple[Deadline, ...]:
    """Return the deadlines the texts set, each once: the earliest first, those past at receipt last."""
    found: dict[str, Deadline] = {}
    for passage in passages:
        for each in (*_spans(passage, receipt), *_dates(passage, receipt)):
            found.setdefault(f"{each.stated.lower()} {each.utc}", each)
    now = stamp(receipt.at)
    return tuple(sorted(found.values(), key=lambda each: (each.utc < now, each.utc)))[:_MOST]


def _spans(passage: Passage, receipt: Receipt) -> Iterator[Deadline]:
    for form in _SPANS:
        for match in form.finditer(passage.text):
            count = match[1].lower()
            seconds = int(NUMBERS.get(count) or count) * UNITS[match[2].lower()]
            working = re.search(r"business|working", match[0], re.IGNORECASE) is not None
            yield Deadline(
                stated=one_line(match[0]),
                quote=passage.sentence(match.start(), match.end()),
                utc=stamp(receipt.at + timedelta(seconds=seconds)),
                assumed=working or not receipt.trusted,
                why=f"counted from receipt at {stamp(receipt.at)}: {receipt.source}"
                + ("; working days are read as days" if working else ""),
            )


def _dates(passage: Passage, receipt: Receipt) -> Iterator[Deadline]:
    seen: set[str] = set()
    for match in _DATE.finditer(passage.text):
        days, doubt = _days(match, receipt)
        if days is not None:
            start, end, time = time_around(passage.text, match.start(), match.end())
            stated = _Stated(start, end, days, doubt, time)
            words = passage.text[start:end]
            if words not in seen and _is_deadline(passage, match, stated):
                seen.add(words)
                yield _deadline(passage, stated, receipt)


def _is_deadline(passage: Passage, match: re.Match[str], stated: _Stated) -> bool:
    """Tell whether a date ends something: `by`, `until`, or a threat to publish or sell `on` that day."""
    text = passage.text
    before = text[max(0, match.start() - _NEAR) : match.start()].rpartition("\n\n")[2]
    if LEAD.search(before) or text.startswith("까지", match.end()) or text.startswith("까지", stated.end):
        return True
    return ON.search(before) is not None and threatens(passage.sentence(stated.start, stated.end))


def _deadline(passage: Passage, stated: _Stated, receipt: Receipt) -> Deadline:
    why = "; ".join(_assumptions(stated, receipt))
    moment = Moment(stated.days, stated.time.minutes, stated.time.offsets)
    return Deadline(
        stated=one_line(passage.text[stated.start : stated.end]),
        quote=passage.sentence(stated.start, stated.end),
        utc=stamp(earliest(moment, receipt.at)),
        assumed=bool(why),
        why=why or "stated with its zone",
    )


def _assumptions(stated: _Stated, receipt: Receipt) -> Iterator[str]:
    time = stated.time
    if stated.doubt:
        yield stated.doubt
    if stated.doubt and not receipt.trusted:
        yield f"seen from receipt: {receipt.source}"
    if time.minutes is None:
        yield "no time is stated: the start of that day"
    if time.midnight:
        yield "midnight is taken for the one that begins the day"
    if not time.offsets:
        yield "no zone is stated: the earliest anywhere"
    if len(time.offsets) > 1:
        yield f"{time.zone.upper()} is the name of several zones: the earliest of them"


def _days(match: re.Match[str], receipt: Receipt) -> tuple[Days | None, str]:
    """Return the days a date can mean, and what leaves them open; None when it is no date."""
    if match["weekday"]:
        number = WEEKDAYS[match["weekday"].lower()]
        return on_weekday(number), "a weekday without a date: the next one"
    if match["relative"]:
        return relative(RELATIVE_DAYS[match["relative"].lower()]), "counted from the day of receipt"
    if match["mark"]:
        return _with_marks(match, receipt)
    name = (match["month"] or match["month2"] or "").lower()
    month = MONTHS[name] if name else int(match["mo"] or match["km"])
    day = int(match["d"] or match["day"] or match["day2"] or match["kd"])
    year = match["y"] or match["year"] or match["year2"] or match["ky"]
    if year is None:
        exists = possible(2000, month, day)  # a leap year: the 29th of February is no mistake
        return (yearless(month, day), _NO_YEAR) if exists else (None, "")
    found = possible(int(year), month, day)
    return (dated(found), "") if found else (None, "")


def _with_marks(match: re.Match[str], receipt: Receipt) -> tuple[Days | None, str]:
    """Read `27.11.2026` as day and month, and `03/04/2026` in both ways."""
    first, second, last = int(match["a"]), int(match["b"]), match["c"]
    if last is None:  # `1.5` and `24/7` are no dates; `27.11.` is one
        whole = match["mark"] == "." and match.string.startswith(".", match.end())
        exists = whole and possible(2000, second, first)
        return (yearless(second, first), _NO_YEAR) if exists else (None, "")
    year = int(last) if len(last) == 4 else receipt.at.year // 100 * 100 + int(last)
    orders = [(second, first)] if match["mark"] == "." else [(second, first), (first, second)]
    found = {day for month, number in orders if (day := possible(year, month, number))}
    if not found:
        return None, ""
    return dated(*sorted(found)), "day and month can be read both ways: the earlier" if len(found) > 1 else ""

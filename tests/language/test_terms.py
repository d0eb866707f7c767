"""When a legal deadline ends: never later than the law says, whatever the calendar does meanwhile."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from runner.language.terms import ends, term

NEW_YORK, BERLIN, LONDON = "America/New_York", "Europe/Berlin", "Europe/London"


def ended(text: str, start: str, zone: str = "") -> str:
    """Return the end of a term that began at this moment, as written in UTC."""
    return f"{ends(term(text), datetime.fromisoformat(start), zone):%Y-%m-%dT%H:%MZ}"


@pytest.mark.parametrize(
    ("text", "start", "zone", "end"),
    [
        # hours are hours, over a weekend, a month's end and a change of the clocks
        ("72h", "2026-03-06T17:00Z", "", "2026-03-09T17:00Z"),
        ("72h", "2026-03-27T12:00+01:00", BERLIN, "2026-03-30T11:00Z"),  # summer time begins on 29 March
        ("4h", "2026-03-29T01:30+01:00", BERLIN, "2026-03-29T04:30Z"),
        ("24h", "2026-02-28T23:00Z", "", "2026-03-01T23:00Z"),
        # days keep the time of day of their zone
        ("30d", "2026-03-01T09:00Z", "", "2026-03-31T09:00Z"),
        ("30d", "2026-03-01T09:00-05:00", NEW_YORK, "2026-03-31T13:00Z"),  # 09:00 there, an hour less in UTC
        ("30d", "2026-10-15T09:00-04:00", NEW_YORK, "2026-11-14T14:00Z"),
        ("1d", "2026-03-28T02:30+01:00", BERLIN, "2026-03-29T00:30Z"),  # 02:30 does not exist: the earlier reading
        ("1d", "2026-10-24T02:30+02:00", BERLIN, "2026-10-25T00:30Z"),  # 02:30 comes twice: the first
        # months end on the same date, or on the last one there is
        ("1 month", "2026-01-31T10:00Z", "", "2026-02-28T10:00Z"),
        ("1 month", "2028-01-31T10:00Z", "", "2028-02-29T10:00Z"),
        ("1 month", "2026-12-15T10:00Z", "", "2027-01-15T10:00Z"),
        ("3 months", "2026-11-30T10:00Z", "", "2027-02-28T10:00Z"),
        # business days: Form 8-K, four after the determination
        ("4 business days", "2026-03-02T10:00-05:00", NEW_YORK, "2026-03-06T15:00Z"),  # Monday to Friday
        ("4 business days", "2026-03-05T10:00-05:00", NEW_YORK, "2026-03-11T14:00Z"),  # Thursday, over the change
        ("4 business days", "2026-03-06T10:00-05:00", NEW_YORK, "2026-03-12T14:00Z"),
        ("4 business days", "2026-03-07T10:00-05:00", NEW_YORK, "2026-03-12T14:00Z"),  # Saturday: Monday is the first
        ("4 business days", "2026-03-08T10:00-04:00", NEW_YORK, "2026-03-12T14:00Z"),
        ("1 business day", "2026-03-06T10:00Z", LONDON, "2026-03-09T10:00Z"),
        ("10 business days", "2026-03-02T10:00-05:00", NEW_YORK, "2026-03-16T14:00Z"),
        # the day is the zone's: late on Monday in New York is Tuesday in UTC
        ("4 business days", "2026-03-03T02:00Z", NEW_YORK, "2026-03-06T22:00Z"),  # 21:00 there, and 17:00 on the last
        # an office closes at 17:00 there
        ("4 business days", "2026-03-02T16:59-05:00", NEW_YORK, "2026-03-06T21:59Z"),
        ("4 business days", "2026-03-02T23:30-05:00", NEW_YORK, "2026-03-06T22:00Z"),
    ],
)  # fmt: skip
def test_a_term_ends(text: str, start: str, zone: str, end: str) -> None:
    assert ended(text, start, zone) == end


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from([NEW_YORK, BERLIN, LONDON, "Australia/Sydney", "Asia/Kolkata", "America/Los_Angeles"])


@given(MOMENTS, ZONES, st.integers(1, 20))
def test_business_days_end_on_one_and_are_never_more_than_counted(
    start: datetime, zone: str, days: int
) -> None:
    end = ends(term(f"{days} business days"), start, zone).astimezone(ZoneInfo(zone))
    began = start.astimezone(ZoneInfo(zone)).date()
    between = [began + timedelta(days=each) for each in range(1, (end.date() - began).days + 1)]
    assert end.weekday() < 5
    assert sum(day.weekday() < 5 for day in between) == days
    assert (end.hour, end.minute, end.second) <= (17, 0, 0)
    assert end > start


@given(MOMENTS, ZONES, st.integers(1, 90))
def test_days_and_months_end_no_later_than_the_same_time_of_the_last_day(
    start: datetime, zone: str, days: int
) -> None:
    began = start.astimezone(ZoneInfo(zone))
    end = ends(term(f"{days}d"), start, zone).astimezone(ZoneInfo(zone))
    assert began.date() + timedelta(days=days) - end.date() in (timedelta(0), timedelta(days=1))
    assert timedelta(days=days, hours=-1.5) <= end - began.astimezone(UTC) <= timedelta(days=days, hours=1.5)
    month = ends(term("1 month"), start, zone)
    assert timedelta(days=27) < month - start < timedelta(days=32)


@given(MOMENTS, ZONES, st.integers(1, 200))
def test_hours_do_not_care_for_zones(start: datetime, zone: str, hours: int) -> None:
    assert ends(term(f"{hours}h"), start, zone) - start == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text", ["4", "4 days", "business days", "0 business days", "1.5h", "4 Business Days", "-1d", "٣ months"]
)
def test_what_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        term(text)


def test_a_term_says_which_days_count() -> None:
    assert [term(each).days for each in ("72h", "30d", "1 month", "4 business days")] == ["calendar"] * 3 + [
        "business"
    ]

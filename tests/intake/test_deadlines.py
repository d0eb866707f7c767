"""A deadline is quoted, and put into UTC: as stated where it is certain, else the earliest that can be meant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runner.intake.deadlines import Receipt, deadlines
from tests.intake.conftest import reading, said

WEDNESDAY = Receipt(datetime(2026, 11, 25, 9, 14, tzinfo=UTC), trusted=True, source="our own server")
UNSURE = Receipt(WEDNESDAY.at, trusted=False, source="the file")


def one(text: str, receipt: Receipt = WEDNESDAY):
    [found] = deadlines(said(text), receipt)
    return found


@pytest.mark.parametrize(
    ("text", "stated", "utc"),
    [
        ("Pay within 72 hours.", "within 72 hours", "2026-11-28T09:14:00Z"),
        ("You have 48h.", "You have 48h", "2026-11-27T09:14:00Z"),
        ("within the next three days", "within the next three days", "2026-11-28T09:14:00Z"),
        ("48 hours to pay", "48 hours to pay", "2026-11-27T09:14:00Z"),
        ("seventy-two hours from now", "seventy-two hours from now", "2026-11-28T09:14:00Z"),
        ("innerhalb von zwei Wochen", "innerhalb von zwei Wochen", "2026-12-09T09:14:00Z"),
        ("binnen 3 Tagen", "binnen 3 Tagen", "2026-11-28T09:14:00Z"),
        ("sous 48 heures", "sous 48 heures", "2026-11-27T09:14:00Z"),
        ("dentro de 3 días", "dentro de 3 días", "2026-11-28T09:14:00Z"),
        ("no prazo de 72 horas", "no prazo de 72 horas", "2026-11-28T09:14:00Z"),
        ("72시간 이내에 보내라", "72시간 이내", "2026-11-28T09:14:00Z"),
    ],
)
def test_a_span_is_counted_from_receipt(text, stated, utc):
    found = one(text)
    assert (found.stated, found.utc, found.assumed) == (stated, utc, False)
    assert found.why == "counted from receipt at 2026-11-25T09:14:00Z: our own server"


def test_a_span_from_a_doubtful_receipt_is_assumed_and_so_are_working_days():
    assert (one("within 72 hours", UNSURE).assumed, one("within 72 hours", UNSURE).utc) == (
        True,
        "2026-11-28T09:14:00Z",
    )
    working = one("within 3 business days")
    assert (working.assumed, working.utc) == (True, "2026-11-28T09:14:00Z")
    assert working.why.endswith("; working days are read as days")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("until 27 November 2026, 18:00 UTC", "2026-11-27T18:00:00Z"),
        ("by 2026-11-27T18:00Z", "2026-11-27T18:00:00Z"),
        ("by 2026-11-27 18:00 UTC+2", "2026-11-27T16:00:00Z"),
        ("by 2026-11-27 18:00 +05:30", "2026-11-27T12:30:00Z"),
        ("by November 27th, 2026 at 6:30 pm PST", "2026-11-28T02:30:00Z"),
        ("before 6pm EST on 27 November 2026", "2026-11-27T23:00:00Z"),
        ("bis zum 27.11.2026 um 18 Uhr MEZ", "2026-11-27T17:00:00Z"),
        ("bis zum 27.11.2026, 18:00 Uhr MEZ", "2026-11-27T17:00:00Z"),
        ("avant le 27 novembre 2026 à 18h30 CET", "2026-11-27T17:30:00Z"),
        ("antes del 27 de noviembre de 2026 a las 18:00 UTC", "2026-11-27T18:00:00Z"),
        ("até 27 de novembro de 2026 às 18h UTC", "2026-11-27T18:00:00Z"),
        ("2026년 11월 27일 18:00 KST까지", "2026-11-27T09:00:00Z"),
        ("deadline: 12/31/2026 12:00 noon GMT", "2026-12-31T12:00:00Z"),
    ],
)
def test_a_date_with_time_and_zone_is_certain(text, utc):
    found = one(text, UNSURE)
    assert (found.utc, found.assumed, found.why) == (utc, False, "stated with its zone")


@pytest.mark.parametrize(
    ("text", "utc", "why"),
    [
        ("by 27 November 2026 18:00", "2026-11-27T04:00:00Z", "no zone is stated: the earliest anywhere"),
        ("by 27 November 2026, UTC", "2026-11-27T00:00:00Z", "no time is stated: the start of that day"),
        ("by Nov 30 10:00 UTC", "2026-11-30T10:00:00Z", "no year is stated: the next such day"),
        ("by Nov 3 10:00 UTC", "2027-11-03T10:00:00Z", "no year is stated: the next such day"),
        ("bis 27.11. 18:00 UTC", "2026-11-27T18:00:00Z", "no year is stated: the next such day"),
        (
            "by 03/04/2027 10:00 UTC",
            "2027-03-04T10:00:00Z",
            "day and month can be read both ways: the earlier",
        ),
        ("by Friday 18:00 CET", "2026-11-27T17:00:00Z", "a weekday without a date: the next one"),
        ("by Wednesday 12:00 UTC", "2026-11-25T12:00:00Z", "a weekday without a date: the next one"),
        ("by Wednesday 9:00 UTC", "2026-12-02T09:00:00Z", "a weekday without a date: the next one"),
        ("bis Freitag, 18 Uhr", "2026-11-27T04:00:00Z", "no zone is stated: the earliest anywhere"),
        ("avant vendredi 18h30", "2026-11-27T04:30:00Z", "no zone is stated: the earliest anywhere"),
        ("antes del viernes", "2026-11-26T10:00:00Z", "no time is stated: the start of that day"),
        ("até sexta-feira", "2026-11-26T10:00:00Z", "no time is stated: the start of that day"),
        ("금요일까지", "2026-11-26T10:00:00Z", "a weekday without a date: the next one"),
        ("deadline: tomorrow noon GMT", "2026-11-26T12:00:00Z", "counted from the day of receipt"),
        (
            "by midnight UTC on Friday",
            "2026-11-27T00:00:00Z",
            "midnight is taken for the one that begins the day",
        ),
        ("by 28 November 2026, 12:00 midnight UTC", "2026-11-28T00:00:00Z", "midnight is taken for the one"),
        ("by Dec 1 2026 at 9 am ET", "2026-12-01T13:00:00Z", "ET is the name of several zones"),
        ("by Dec 1 2026 9:00 CST", "2026-12-01T01:00:00Z", "CST is the name of several zones"),
    ],
)
def test_what_is_left_open_gives_the_earliest_reading_and_says_so(text, utc, why):
    found = one(text)
    assert (found.utc, found.assumed) == (utc, True)
    assert why in found.why


def test_a_day_that_has_begun_somewhere_may_be_over_at_once():
    """Thursday noon in London is Friday in Auckland: `by Friday` may mean now."""
    thursday = Receipt(datetime(2026, 11, 26, 12, tzinfo=UTC), trusted=True, source="our own server")
    assert one("by Friday", thursday).utc == "2026-11-26T12:00:00Z"
    friday_evening = Receipt(datetime(2026, 11, 27, 20, tzinfo=UTC), trusted=True, source="our own server")
    assert one("by Friday", friday_evening).utc == "2026-11-27T20:00:00Z"


def test_a_date_that_is_past_stays_past_and_stands_behind_those_to_come():
    found = deadlines(
        said("You worked here until 2026-10-01 10:00 UTC. Pay by 2026-12-01 10:00 UTC."), WEDNESDAY
    )
    assert [each.utc for each in found] == ["2026-12-01T10:00:00Z", "2026-10-01T10:00:00Z"]


@pytest.mark.parametrize(
    "text",
    [
        "We met on Friday.",
        "I left on 27 November 2026.",
        "by 31.02.2027",
        "by 99/99/2027",
        "open 24/7, version 1.5 by me",
        "in 2026",
        "by Fridays' child",
        "within reason, for hours",
    ],
)
def test_dates_that_end_nothing_are_no_deadlines(text):
    assert deadlines(said(text), WEDNESDAY) == ()


def test_the_day_of_a_threatened_publication_is_a_deadline():
    found = one("On Friday 18:00 UTC we publish everything.")
    assert (found.stated, found.utc) == ("Friday 18:00 UTC", "2026-11-27T18:00:00Z")
    assert found.quote == "On Friday 18:00 UTC we publish everything."


def test_the_earliest_deadline_of_a_message_is_its_deadline(first):
    assert [each.stated for each in first.deadlines] == ["Friday 18:00 CET", "within 72 hours"]
    assert first.deadline == first.deadlines[0]
    assert (first.deadlines[1].utc, first.deadlines[1].assumed) == ("2026-11-28T09:14:02Z", False)
    assert first.deadline.quote.startswith("Pay 2.5 BTC (about $150,000) to bc1qw508")


def test_a_message_without_deadline_has_an_empty_one():
    demand = reading(b"We have your data.").demand
    assert (demand.deadline.stated, demand.deadline.utc, demand.deadlines) == ("", "", ())

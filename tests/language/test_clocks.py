"""The rows of clocks.yaml: complete against the list they were made from, dated, sourced, and honest about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runner.errors import UsageError
from runner.language.clocks import load_clocks
from runner.language.shipped import shipped
from runner.language.terms import term

PATH = shipped("playbooks") / "clocks.yaml"
CLOCKS = load_clocks(PATH)
EVERY = pytest.mark.parametrize("name", sorted(CLOCKS))
TABLE = ["1", "1b", "1c", "2", "3", "4", "5", "6", "6b", *map(str, range(7, 24))]
"""The numbers of the duties, without a gap."""
ROW = "version: 1\nclocks:\n  a: {row: 1, about: a, owed_by: b, starts: c, source: d, "


def test_every_duty_of_the_list_has_its_rows() -> None:
    assert sorted({row.row for row in CLOCKS.values()}, key=TABLE.index) == TABLE


@pytest.mark.parametrize(
    ("row", "terms"),
    [
        ("1", ["72h"]), ("1b", [""]), ("1c", [""]), ("2", ["72h"]), ("3", ["24h", "72h", "1 month"]),
        ("4", ["4h", "24h", "72h", "1 month"]), ("5", ["4 business days"]), ("6", ["72h"]), ("6b", ["24h", "30d"]),
        ("7", ["10 business days", ""]), ("8", ["10 business days"]), ("9", [""]), ("10", [""]), ("11", [""]),
        ("12", [""]), ("13", ["72h"]), ("14", ["", "60d", "", "180d"]), ("15", ["60d"] * 4), ("16", ["30d"]),
        ("17", ["30d", "15d"]), ("18", ["30d"]), ("19", ["30d", "60d", ""]), ("20", ["72h", "24h"]), ("21", ["72h"]),
        ("22", ["24h", "72h", "96h"]), ("23", ["", "", "", "", "1 month"]),
    ],
)  # fmt: skip
def test_the_lengths_of_time_are_those_of_the_list(row: str, terms: list[str]) -> None:
    assert [each.within.text if each.within else "" for each in CLOCKS.values() if each.row == row] == terms


@EVERY
def test_a_row_says_whom_it_binds_what_starts_it_and_where_it_was_read(name: str) -> None:
    row = CLOCKS[name]
    assert row.owed_by
    assert row.starts
    assert row.url or row.row == "23"
    assert (row.checked is None) is (row.confidence == "unread")
    if row.checked:
        assert "2025-01-01" < row.checked <= "2026-11-25"
    if row.within and row.within.days == "business":
        assert row.zone


def test_what_is_no_law_is_listed_and_not_in_force() -> None:
    assert {name for name, row in CLOCKS.items() if not row.in_force} == {
        "circia-incident", "circia-payment", "eu-omnibus-33", "uk-resilience-bill-early", "uk-resilience-bill-full",
    }  # fmt: skip
    assert CLOCKS["eu-omnibus-33"].supersedes == "gdpr-33"
    assert {row.supersedes for row in CLOCKS.values()} - {None} <= set(CLOCKS)


def test_a_waiting_period_is_never_shown_as_a_deadline() -> None:
    """An early date is safe for what must be done by it, and harmful for what must not be done before it."""
    assert CLOCKS["uk-sar"].within is None
    assert "too early" in (CLOCKS["uk-sar"].note or "")


def test_a_row_is_frozen_into_a_case_as_plain_text() -> None:
    data = CLOCKS["sec-8k-105"].as_data()
    assert all(isinstance(value, str) for value in data.values())
    assert (data["within"], data["days"], data["zone"]) == ("4 business days", "business", "America/New_York")
    assert CLOCKS["gdpr-34"].as_data()["within"] == ""
    assert term(data["within"])


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("within: 72h, confidence: unread}", ""),
        ("within: soon, confidence: unread}", "expected a term such as 72h"),
        ("confidence: unread}", "expected one of `within` and `as_soon_as`"),
        ("within: 72h, as_soon_as: now, confidence: unread}", "expected one of `within` and `as_soon_as`"),
        ("within: 4 business days, confidence: unread}", "expected a `zone` beside business days"),
        ("within: 72h, zone: Mars, confidence: unread}", "expected a time zone such as Europe/London"),
        ("within: 72h, confidence: read}", "expected the day it was `checked`"),
        ("within: 72h, confidence: unread, checked: 2026-11-25}", "none where nothing was read"),
        ("within: 72h, confidence: sure, checked: 2026-11-25}", "expected one of read, second-hand, unread"),
        ("within: 72h, confidence: read, checked: yesterday}", "expected a day such as 2026-11-25"),
        ("within: 72h, confidence: unread, url: here}", "expected an address that begins with http"),
        ("within: 72h, confidence: unread, in_force: perhaps}", "expected `true` or `false`"),
        ("within: 72h, confidence: unread, days: business}", 'expected a key of a clock, found "days"'),
    ],
)
def test_a_broken_row_is_told_at_its_place(tmp_path: Path, rest: str, said: str) -> None:
    path = tmp_path / "clocks.yaml"
    path.write_text(f"{ROW}{rest}\n")
    if not said:
        assert load_clocks(path)["a"].within is not None
        return
    with pytest.raises(UsageError) as refused:
        load_clocks(path)
    assert said in refused.value.what
    assert re.search(r"clocks\.yaml:3:\d+: ", refused.value.what)

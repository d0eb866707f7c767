"""The measuring document: numbers from the services' side where there are ledgers, and no flattery."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runner.reports.measure import document
from runner.reports.reading import read
from tests.reports.records import LATE, case, opened


def ledger(path: Path, lines: list[dict[str, Any]]) -> Path:
    base = {"path": "/", "status": 200, "changed": None, "method": "POST"}
    path.write_text(
        "".join(json.dumps({"n": n, **base, **line}) + "\n" for n, line in enumerate(lines, start=1))
    )
    return path


def arrivals(**delay_ms: float) -> list[dict[str, Any]]:
    """One write a head, `delay_ms[service]` after we say we sent it, to the microsecond as services write."""
    lockdown = read(case()).lockdown
    assert lockdown is not None
    firsts = [each for each in lockdown.operations if each.head in lockdown.heads]
    return [
        {
            "service": each.service,
            "at": (
                datetime.fromisoformat(each.write_at) + timedelta(milliseconds=delay_ms[each.service])
            ).isoformat(timespec="microseconds"),
            "changed": f"{each.head}=closed",
        }
        for each in firsts
    ]


def test_the_spread_is_what_the_services_saw(tmp_path: Path) -> None:
    lines = arrivals(okta=1.25, github=2.5)
    made = document(case(), [ledger(tmp_path / "all.jsonl", lines)], {})["lockdown"]
    moments = sorted(datetime.fromisoformat(line["at"]) for line in lines)
    assert made["spread_from"] == "ledgers"
    assert made["spread_ms"] == round((moments[-1] - moments[0]).total_seconds() * 1000, 3)
    assert made["heads"] == len(lines)


def test_a_ledger_apart_for_each_service_gives_the_same(tmp_path: Path) -> None:
    lines = arrivals(okta=1.25, github=2.5)
    apart = [
        ledger(tmp_path / name, [line for line in lines if line["service"] == name])
        for name in ("okta", "github")
    ]
    together = ledger(tmp_path / "all", lines)
    assert document(case(), apart, {})["lockdown"] == document(case(), [together], {})["lockdown"]


def test_without_ledgers_the_spread_is_ours_and_says_so(tmp_path: Path) -> None:
    made = document(case(), [tmp_path / "missing.jsonl"], {})["lockdown"]
    assert made["spread_from"] == "journal"
    assert made["spread_ms"] == 1216.0


def test_one_head_missing_from_the_ledgers_is_not_passed_over(tmp_path: Path) -> None:
    lines = [line for line in arrivals(okta=1, github=1) if not line["changed"].startswith(LATE)]
    made = document(case(), [ledger(tmp_path / "all.jsonl", lines)], {})["lockdown"]
    assert made["spread_from"] == "journal"
    assert made["spread_ms"] == 1216.0


def test_reads_are_no_writes_and_refused_writes_changed_nothing(tmp_path: Path) -> None:
    lines = [
        {"service": "okta", "at": "2026-03-02T09:00:00.000001Z", "method": "GET"},
        {"service": "okta", "at": "2026-03-02T09:00:00.000002Z", "method": "HEAD"},
        {"service": "okta", "at": "2026-03-02T09:00:00.000003Z", "status": 403},
        {"service": "okta", "at": "2026-03-02T09:00:00.000004Z", "changed": "a=1"},
        {
            "service": "mail",
            "at": "2026-03-02T09:00:00.000005Z",
            "method": "MAIL",
            "status": 250,
            "changed": "m1",
        },
    ]
    made = document(opened(), [ledger(tmp_path / "l", lines)], {})
    assert made["ledger"] == {"requests": 5, "writes": 2, "duplicate_writes": 0}


@pytest.mark.parametrize(
    ("keys", "duplicates"),
    [(["a", "a"], 1), (["a", "a", "a"], 2), (["a", "b"], 0), ([None, None], 0), (["a", None, "a"], 1)],
)
def test_only_a_change_made_again_is_a_duplicate(
    tmp_path: Path, keys: list[str | None], duplicates: int
) -> None:
    lines = [{"service": "okta", "at": "2026-03-02T09:00:00Z", "changed": key} for key in keys]
    assert document(opened(), [ledger(tmp_path / "l", lines)], {})["ledger"]["duplicate_writes"] == duplicates


def test_the_same_key_on_two_services_is_no_duplicate(tmp_path: Path) -> None:
    lines = [{"service": name, "at": "2026-03-02T09:00:00Z", "changed": "a"} for name in ("okta", "okta-2")]
    assert document(opened(), [ledger(tmp_path / "l", lines)], {})["ledger"]["duplicate_writes"] == 0


def test_a_close_that_went_out_on_a_waiver_is_counted() -> None:
    records = case()
    waived = "lockdown/doors/github.close_token@github/1007"
    for each in records:
        if each["kind"] == "approval.given":
            each["data"]["waive"] = [
                waived,
                "lockdown/doors/github.close_role@github/1007",
            ]  # the second was refused
    assert document(records, [], {})["evidence"]["closed_before_kept"] == 1
    assert document(case(), [], {})["evidence"]["closed_before_kept"] == 0


def test_the_slowest_chain_is_its_calls_times_the_latency() -> None:
    assert document(case(), [], {}, latency_ms=250)["lockdown"]["slowest_chain_ms"] == 1000


def test_a_case_before_its_lockdown_has_none() -> None:
    made = document(opened(), [], {"report": "r.html"})
    assert made["lockdown"] is None
    assert made["doors"] == []
    assert made["paths"] == {"report": "r.html"}
    json.dumps(made)


def test_moments_are_utc_with_milliseconds() -> None:
    made = document(case(), [], {})["lockdown"]
    for key in ("first_write_at", "last_head_write_at", "last_confirmed_at"):
        assert made[key][-5] == "."
        assert made[key].endswith("Z")

"""An approved phase waits for its window, or for somebody to pull the trigger; it never fires by itself."""

from __future__ import annotations

from datetime import datetime

import pytest

from runner.cases.firing import _inside
from runner.language.durations import fire

ARMED = """  - phase: armed
    approve: {need: 2, of: [security-leads, duty-managers], within: 2h}
    fire: armed 72h
    steps:
      - {id: note, page: [counsel]}
"""


@pytest.mark.parametrize(
    ("window", "moment", "open_"),
    [
        ("between 05:00-06:00 Europe/London", "2026-11-22T05:30:00+00:00", True),
        ("between 05:00-06:00 Europe/London", "2026-07-22T05:30:00+00:00", False),  # 06:30 in summer time
        ("between 05:00-06:00 Europe/London", "2026-11-22T06:00:00+00:00", False),
        ("between 23:00-01:00 Europe/Berlin", "2026-11-22T23:30:00+00:00", True),  # 00:30 the next day
        ("between 23:00-01:00 Europe/Berlin", "2026-11-22T12:00:00+00:00", False),
    ],
)
def test_a_window_is_told_by_the_clock_of_its_own_zone(window, moment, open_):
    assert _inside(fire(window), datetime.fromisoformat(moment)) is open_


def armed(company):
    code = company.open(ARMED)
    company.run(code)
    company.approve(code, "maren", "anselm")
    company.run(code)
    return code


def phases(company, code):
    return [each["data"]["phase"] for each in company.records(code, "phase.started")]


def test_an_approved_and_armed_phase_does_not_start_before_somebody_fires_it(company):
    code = armed(company)
    assert company.command(code, "ask")["question"] == "armed is approved and armed. Fire now?"
    assert phases(company, code) == []


def test_a_run_that_ended_before_the_trigger_asks_nobody_to_approve_again(company):
    code = armed(company)
    company.answer(code, "fire-armed", "yes", by="maren")
    company.run(code)
    assert phases(company, code) == ["armed"]
    assert len(company.records(code, "approval.asked")) == 1


def test_no_from_a_decider_keeps_an_armed_phase_from_firing(company):
    code = company.open(ARMED)
    company.run(code)
    company.approve(code, "maren", "anselm")
    with company.running(code):
        company.until(lambda: company.records(code, "ask.asked"))
        company.answer(code, "fire-armed", "no", by="maren")
        company.until(lambda: company.records(code, "ask.closed"))
    assert phases(company, code) == []


def test_yes_fires_an_armed_phase(company):
    code = company.open(ARMED)
    company.run(code)
    company.approve(code, "maren", "anselm")
    with company.running(code):
        company.until(lambda: company.records(code, "ask.asked"))
        company.answer(code, "fire-armed", "yes", by="anselm")
        company.until(lambda: phases(company, code))
    assert phases(company, code) == ["armed"]

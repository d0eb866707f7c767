"""Our clock beside the services' own: on record from a minute on, and said loudly from five on."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from integrations.lab.company import PERSONAS
from runner.cases.skew import LOUD_S, TOLD_S, Skews, in_words

MILAN = PERSONAS[1]


def dated(ahead: float) -> str:
    """Return the Date header of a service behind whose clock ours is ahead by so many seconds."""
    return format_datetime(datetime.now(UTC) - timedelta(seconds=ahead), usegmt=True)


@pytest.mark.parametrize(("ahead", "told"), [(5, False), (-50, False), (75, True), (-75, True), (400, True), (-86_400, True)])
def test_what_is_a_minute_off_is_told_either_way(ahead, told):
    skews = Skews()
    skews.note("okta", dated(ahead))
    assert bool(skews.entries()) is told
    assert [abs(by - ahead) <= 5 for by in skews.beyond(TOLD_S).values()] == [True] * told


@pytest.mark.parametrize("date", ["", "soon", "Sun, 99 Nov 2026 12:00:00 GMT", "Sun, 22 Nov 99999 12:00:00 GMT"])
def test_what_is_no_date_tells_nothing(date):
    skews = Skews()
    skews.note("okta", date)
    assert skews.beyond(0) == {}


def test_an_old_answer_out_of_a_cache_does_not_make_our_clock_wrong():
    skews = Skews()
    for ahead in (4000, 2, 900):
        skews.note("okta", dated(ahead))
    assert skews.beyond(TOLD_S) == {}


def test_five_minutes_are_said_loudly_and_one_is_not():
    assert "SET IT RIGHT" in in_words({"okta": LOUD_S + 1})
    assert in_words({"okta": -90, "github": 70}) == "this machine's clock is 90 s behind okta, 70 s ahead of github"


@pytest.mark.parametrize("ahead", [90, 400])
def test_a_plan_that_is_asked_for_has_the_difference_on_record_and_doctor_says_it(company, ahead):
    company.lab.services["okta"].dress = lambda _request, _reply: {"Date": dated(ahead)}
    code = company.open(subject=MILAN.mail)
    company.run(code)
    [skewed] = company.records(code, "clock.skewed")
    assert abs(skewed["data"]["ahead"]["okta"] - ahead) < 30
    assert set(skewed["data"]["ahead"]) == {"okta"}
    command = [sys.executable, "-c", "from runner.cli import main; main()", "--config", str(company.lab.settings_path)]
    told = subprocess.run([*command, "doctor", "okta"], capture_output=True, text=True, check=False).stdout
    assert "ahead of okta" in told
    assert ("SET IT RIGHT" in told) is (ahead > LOUD_S)


def test_clocks_that_agree_leave_no_record(company):
    code = company.open(subject=MILAN.mail)
    company.run(code)
    assert company.records(code, "clock.skewed") == []

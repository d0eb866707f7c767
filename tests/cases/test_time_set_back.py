"""A clock that jumps: time never goes back in a journal, and nothing that expired stands again."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from integrations.lab.company import PERSONAS
from runner.casefile.contents import CaseFile
from runner.casefile.deadlines import active_delays
from runner.clock import CLOCK, Clock
from runner.desk.claim import Claim
from runner.errors import RefusedError
from tests.cases.company import AFTER, CLOSE, LOCKDOWN, QUIET

MILAN = PERSONAS[1]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEN_MINUTES, HOUR, DAY = 600.0, 3600.0, 86_400.0
ARMED = QUIET + LOCKDOWN.replace("within: 2h}", "within: 2h}\n    fire: armed 72h") + AFTER


class Hands:
    """A wall clock and a steady one, moved by the test."""

    def __init__(self) -> None:
        self.wall, self.steady = NOON, 1000.0

    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.steady)

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.steady += seconds

    def jumps(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)


@pytest.mark.parametrize("back", [1, TEN_MINUTES, DAY])
def test_a_clock_set_back_goes_on_steadily(back):
    hands = Hands()
    clock = hands.clock()
    hands.passes(60)
    before = clock.now()
    hands.jumps(-back)
    assert clock.now() == before
    hands.passes(30)
    assert clock.now() == before + timedelta(seconds=30)


@pytest.mark.parametrize("on", [1, TEN_MINUTES, DAY])
def test_a_clock_set_on_is_followed_and_its_way_back_is_not(on):
    hands = Hands()
    clock = hands.clock()
    hands.jumps(on)
    there = clock.now()
    assert there == NOON + timedelta(seconds=on)
    hands.jumps(-on)
    hands.passes(5)
    assert clock.now() == there + timedelta(seconds=5)


def test_a_clock_that_is_asked_a_thousand_times_does_not_run_ahead():
    hands = Hands()
    clock = hands.clock()
    for _ in range(1000):
        hands.wall += timedelta(microseconds=1)
        hands.steady += 1.4e-6
        clock.now()
    assert clock.now() <= NOON + timedelta(microseconds=1401)


@pytest.fixture
def wall():
    """This process's wall clock, which the test may set: `wall["ahead"]` in seconds."""
    ahead = {"ahead": 0.0}
    CLOCK.restart(lambda: datetime.now(UTC) + timedelta(seconds=ahead["ahead"]))
    yield ahead
    CLOCK.restart()


def as_another_process(ahead: float) -> None:
    """Begin anew by a clock that is so many seconds ahead."""
    CLOCK.restart(lambda: datetime.now(UTC) + timedelta(seconds=ahead))


@pytest.fixture
def slowly(founded):
    """A company in which two hours are two hours."""
    return founded(compress=1)


def asked(company, phases=CLOSE):
    code = company.open(phases, subject=MILAN.mail)
    company.ask(code)
    return code


def note(company, code):
    company.desk.note(code, "the weather is fine", claim=Claim("ingrid", None))


@pytest.mark.parametrize("jump", [TEN_MINUTES, DAY])
def test_the_times_of_a_journal_never_go_back(slowly, wall, jump):
    code = asked(slowly)
    as_another_process(jump)
    note(slowly, code)
    as_another_process(0)
    note(slowly, code)
    as_another_process(-jump)
    note(slowly, code)
    times = [each["at"] for each in slowly.records(code)]
    assert times == sorted(times)


def test_an_approval_that_expired_stands_no_more_when_another_process_has_a_slow_clock(slowly, wall):
    code = asked(slowly)
    slowly.approve(code, "maren")
    as_another_process(3 * HOUR)
    with pytest.raises(RefusedError, match="expired"):
        slowly.approve(code, "beatriz")
    note(slowly, code)
    as_another_process(0)
    with pytest.raises(RefusedError, match="expired"):
        slowly.approve(code, "beatriz")
    slowly.run(code)
    assert slowly.records(code, "lockdown.fired") == []
    assert [each["data"]["by"] for each in slowly.records(code, "approval.given")] == ["maren"]


def test_an_approval_that_expired_stands_no_more_in_a_real_process_under_another_clock(slowly, wall):
    code = asked(slowly)

    def approve(seconds: float) -> str:
        given = [str(slowly.lab.settings_path), code, "maren", str(seconds)]
        return subprocess.run([sys.executable, "-m", "tests.cases.shifted_process", *given], capture_output=True, text=True, check=True).stdout

    assert "expired" in approve(DAY)
    as_another_process(3 * HOUR)
    note(slowly, code)
    assert "expired" in approve(0)
    assert "expired" in approve(-DAY)


def test_a_clock_set_back_under_a_process_lengthens_no_approval(slowly, wall):
    code = asked(slowly)
    wall["ahead"] = 1.9 * HOUR
    slowly.approve(code, "maren")
    wall["ahead"] = 2.1 * HOUR
    with pytest.raises(RefusedError, match="expired"):
        slowly.approve(code, "beatriz")
    wall["ahead"] = -DAY
    with pytest.raises(RefusedError, match="expired"):
        slowly.approve(code, "beatriz")


@pytest.mark.parametrize(
    ("zone", "before"),
    [
        ("Europe/London", datetime(2027, 3, 28, 0, 30, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 3, 14, 6, 30, tzinfo=UTC)),
    ],
)
def test_an_hour_that_is_left_out_or_comes_twice_is_none_of_an_approvals(slowly, wall, monkeypatch, zone, before):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    ahead = (before - datetime.now(UTC)).total_seconds()
    as_another_process(ahead)
    code = asked(slowly)
    as_another_process(ahead + 1.9 * HOUR)
    slowly.approve(code, "maren")
    as_another_process(ahead + 2.1 * HOUR)
    with pytest.raises(RefusedError, match="expired"):
        slowly.approve(code, "beatriz")
    monkeypatch.undo()
    time.tzset()


def test_an_armed_phase_whose_time_is_over_fires_no_more_when_the_clock_is_set_back(slowly, wall):
    code = slowly.open(ARMED, subject=MILAN.mail)
    slowly.run(code)
    slowly.approve(code)
    slowly.run(code)
    [armed] = [each for each in slowly.waiting(code) if each["request"].startswith("fire-")]
    as_another_process(73 * HOUR)
    note(slowly, code)
    as_another_process(0)
    slowly.answer(code, armed["request"], "yes", by="maren")
    assert "was armed and not fired" in slowly.run(code).refused
    assert slowly.records(code, "lockdown.fired") == []


def test_a_delay_of_the_police_that_ended_does_not_begin_again():
    until = "2026-11-22T12:00:00.000Z"
    later = CaseFile(delays=[{"until": "2999-01-01T00:00:00.000Z"}, {"until": until}], latest="2998-12-31T00:00:00.000Z")
    assert [each["until"] for each in active_delays(later)] == ["2999-01-01T00:00:00.000Z"]

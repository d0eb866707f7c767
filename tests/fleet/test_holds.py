"""A case has one runner: on one machine, on many, and when one of them overslept."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.database import holds
from runner.database.heads import Heads
from runner.database.holds import holding
from runner.database.journal import Journal
from runner.errors import CaseBusy, CaseLost

CASE = "amber-falcon-7"
ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from runner.database.opening import Server, open_database
from runner.database.holds import holding
server = Server(sys.argv[2]) if sys.argv[2] else None
with holding(open_database(Path(sys.argv[1]), server), "amber-falcon-7", Path(sys.argv[1]) / "runner.lock") as hold:
    print(hold.fence, flush=True)
    while hold.ours():
        time.sleep(0.05)
    print("lost", flush=True)
"""


@pytest.fixture
def other(store, url):
    """Start a process that holds the case."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(store), url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().strip()
        yield process
        process.send_signal(signal.SIGCONT)
        process.kill()


def taken(database, store):
    """Take the case as soon as it can be had."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            return holding(database, CASE, store / "runner.lock").__enter__()
        except CaseBusy:
            time.sleep(0.1)
    raise AssertionError("it was never free")


def test_a_second_runner_is_told_who_has_the_case(database, store, other):
    with pytest.raises(CaseBusy) as busy, holding(database, CASE, store / "runner.lock"):
        pass
    assert f"process {other.pid} on " in busy.value.what


def test_a_case_that_is_given_back_is_free_at_once(database, store):
    fences = []
    for _ in range(3):
        with holding(database, CASE, store / "runner.lock") as hold:
            fences.append(hold.fence)
    assert fences == sorted(set(fences))


def test_a_case_whose_holder_was_killed_can_be_taken(database, store, other):
    other.kill()
    assert taken(database, store).ours()


def test_of_two_who_held_it_only_the_later_one_records(database, store):
    with holding(database, CASE, store / "runner.lock") as old:
        mine = Journal(database, CASE, redact=str, hold=old)
        mine.write("note", text="while it was ours")
    with holding(database, CASE, store / "runner.lock") as new:
        with pytest.raises(CaseLost):
            mine.write("note", text="after it was another's")
        Journal(database, CASE, redact=str, hold=new).write("note", text="by the other")
    assert [each["data"]["text"] for each in mine.read()] == ["while it was ours", "by the other"]


def test_people_record_whoever_runs_the_case(database, store):
    with holding(database, CASE, store / "runner.lock"):
        Journal(database, CASE, redact=str).write("approval.given", by="maren")
    assert Heads(database).now() == {CASE: 1}


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_holder_that_was_frozen_past_its_lease_knows_that_it_lost_the_case_when_it_wakes(database, store, other):
    assert Heads(database).free() == {}
    other.send_signal(signal.SIGSTOP)
    assert taken(database, store).ours()
    other.send_signal(signal.SIGCONT)
    assert other.stdout.readline().strip() == "lost"


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_lease_is_renewed_for_as_long_as_its_holder_lives(database, store, other):
    Journal(database, CASE, redact=str).write("note")
    end = time.monotonic() + holds.LEASE_S + holds.RENEW_S
    while time.monotonic() < end:
        assert Heads(database).free() == {}
        time.sleep(0.5)

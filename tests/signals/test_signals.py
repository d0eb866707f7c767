"""SIGINT, SIGTERM and a closed terminal in the middle of a case: nothing more goes out, and the case goes on later.

A slice for every change; `python -m tests.signals` sends more.
"""

from __future__ import annotations

import os
import pty
import signal
import subprocess

import pytest

from integrations.lab.ledger import duplicates
from runner.desk.cast import Cast
from runner.errors import Exit
from tests.signals.life import ROOT, SIGNALS, command, founded, late_writes, live

WRITES = "^(POST|PUT|DELETE) "
CLOSES = "^(POST|DELETE) .*/(lifecycle|roles|clients|api-tokens|credential-authorizations|memberships|keys)/"
SERVICES = ("okta", "github")


@pytest.fixture
def opened(tmp_path):
    """A company, and the code name of a case that was just opened there."""
    with founded(tmp_path, small=True) as found:
        yield found


def started(company, code, hung_up="SIG_DFL", **how):
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how}
    return subprocess.Popen(command(company, "run", code, hung_up=hung_up), cwd=ROOT, **streams)


def fired(company, code):
    company.until(lambda: company.records(code, "lockdown.fired"))


def ends_well(company, code):
    with Cast(company.settings, code, company.path.parent):
        run = company.begin(code)
        out, complaint = company.wait(run)
    assert run.returncode == Exit.DONE, complaint or out
    assert duplicates(company.ledger()) == []


def test_after_a_signal_at_any_instant_nothing_new_goes_out_and_the_case_ends_with_nothing_done_twice(tmp_path):
    lives = live(tmp_path, [*SIGNALS, *SIGNALS], "suite", small=True)
    assert lives.wrong == []
    assert len(lives.met) >= 3


def test_a_second_signal_ends_the_process_at_once(opened):
    company, code = opened
    for service in SERVICES:
        company.fail(service, WRITES, "delay", seconds=8, times=None)
    with Cast(company.settings, code, company.path.parent), started(company, code) as run:
        fired(company, code)
        run.send_signal(signal.SIGHUP)
        company.until(lambda: company.records(code, "stop.asked"))
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)
    assert run.returncode == Exit.STOPPED
    assert not company.records(code, "run.ended"), "it did not wait for its answers"


def test_a_write_that_a_service_asked_to_wait_with_is_not_sent_after_the_stop_and_resume_sends_it(opened):
    company, code = opened
    for service in SERVICES:
        company.fail(service, CLOSES, "status", status=429, headers={"Retry-After": "6"}, times=None)
    with Cast(company.settings, code, company.path.parent), started(company, code) as run:
        fired(company, code)
        company.until(lambda: sum(each["status"] == 429 for each in company.ledger()) >= 4)
        for service in SERVICES:
            company.heal(service)
        run.send_signal(signal.SIGTERM)
        out, complaint = run.communicate(timeout=60)
    assert run.returncode == Exit.STOPPED, complaint or out
    [asked] = company.records(code, "stop.asked")
    assert list(late_writes(company, asked["at"])) == []
    turned_away = [each["data"] for each in company.records(code, "write.outcome") if "not now" in each["data"]["why"]]
    assert {each["outcome"] for each in turned_away} == {"failed"}, "it is known that they were not executed"
    ends_well(company, code)


def test_a_run_whose_terminal_is_closed_saves_its_state(opened):
    company, code = opened
    ours, theirs = pty.openpty()

    def at_terminal():  # opened by the leader of a session, it is the one whose end is told to it (tty_ioctl(4))
        os.close(os.open(os.ttyname(0), os.O_RDWR))

    with Cast(company.settings, code, company.path.parent):
        how = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
        run = started(company, code, **how, preexec_fn=at_terminal)
        os.close(theirs)
        try:
            read = os.read(ours, 1)
            company.until(lambda: company.records(code, "phase.finished"))
            os.close(ours)
            run.wait(timeout=60)
        finally:
            run.kill()
            run.wait()
    assert read
    assert run.returncode == Exit.STOPPED
    assert [each["data"]["because"] for each in company.records(code, "stop.asked")] == ["SIGHUP"]
    assert company.records(code, "run.ended")[-1]["data"]["why"] == "stopped"


def test_a_run_under_nohup_does_not_hear_that_its_terminal_is_closed(opened):
    company, code = opened
    with Cast(company.settings, code, company.path.parent), started(company, code, hung_up="SIG_IGN") as run:
        company.until(lambda: company.records(code, "run.started"))
        company.until(lambda: company.records(code, "step.started"))
        run.send_signal(signal.SIGHUP)
        company.until(lambda: company.records(code, "lockdown.fired"))
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=60)
    assert [each["data"]["because"] for each in company.records(code, "stop.asked")] == ["SIGTERM"]

"""Stop, Ctrl-C, a second runner, and runs that end because a person is needed."""

from __future__ import annotations

import json
import signal

import pytest

from integrations.lab.company import PERSONAS
from integrations.lab.ledger import duplicates
from runner.desk.cast import Cast
from runner.errors import CaseBusy, Exit

MILAN = PERSONAS[1]
FOLLOWERS = {"okta.end_sessions", "github.remove_member"}


def intents_between(records, first, then):
    """Return the actions of the intents after the first record of a kind and before the next of another."""
    begun = next(place for place, each in enumerate(records) if each["kind"] == first)
    rest = records[begun:]
    ended = next((place for place, each in enumerate(rest) if each["kind"] == then), len(rest))
    return {each["data"]["action"] for each in rest[:ended] if each["kind"] == "write.intent"}


def stopped_by(company, code, number):
    """Run until the lockdown fired, send the signal, and check what the run left."""
    for service in ("okta", "github"):
        company.fail(service, "^(POST|PUT|DELETE) ", "delay", seconds=0.8, times=None)
    with Cast(company.settings, code, company.path.parent):
        run = company.begin(code)
        company.until(lambda: company.records(code, "lockdown.fired"))
        run.send_signal(number)
        out, err = company.wait(run)
    assert run.returncode == Exit.STOPPED, err
    assert json.loads(out)["outcome"] == "stopped"
    assert not FOLLOWERS & intents_between(company.records(code), "stop.asked", "run.started")
    assert company.records(code)[-1]["data"]["why"] == "stopped"
    for service in ("okta", "github"):
        company.heal(service)


def test_ctrl_c_lets_no_follower_fire_saves_the_state_and_resume_finishes_the_case(beside_us):
    company = beside_us()
    code = company.open()
    stopped_by(company, code, signal.SIGINT)
    with Cast(company.settings, code, company.path.parent):
        run = company.begin(code)
        out, err = company.wait(run)
    assert run.returncode == Exit.DONE, err
    assert json.loads(out)["outcome"] == "done"
    assert duplicates(company.ledger()) == []


def test_sigterm_lets_no_follower_fire_and_saves_the_state(beside_us):
    company = beside_us()
    stopped_by(company, company.open(), signal.SIGTERM)


def test_a_stop_recorded_by_anybody_lets_no_follower_fire_and_resume_finishes_the_lockdown(company):
    code = company.open(subject=MILAN.mail)
    company.ask(code)
    company.approve(code)
    for service in ("okta", "github"):
        company.fail(service, "^(POST|PUT|DELETE) ", "delay", seconds=0.8, times=None)
    with company.running(code):
        company.until(lambda: company.records(code, "lockdown.fired"))
        company.desk.stop(code, "the wrong person")
    assert not FOLLOWERS & intents_between(company.records(code), "stop.asked", "run.started")
    assert company.desk.status(code)[0]["exit"] == Exit.STOPPED
    assert company.case(code).steps.get(("lockdown", "doors")) is None
    for service in ("okta", "github"):
        company.heal(service)
    company.run(code)
    assert {door.verdict for (service, _), door in company.doors(code).items() if service != "miro"} == {
        "closed",
        "inferred",
    }
    assert company.changed_twice() == []


def test_a_stop_while_people_are_waited_for_changes_nothing_and_what_they_answered_still_counts(company):
    code = company.open(subject=MILAN.mail)
    with company.running(code):
        company.until(lambda: company.records(code, "approval.asked"))
        company.desk.stop(code)
    company.approve(code)
    assert company.changes("okta", "github") == []
    company.run(code)
    assert len(company.records(code, "approval.asked")) == 1
    assert company.case(code).phases["lockdown"] == "finished"


def test_a_second_runner_is_refused_and_leaves_the_first_alone(company):
    code = company.open(subject=MILAN.mail)
    with company.running(code):
        started = company.until(lambda: company.records(code, "run.started"))
        with pytest.raises(CaseBusy) as refused:
            company.desk.run(code, stay=False, listen=lambda _: None)
        assert refused.value.exit == Exit.REFUSED
        assert f"severance status {code}" in refused.value.remedy
        assert company.records(code, "run.started") == started
        assert company.desk.status(code)  # who looks or decides needs no lock
    company.run(code)  # and the lock went with the run


def test_a_run_that_needs_a_person_ends_by_saying_what_they_must_type_and_goes_on_once_they_did(beside_us):
    company = beside_us()
    code = company.open()
    said = []

    def know():
        company.say(code, "same-person", "none", "maren", "rohan")
        company.say(code, "conflict", "no", "maren")

    for name, answer in (
        ("same-person", know),
        ("ground", lambda: company.say(code, "ground", "a policy broken", "helene")),
        ("approve-lockdown", lambda: company.approve(code, "maren", "beatriz")),
    ):
        run = company.begin(code, stay=False)
        out, err = company.wait(run)
        assert run.returncode == Exit.WAITING, err
        document = json.loads(out)
        assert document["outcome"] == "waiting"
        [waiting] = [each for each in document["waiting"] if each["request"] == name]
        said.append(waiting["command"])
        answer()
    run = company.begin(code, stay=False)
    company.wait(run)
    assert said[0].startswith(f"severance answer {code} same-person 'okta/")
    [asked] = company.records(code, "approval.asked")[:1]
    assert said[2] == f"severance approve {code} --plan {asked['data']['digest'][:12]}"
    assert run.returncode == Exit.DOORS_OPEN  # an app is to be closed by hand, and the case says so
    started = [each["data"]["step"] for each in company.records(code, "step.finished")]
    assert len(started) == len(set(started))

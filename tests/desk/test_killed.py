"""kill -9 at the worst moments, then resume: the same world, nothing done twice.

A slice for every change; `tests/bench` measures more.
"""

from __future__ import annotations

import json
import signal

import pytest

from integrations.lab.ledger import duplicates
from runner.desk.cast import Cast
from runner.evidence.chain import broken

MOMENTS = {
    "while keeping, with a plan just frozen, and with an approval just used up": [
        {"die_at": "item.kept"},
        {"die_at": "phase.planned"},
        {"die_at": "approval.used"},
    ],
    "with an intent of the lockdown durable": [{"die_at": "write.intent", "in_phase": "lockdown"}],
    "with every head let go": [{"die_at": "lockdown.fired"}],
    "with the last question of all just asked": [{"die_at": "ask.asked", "about": "accept-inferred"}],
    "with the first answer of the lockdown written down": [
        {"die_at": "write.outcome", "in_phase": "lockdown"}
    ],
}


def die(company, code, **moment):
    run = company.begin(code, **moment)
    company.wait(run)
    assert run.returncode == -signal.SIGKILL


def finish(company, code):
    """Resume, with everybody answering, until it is over; returns the measuring document."""
    run = company.begin(code)
    out, err = company.wait(run)
    assert run.returncode == 0, err
    return json.loads(out)


def judge(company, code, document):
    assert document["outcome"] == "done"
    assert document["left"] == []
    assert document["ledger"]["duplicate_writes"] == 0
    assert duplicates(company.ledger()) == []
    assert {door["verdict"] for door in document["doors"]} <= {"closed", "inferred", "by-hand"}
    accepted = [door for each in company.records(code, "accepted") for door in each["data"]["doors"]]
    inferred = [door for door in document["doors"] if door["verdict"] == "inferred"]
    assert len(accepted) == len(inferred)
    assert all(each["data"]["item"] for each in company.records(code, "task.done"))
    assert broken(company.records(code)) is None


@pytest.mark.parametrize("moments", MOMENTS.values(), ids=MOMENTS)
def test_a_run_killed_at_a_bad_moment_ends_in_the_same_world_with_nothing_done_twice(beside_us, moments):
    company = beside_us()
    code = company.open()
    with Cast(company.settings, code, company.path.parent):
        for moment in moments:
            die(company, code, **moment)
        judge(company, code, finish(company, code))
    assert len(company.records(code, "run.started")) == len(moments) + 1


def test_writes_in_flight_at_the_kill_are_found_done_and_reported_as_our_own_changes(beside_us):
    """The services act and answer 0.5 s after a request, and hear nothing of the death of who asked."""
    company = beside_us()
    code = company.open()
    for service in ("okta", "github"):
        company.fail(service, "^(POST|PUT|DELETE) ", "delay", seconds=0.5, times=None)
    with Cast(company.settings, code, company.path.parent):
        die(company, code, die_at="lockdown.fired")
        answered = {each["data"]["op"] for each in company.records(code, "write.outcome")}
        intents = [each["data"]["op"] for each in company.records(code, "write.intent")]
        in_flight = {op for op in intents if op.startswith("lockdown/") and op not in answered}
        for service in ("okta", "github"):
            company.heal(service)
        judge(company, code, finish(company, code))
    outcomes = {each["data"]["op"]: each["data"] for each in company.records(code, "write.outcome")}
    assert len(in_flight) > 10
    assert {outcomes[op]["outcome"] for op in in_flight} == {"changed"}
    [suspended] = [outcomes[op] for op in in_flight if "okta.suspend_user" in op and company.subject in op]
    assert suspended["before"]["status"] == "ACTIVE"
    assert suspended["after"]["status"] == "SUSPENDED"

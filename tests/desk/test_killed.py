"""kill -9 at the worst moments, then resume: the same world, nothing done twice.

A slice for every change; `tests/bench` measures more.
"""

from __future__ import annotations

import json
import signal

import httpx2
import pytest

from integrations.github.connection import API_VERSION
from integrations.lab.company import SUBJECT
from integrations.lab.ledger import duplicates
from runner.desk.cast import Cast
from runner.desk.claim import Claim
from runner.evidence.chain import broken
from tests.cases.company import CLOSE, SHARED, playbook_of

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


def test_a_step_goes_on_by_its_own_approval_though_its_doors_read_shut_by_now(beside_us, tmp_path):
    """GitHub acts on what it was sent once the run that sent it is dead, and a recheck sees the door shut."""
    company = beside_us()
    book = tmp_path / "rehearsal.yaml"
    book.write_text(playbook_of(CLOSE + SHARED))
    code = company.desk.open(str(book), {"subject": SUBJECT.mail}, claim=Claim("ingrid", None))
    with Cast(company.settings, code, company.path.parent):
        die(company, code, die_at="approval.used", about="approve-shared-shared-doors")
        die(company, code, die_at="write.intent", in_phase="shared")
        _, repository, number = company.records(code, "write.intent")[-1]["data"]["thing"].split(":")
        token = (company.path.parent / "secrets" / "github").read_text().strip()
        key = f"{company.url('github')}/repos/fjordlight/{repository}/keys/{number}"
        headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": API_VERSION, "User-Agent": "severance"}
        assert httpx2.delete(key, headers=headers).status_code == 204
        company.desk.prove(code)
        finish(company, code)
    outcomes = {each["data"]["op"]: each["data"] for each in company.records(code, "write.outcome")}
    intents = {each["data"]["op"] for each in company.records(code, "write.intent")}
    assert {outcomes[op]["outcome"] for op in intents if op.startswith("shared/")} == {"changed"}
    asked = [each["data"]["request"] for each in company.records(code, "approval.asked")]
    assert asked == ["approve-lockdown", "approve-shared-shared-doors"]
    assert duplicates(company.ledger()) == []

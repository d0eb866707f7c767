"""Undo is a phase: approved, newest change first, and nothing but what this case changed."""

from __future__ import annotations

import pytest

from integrations.lab.company import SUBJECT, github_id
from runner.desk.claim import Claim
from runner.errors import RefusedError
from tests.cases.company import CLOSE, Company
from tests.cases.taking_back import MILAN, approval, lock, undone


@pytest.fixture
def locked(company):
    return lock(company)


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    """A company whose one case was locked down and undone, for tests that only look."""
    company = Company(tmp_path_factory.mktemp("undone"))
    code = lock(company)
    undone(company, code)
    yield company, code
    company.close()


def reopened(company, code):
    outcomes = [each["data"] for each in company.records(code, "write.outcome")]
    return [each["action"] for each in outcomes if each["op"].startswith("undo/")]


def test_undo_gives_back_what_can_return_and_the_world_shows_it(over):
    company, locked = over
    assert company.state("okta")[MILAN.mail]["status"] == "ACTIVE"
    assert company.state("okta")[MILAN.mail]["devices"] == ["ACTIVE"]
    assert company.case(locked).phases["undo"] == "finished"
    assert company.changed_twice() == []


def test_undo_goes_newest_change_first(over):
    company, locked = over
    closed = [
        each["data"]["action"]
        for each in company.records(locked, "write.intent")
        if each["data"]["action"] in ("okta.suspend_user", "github.remove_member")
    ]
    assert closed == ["okta.suspend_user", "github.remove_member"]
    order = [
        each
        for each in reopened(company, locked)
        if each in ("okta.unsuspend_user", "github.reinstate_member")
    ]
    assert order == ["github.reinstate_member", "okta.unsuspend_user"]


def test_an_invitation_back_is_pending_until_the_person_accepts(over):
    company, locked = over
    membership = company.state("github")["members"][github_id(MILAN)]
    assert membership["state"] == "pending"
    door = company.doors(locked)[("github", "membership")]
    assert door.verdict == "pending"
    assert "accepts" in door.why


def test_what_cannot_return_is_named_with_the_reason(over):
    company, locked = over
    left = company.case(locked).steps[("undo", "reopen")]["result"]["left"]
    assert any("only the person can" in each.lower() or "authoris" in each.lower() for each in left)
    assert any(each.startswith("okta") for each in left)
    assert company.state("okta")[MILAN.mail]["refresh_tokens"] == 0


@pytest.mark.parametrize("status", ["DEPROVISIONED", "SUSPENDED"])
def test_an_account_that_somebody_changed_since_is_left_as_it_is(company, locked, status):
    company.act("okta", "set-status", mail=MILAN.mail, status=status)
    undone(company, locked)
    assert company.state("okta")[MILAN.mail]["status"] == status
    left = company.case(locked).steps[("undo", "reopen")]["result"]["left"]
    assert any(MILAN.mail in each for each in left)
    assert company.doors(locked)[("okta", "account")].verdict == "closed"


def test_a_door_that_was_closed_before_the_case_is_not_opened_by_it(company):
    company.act("okta", "set-status", mail=MILAN.mail, status="SUSPENDED")
    code = company.open(CLOSE, subject=MILAN.mail)
    company.ask(code)
    company.approve(code)
    company.run(code)
    undone(company, code)
    assert company.state("okta")[MILAN.mail]["status"] == "SUSPENDED"
    assert "okta.unsuspend_user" not in reopened(company, code)


def test_undo_needs_an_approval_of_its_own_and_says_whom_it_is_about(company, locked):
    company.desk.undo(locked, "the wrong person", claim=Claim("rohan", None))
    company.run(locked)
    asked = approval(company, locked)
    assert asked["request"] == "approve-undo"
    assert MILAN.mail in asked["lines"][0]
    assert company.state("okta")[MILAN.mail]["status"] == "SUSPENDED"
    with pytest.raises(RefusedError):
        company.approve(locked, "ingrid", digest=asked["digest"])


def test_undo_waits_for_no_task_and_no_recheck(company, locked):
    [task] = company.waiting(locked)
    assert task["kind"] == "task"
    undone(company, locked)
    assert company.state("okta")[MILAN.mail]["status"] == "ACTIVE"


def test_undo_that_is_asked_while_a_run_waits_is_taken_up_by_that_run(company, locked):
    with company.running(locked):
        company.desk.undo(locked, "the wrong person", claim=Claim("rohan", None))
        asked = company.until(
            lambda: [each for each in company.waiting(locked) if each["kind"] == "approval"]
        )
        company.approve(locked, "tomas", "anselm", digest=asked[0]["digest"])
        company.until(lambda: company.case(locked).phases.get("undo") == "finished")
    assert company.state("okta")[MILAN.mail]["status"] == "ACTIVE"


def test_a_case_that_is_undone_before_its_lockdown_goes_no_further(company):
    code = company.open(CLOSE, subject=SUBJECT.mail)
    company.ask(code)
    company.desk.undo(code, "a mistake", claim=Claim("rohan", None))
    company.run(code)
    assert approval(company, code)["request"] == "approve-undo"
    assert company.changes("okta", "github") == []
    assert company.case(code).phases.get("lockdown") is None


def test_an_approval_is_worth_nothing_once_an_undo_is_asked_for(company):
    code = company.open(CLOSE, subject=MILAN.mail)
    with company.running(code) as run:
        company.until(lambda: company.records(code, "approval.asked"))
        company.desk.undo(code, "a mistake", claim=Claim("rohan", None))
        run.join(20)
        assert "being undone" in run.refused
    with pytest.raises(RefusedError):
        company.approve(code)
    company.run(code)
    assert company.changes("okta", "github") == []
    assert [each["data"]["phase"] for each in company.records(code, "approval.asked")] == ["lockdown", "undo"]


def test_undo_is_done_once_however_often_the_case_is_run(over):
    company, locked = over
    before = company.changes()
    company.run(locked)
    assert company.changes() == before

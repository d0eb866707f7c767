"""A close that destroys something does not fire before that is kept; no other door waits for it."""

from __future__ import annotations

import pytest

from integrations.lab.company import SUBJECT, github_id, okta_id
from tests.cases.company import AFTER, LOCKDOWN, QUIET

GO_ON = QUIET.replace("after: found}", "after: found, if_fails: go_on}") + LOCKDOWN + AFTER
MEMBER = github_id(SUBJECT)
REMOVAL = f"lockdown/doors/github.remove_member@github/{MEMBER}"


@pytest.fixture
def code(company):
    """A case whose private forks cannot be exported, with its lockdown asked for."""
    company.fail("github", "POST /orgs/[^/]+/migrations", "status", status=500, times=None)
    code = company.open(GO_ON, subject=SUBJECT.mail)
    company.ask(code)
    return code


def is_member(company):
    return MEMBER in company.state("github")["members"]


def test_what_would_destroy_unkept_evidence_does_not_fire_and_says_why(company, code):
    company.approve(code)
    company.run(code)
    assert is_member(company)
    assert company.state("github")["forks"]
    assert not [each for each in company.records(code, "write.intent") if each["data"]["op"] == REMOVAL]
    [question] = [each for each in company.waiting(code) if each["kind"] == "ask"]
    assert "evidence missing" in question["question"]
    assert "private forks" in question["question"]
    assert company.doors(code)[("github", "membership")].verdict == "open"


def test_every_other_door_closes_without_waiting_for_it(company, code):
    company.approve(code)
    company.run(code)
    doors = company.doors(code)
    # of a member, only a GitHub App may list fine-grained tokens: that door cannot be proved meanwhile
    kept_back = {("github", "membership"), ("github", "role"), ("github", "token"), ("miro", "app")}
    others = {
        key: doors[key].why
        for key in doors.keys() - kept_back
        if doors[key].verdict not in ("closed", "inferred", "held")
    }
    assert others == {}
    assert company.state("okta")[SUBJECT.mail]["status"] == "SUSPENDED"
    held = [each for each in company.state("github")["authorizations"] if str(each["user"]) == MEMBER]
    assert held == []


@pytest.mark.parametrize("waivers", [("maren",), ()])
def test_one_approver_alone_cannot_waive_evidence(company, code, waivers):
    for each in ("maren", "beatriz"):
        company.approve(code, each, waive=(REMOVAL,) if each in waivers else ())
    company.run(code)
    assert is_member(company)


def test_evidence_that_all_approvers_waive_by_name_holds_that_door_no_more_and_only_that(company, code):
    company.act("github", "collaborate", login=SUBJECT.github, repo="handbook")
    company.approve(code, waive=(REMOVAL,))
    company.run(code)
    assert not is_member(company)
    removed = [each["data"]["action"] for each in company.records(code, "write.intent")]
    assert "github.remove_collaborator" not in removed


def test_waiving_another_accounts_door_opens_nothing(company, code):
    company.approve(
        code,
        waive=(
            REMOVAL.replace(MEMBER, "12345678"),
            f"lockdown/doors/okta.suspend_user@okta/{okta_id(SUBJECT)}",
        ),
    )
    company.run(code)
    assert is_member(company)


def test_evidence_that_is_kept_at_a_retry_lets_the_door_close(company):
    company.fail("github", "POST /orgs/[^/]+/migrations", "status", status=403)
    code = company.open(QUIET + LOCKDOWN + AFTER, subject=SUBJECT.mail)
    company.ask(code)
    company.approve(code)
    company.run(code)
    [question] = [each for each in company.waiting(code) if each["kind"] == "ask"]
    assert question["request"] == "keep-now-failed-1"
    assert company.changes("okta") == []
    company.answer(code, "keep-now-failed-1", "retry", by="rohan")
    company.run(code)
    assert not is_member(company)
    kept = {each["data"]["name"] for each in company.records(code, "item.kept")}
    assert f"github-forks-{MEMBER}.tar.gz" in kept


def test_bulk_evidence_that_fails_holds_no_door_and_is_told(company):
    company.fail("okta", "GET /api/v1/logs", "status", status=500, times=None)
    code = company.open(QUIET + LOCKDOWN + AFTER, subject=SUBJECT.mail)
    company.ask(code)
    company.approve(code)
    company.run(code)
    assert company.state("okta")[SUBJECT.mail]["status"] == "SUSPENDED"
    results = {
        each["data"]["order"]: each["data"]["result"] for each in company.records(code, "standing.done")
    }
    logs = [result for order, result in results.items() if "okta.keep_log" in order]
    assert logs
    assert {log["outcome"] for log in logs} == {"failed"}
    assert all(log["why"] for log in logs)

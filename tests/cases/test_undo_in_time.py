"""What an undo can give back only for a time, and what comes back only once the person accepts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from integrations.lab.company import github_id
from runner.cases.looking_again import look_again
from runner.cases.reading_back import read_back
from runner.clock import now, stamp
from runner.database.journal import Entry
from tests.cases.taking_back import MILAN, asked, lock, tasks, undone

REMOVED = "lockdown/doors/github.remove_member@github/"
SUSPENDED = "lockdown/doors/okta.suspend_user@okta/"


@pytest.fixture
def locked(company):
    return lock(company)


def outcome(company, code, op):
    """Return the outcome of the one operation whose name begins so."""
    [found] = {
        each["data"]["op"]: each["data"]
        for each in company.records(code, "write.outcome")
        if each["data"]["op"].startswith(op)
    }.values()
    return found


def membership(company, code):
    return company.doors(code)[("github", "membership")]


def looks(company, code):
    return [
        each["data"] for each in company.records(code, "standing.set") if each["data"]["kind"] == "look-again"
    ]


def leave_the_invitation(company):
    """Let GitHub forget the invitation: it was declined, or a week has passed."""
    company.lab.services["github"].world.members.pop(int(github_id(MILAN)))


def after_three_months(company, code):
    """Let GitHub and our own record of the removal be four months old."""
    company.act("github", "leave-long-ago", login=MILAN.github)
    closed = outcome(company, code, REMOVED)
    long_ago = stamp(now() - timedelta(days=120))
    company.work(code).journal.append(Entry("write.outcome", {**closed, "confirmed_at": long_ago}))


def test_the_plan_and_the_result_say_what_must_be_back_by_when(company, locked):
    removed = datetime.fromisoformat(outcome(company, locked, REMOVED)["confirmed_at"])
    until = stamp(removed + timedelta(days=90))
    result = undone(company, locked)
    [line] = result["until"]
    assert line.startswith(f"github {MILAN.github}: their private forks")
    assert line.endswith(f"only until {until}")
    [judged] = company.records(locked, "undo.judged")
    assert judged["data"]["until"] == [line]
    assert until in membership(company, locked).why


def test_the_card_of_an_undo_has_five_lines_of_its_own(company, locked):
    lines = asked(company, locked)["lines"]
    assert [each.partition(":")[0] for each in lines] == [
        "Who", "Reopens", "In time", "Cannot return", "Stays shut",
    ]  # fmt: skip
    assert "github membership" in lines[1]
    assert "private forks" in lines[2]
    assert "signs in again" in lines[3]


def test_past_its_time_the_rest_is_given_back_and_what_is_gone_is_named_since_when(company, locked):
    after_three_months(company, locked)
    result = undone(company, locked)
    assert company.state("github")["members"][github_id(MILAN)]["state"] == "pending"
    gone = [each for each in result["left"] if "gone since" in each]
    assert len(gone) == 1
    assert "private forks" in gone[0]
    since = datetime.fromisoformat(gone[0].rpartition("gone since ")[2])
    assert timedelta(days=29) < now() - since < timedelta(days=31)
    assert result["until"] == []
    assert any("GitHub keeps them no longer" in each for each in result["left"])
    assert company.changed_twice() == []


def test_an_invitation_is_looked_at_again_until_the_person_accepts(company, locked):
    undone(company, locked)
    assert membership(company, locked).verdict == "pending"
    assert membership(company, locked).left
    company.act("github", "accept", login=MILAN.github)
    with company.running(locked):
        company.until(lambda: membership(company, locked).verdict == "open")
        company.until(lambda: all(each.done for each in company.case(locked).orders.values()))
    assert not membership(company, locked).left
    assert tasks(company, locked, "again") == []


def test_looks_that_come_due_together_are_each_carried_out_once(company, locked):
    undone(company, locked)
    company.act("github", "accept", login=MILAN.github)
    company.until(lambda: now() > max(datetime.fromisoformat(each["due"]) for each in looks(company, locked)))
    company.fail("github", "GET ", "delay", seconds=0.3, times=None)  # so that each is under way while others end
    with company.running(locked):
        company.until(lambda: all(each.done for each in company.case(locked).orders.values()))
    done = [each["data"]["order"] for each in company.records(locked, "standing.done")]
    assert sorted(done) == sorted(set(done))
    assert {each["order"] for each in looks(company, locked)} <= set(done)


def test_the_looks_are_set_for_a_quarter_of_an_hour_a_day_three_days_and_a_week(company, locked):
    undone(company, locked)
    first = [each["what"].rpartition(" ")[2] for each in looks(company, locked)[:4]]
    assert first == ["15m", "24h", "72h", "7d"]


def test_while_nobody_accepts_the_case_looks_on_and_is_not_done(company, locked):
    undone(company, locked)
    with company.running(locked):
        company.until(lambda: len(looks(company, locked)) > 5)
    assert membership(company, locked).verdict == "pending"
    assert any("github membership" in each for each in company.desk.status(locked)[0]["left"])


def test_access_that_does_not_come_back_is_a_task_and_wakes_people(company, locked):
    undone(company, locked)
    leave_the_invitation(company)
    with company.running(locked):
        company.until(lambda: tasks(company, locked, "again"))
        company.until(lambda: company.case(locked).orders["undo/look-7d"].done)
    [task] = tasks(company, locked, "again")
    assert "github membership" in task["text"]
    assert "not back" in task["text"]
    assert membership(company, locked).verdict == "closed"
    paged = [each["data"] for each in company.records(locked, "page.sent")]
    assert any(each["request"] == task["request"] for each in paged)


def test_a_reopened_door_that_reads_closed_fails_the_step_until_it_reads_open(company, locked):
    """A run that died had Okta's yes on record; whatever happened since, the account is shut."""
    closed = outcome(company, locked, SUSPENDED)
    op = f"undo/doors/{closed['op']}"
    answered = {**closed, "op": op, "action": "okta.unsuspend_user", "before": closed["after"], "after": {}}
    approval = asked(company, locked)
    company.work(locked).journal.append(Entry("write.outcome", answered))
    company.approve(locked, "tomas", "anselm", digest=approval["digest"])
    company.run(locked)
    failed = next(each for each in company.waiting(locked) if each["request"].startswith("reopen-failed"))
    assert "okta account" in failed["question"]
    assert "not back" in failed["question"]
    company.act("okta", "set-status", mail=MILAN.mail, status="ACTIVE")
    company.answer(locked, failed["request"], "retry", by="ingrid")
    company.run(locked)
    assert company.case(locked).phases["undo"] == "finished"
    assert company.doors(locked)[("okta", "account")].verdict == "open"


def test_what_cannot_be_read_back_is_never_called_back(company, locked):
    company.fail("okta", "^GET /api/v1/users/", "status", status=500, times=None)
    operation = {
        "op": "undo/x", "action": "okta.unsuspend_user", "service": "okta", "login": MILAN.mail,
        "account": company.account(locked, "okta").id,
    }  # fmt: skip
    [read] = read_back(company.work(locked), [(operation, {"after": {}, "confirmed_at": stamp(now())})], [])
    assert read.verdict == "unknown"
    assert company.doors(locked)[("okta", "account")].left


def test_a_service_that_is_down_holds_up_no_other_door(company, locked):
    approval = asked(company, locked)
    company.fail("okta", "^GET ", "status", status=500, times=None)
    company.approve(locked, "tomas", "anselm", digest=approval["digest"])
    company.run(locked)
    assert company.state("github")["members"][github_id(MILAN)]["state"] == "pending"
    failed = next(each for each in company.waiting(locked) if each["request"].startswith("reopen-failed"))
    company.heal("okta")
    company.answer(locked, failed["request"], "retry", by="ingrid")
    company.run(locked)
    assert company.state("okta")[MILAN.mail]["status"] == "ACTIVE"
    assert company.changed_twice() == []


def test_looks_that_are_all_due_at_once_after_a_long_stop_still_go_on(company, locked):
    work = company.work(locked)
    undone(company, locked)
    set_by_undo = [each["data"] for each in company.records(locked, "standing.set")]
    orders = [each for each in set_by_undo if each["kind"] == "look-again"][:4]
    assert all(look_again(work, order)["waiting"] for order in orders)
    assert "undo/look-7d+" in company.case(locked).orders

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from integrations.lab.company import PERSONAS
from runner.actions.registry import find_action
from runner.actions.values import Kept, Thing
from runner.cases.operations import Task, key_of
from runner.errors import Stopped

MILAN = PERSONAS[1]
SUSPEND = "okta.suspend_user"


@pytest.fixture
def code(company):
    return company.open(subject=MILAN.mail)


def task_of(company, code, action=SUSPEND, **more):
    account = company.account(code, "okta")
    given = find_action(action) if isinstance(action, str) else action
    return Task(f"lockdown/doors/{given.name}@okta/{account.id}", given, "okta", account, **more)


def performed(company, code, task):
    """Perform as a run does that knows what the journal knows."""
    return company.work(code).operations.perform(task)


def suspensions(company):
    return [each for each in company.ledger("okta") if each["path"].endswith("/lifecycle/suspend")]


def test_an_operation_is_an_intent_then_one_call_then_an_outcome_read_back(company, code):
    outcome = performed(company, code, task_of(company, code))
    intent, recorded = company.records(code, "write.intent", "write.outcome")
    assert intent["data"]["before"]["status"] == "ACTIVE"
    assert recorded["data"] == outcome
    assert (outcome["outcome"], outcome["before"]["status"], outcome["after"]["status"]) == (
        "changed",
        "ACTIVE",
        "SUSPENDED",
    )
    [sent] = suspensions(company)
    assert intent["at"][:-1] <= sent["at"][:23]  # milliseconds against microseconds
    assert code in sent["user_agent"]


def test_an_answer_that_was_lost_is_decided_by_reading_and_nothing_is_sent_again(company, code):
    company.fail("okta", "lifecycle/suspend", "lose-answer")
    outcome = performed(company, code, task_of(company, code))
    assert outcome["outcome"] == "changed"
    assert outcome["before"]["status"] == "ACTIVE"
    assert [each["data"]["outcome"] for each in company.records(code, "write.outcome")] == [
        "unknown",
        "changed",
    ]
    assert len(suspensions(company)) == 1


def test_a_request_that_broke_before_it_was_applied_is_sent_once_more(company, code):
    company.fail("okta", "lifecycle/suspend", "reset")
    assert performed(company, code, task_of(company, code))["outcome"] == "changed"
    assert [each["changed"] is not None for each in suspensions(company)] == [False, True]
    assert [each["data"]["attempt"] for each in company.records(code, "write.intent")] == [1, 2]


def test_what_three_readings_cannot_tell_stays_unknown_for_a_person(company, code):
    company.fail("okta", "lifecycle/suspend", "reset", times=None)
    assert performed(company, code, task_of(company, code))["outcome"] == "unknown"
    assert len(suspensions(company)) == 3


def test_a_goal_met_under_our_own_unanswered_intent_is_our_change_with_the_state_before_it(company, code):
    """The runner died between intent and answer; the write had arrived."""
    task = task_of(company, code)
    before = {"status": "ACTIVE", "statusChanged": "2025-03-03T08:00:00.000Z"}
    who = {"op": task.op, "action": SUSPEND, "service": "okta", "account": task.account.id, "thing": ""}
    company.office.journal(code).write(
        "write.intent", **who, what="suspend", before=before, attempt=1, found=None
    )
    company.act("okta", "set-status", mail=MILAN.mail, status="SUSPENDED")
    outcome = performed(company, code, task)
    assert outcome["outcome"] == "changed"
    assert outcome["before"] == before
    assert outcome["after"]["status"] == "SUSPENDED"
    assert suspensions(company) == []


def test_a_goal_met_by_somebody_else_is_not_our_change(company, code):
    company.act("okta", "set-status", mail=MILAN.mail, status="SUSPENDED")
    assert performed(company, code, task_of(company, code))["outcome"] == "unchanged"
    assert company.records(code, "write.intent") == []


def test_what_is_settled_is_told_from_the_journal_and_no_call_is_made(company, code):
    first = performed(company, code, task_of(company, code))
    calls = len(company.ledger())
    assert performed(company, code, task_of(company, code)) == first
    assert len(company.ledger()) == calls
    assert len(company.records(code, "write.outcome")) == 1


def test_what_failed_is_tried_again_by_the_next_run(company, code):
    company.fail("okta", "lifecycle/suspend", "status", status=403, body={"errorCode": "E0000006"})
    assert performed(company, code, task_of(company, code))["outcome"] == "failed"
    assert performed(company, code, task_of(company, code))["outcome"] == "changed"


def test_a_goal_met_by_somebody_else_after_our_write_was_refused_is_not_our_change(company, code):
    company.fail("okta", "lifecycle/suspend", "status", status=403, body={"errorCode": "E0000006"})
    assert performed(company, code, task_of(company, code))["outcome"] == "failed"
    company.act("okta", "set-status", mail=MILAN.mail, status="SUSPENDED")
    assert performed(company, code, task_of(company, code))["outcome"] == "unchanged"


def test_a_service_that_cannot_be_reached_has_not_acted_and_that_is_what_is_recorded(company, code):
    task = task_of(company, code)
    company.lab.services["okta"].stop()
    outcome = performed(company, code, task)
    assert outcome["outcome"] == "failed"
    assert outcome["why"]


def test_what_must_not_be_sent_twice_is_left_to_a_person_now_and_after_a_restart(company, code):
    once = replace(find_action(SUSPEND), repeat="ask")
    company.fail("okta", "lifecycle/suspend", "reset")  # not applied: sending it again would do it
    for _ in range(2):
        outcome = performed(company, code, task_of(company, code, once))
        assert outcome["outcome"] == "unknown"
    assert len(suspensions(company)) == 1


def test_a_stop_before_the_write_leaves_no_intent_and_changes_nothing(company, code):
    operations = company.work(code).operations
    operations.stopping.set()
    with pytest.raises(Stopped):
        operations.perform(task_of(company, code))
    assert company.records(code, "write.intent", "write.outcome") == []
    assert suspensions(company) == []


def test_the_same_evidence_of_one_source_is_one_item_however_often_it_is_kept(company, code):
    keep = task_of(company, code, "okta.keep_state")
    performed(company, code, keep)
    items = company.records(code, "item.kept")
    performed(company, code, replace(keep, op="after/keep-again"))
    assert [each["data"]["name"] for each in company.records(code, "item.kept")] == [
        each["data"]["name"] for each in items
    ]
    files = (company.settings.store_folder / "cases" / code).rglob("*")
    stored = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()}
    assert {each["data"]["sha256"] for each in items} <= stored


def unwritable(company, code, then):
    """Return a task whose item has a name no journal can hold, and which then goes on."""

    def run(ctx, account):
        kept = [ctx.keep(object(), b"{}")]
        return then(ctx, account, kept)

    return task_of(company, code, replace(find_action(SUSPEND), run=run))


def test_nothing_is_written_while_the_record_of_what_was_kept_before_is_not_durable(company, code):
    suspend = find_action(SUSPEND).run
    outcome = performed(company, code, unwritable(company, code, lambda ctx, account, _: suspend(ctx, account)))
    assert outcome["outcome"] == "failed"
    assert "cannot write" in outcome["why"]
    assert suspensions(company) == []
    assert company.records(code, "write.intent", "item.kept") == []


def test_what_is_not_on_record_does_not_count_as_kept(company, code):
    outcome = performed(company, code, unwritable(company, code, lambda _, __, kept: Kept(tuple(kept))))
    assert (outcome["outcome"], company.records(code, "item.kept")) == ("failed", [])


def test_a_thing_that_is_gone_under_our_unanswered_intent_is_known_to_the_next_run(company, code):
    company.act("okta", "mint-api-token", mail=MILAN.mail, name="ci")
    account = company.account(code, "okta")
    services = company.work(code).services
    [token] = services.find("okta", find_action("okta.find_api_tokens"), account)
    closing = f"lockdown/doors/okta.revoke_api_token@okta/{account.id}"
    task = Task(f"{closing}/{token.id}", find_action("okta.revoke_api_token"), "okta", account, token)
    operations = company.work(code).operations
    assert operations.unanswered(closing) == []
    company.fail("okta", "^DELETE", "lose-answer")
    assert (
        operations.perform(replace(task, action=replace(task.action, repeat="ask")))["outcome"] == "unknown"
    )
    again = company.work(code).operations
    [left] = again.unanswered(closing)
    assert left == Thing(token.id, token.label, token.state, token.shared)
    assert again.perform(task)["outcome"] == "changed"
    assert company.work(code).operations.unanswered(closing) == []


def test_keys_differ_between_operations_and_cases_and_never_between_attempts():
    assert key_of("amber-kite-10", "a/b") == key_of("amber-kite-10", "a/b")
    assert (
        len({key_of("amber-kite-10", "a/b"), key_of("amber-kite-10", "a/c"), key_of("amber-kite-11", "a/b")})
        == 3
    )

"""What a step does when it fails, when nobody answers, and when its condition is not met."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.cases.company import playbook_of

NOTE = "page: [counsel]"
TICKET = "do: jira.open_issue, with: {project: SEC, document: containment-ticket, visible_to: restricted}"


def phase(*steps):
    return "  - phase: work\n    steps:\n" + "".join(f"      - {{{each}}}\n" for each in steps)


def opened(company, *steps):
    return company.open(phase(*steps))


def step(company, code, name):
    """Return how a step ended, or None."""
    return next(
        (each["data"] for each in company.records(code, "step.finished") if each["data"]["step"] == name),
        None,
    )


def tickets(company):
    return [each for each in company.changes("jira") if "issue" in each]


@pytest.fixture
def broken(company):
    """A ticket system that refuses, until it is healed."""
    company.fail("jira", "POST /rest/api/", "status", status=403, times=None)
    return company


def test_a_failure_asks_and_retry_goes_on_without_doing_anything_twice(broken):
    code = opened(broken, f"id: ticket, {TICKET}")
    broken.run(code)
    asked = broken.command(code, "ask")
    assert [each["key"] for each in asked["options"]] == ["retry", "skip", "stop"]
    assert asked["command"].startswith(f"severance answer {code} ticket-failed-1 ")
    broken.heal("jira")
    broken.answer(code, "ticket-failed-1", "retry", by="ingrid")
    broken.run(code)
    assert step(broken, code, "ticket")["status"] == "done"
    assert len(tickets(broken)) == 1
    assert broken.changed_twice() == []


def test_skip_ends_the_step_as_failed_with_its_reason_and_the_next_one_runs(broken):
    code = opened(broken, f"id: ticket, {TICKET}", f"id: note, {NOTE}, after: ticket")
    broken.run(code)
    broken.answer(code, "ticket-failed-1", "skip", by="ingrid")
    broken.run(code)
    assert step(broken, code, "ticket")["status"] == "failed"
    assert step(broken, code, "ticket")["why"]
    assert step(broken, code, "note")["status"] == "done"


def test_stop_stops_the_run_and_the_next_one_tries_again_and_asks_anew(broken):
    code = opened(broken, f"id: ticket, {TICKET}")
    broken.run(code)
    broken.answer(code, "ticket-failed-1", "stop", by="ingrid")
    broken.run(code)
    assert broken.desk.status(code)[0]["outcome"] == "stopped"
    assert step(broken, code, "ticket") is None
    broken.run(code)
    assert [each["request"] for each in broken.waiting(code)] == ["ticket-failed-2"]
    broken.heal("jira")
    broken.answer(code, "ticket-failed-2", "retry", by="ingrid")
    broken.run(code)
    assert step(broken, code, "ticket")["status"] == "done"


def test_if_fails_stop_asks_nobody_and_starts_no_further_step(broken):
    code = opened(broken, f"id: ticket, {TICKET}, if_fails: stop", f"id: note, {NOTE}, after: ticket")
    broken.run(code)
    assert broken.waiting(code) == []
    assert broken.desk.status(code)[0]["outcome"] == "stopped"
    assert step(broken, code, "note") is None
    [stopped] = broken.records(code, "stop.asked")
    assert stopped["data"]["by"] == "playbook"


def test_if_fails_go_on_asks_nobody_and_the_next_step_runs(broken):
    code = opened(broken, f"id: ticket, {TICKET}, if_fails: go_on", f"id: note, {NOTE}, after: ticket")
    broken.run(code)
    assert broken.records(code, "ask.asked") == []
    assert step(broken, code, "ticket")["status"] == "failed"
    assert step(broken, code, "note")["status"] == "done"


def test_retry_tries_again_as_often_as_it_says_before_anybody_is_asked(company):
    company.fail("jira", "POST /rest/api/", "status", status=403, times=2)
    code = opened(company, f"id: ticket, {TICKET}, retry: 2")
    company.run(code)
    assert company.records(code, "ask.asked") == []
    assert step(company, code, "ticket")["status"] == "done"
    assert len(tickets(company)) == 1


def test_a_step_whose_condition_does_not_hold_is_skipped_and_says_so(company):
    code = opened(
        company,
        "id: found, do: doors.find, accounts: [subject]",
        f"id: never, {NOTE}, after: found, when: found.doors == 0",
        f"id: always, {NOTE}, after: found, when: found.doors",
    )
    company.run(code)
    assert step(company, code, "never")["status"] == "skipped"
    assert "found.doors == 0" in step(company, code, "never")["why"]
    assert step(company, code, "always")["status"] == "done"
    assert not [each for each in company.records(code, "step.started") if each["data"]["step"] == "never"]


def test_silence_at_a_deadline_takes_what_the_playbook_says(company):
    code = opened(company, "id: go, ask: Shall we?, by: {need: 1, of: [hr]}, within: 60s, if_silent: no")
    with company.running(code):
        company.until(lambda: step(company, code, "go"))
    assert step(company, code, "go")["result"] == {"value": "no"}
    assert company.records(code, "ask.silent")[0]["data"]["took"] == "no"


def test_silence_stays_silence_where_the_playbook_says_nothing_and_it_is_loud(company):
    code = opened(company, "id: go, ask: Shall we?, by: {need: 1, of: [hr]}, within: 4m")  # 4 s here
    with company.running(code):
        company.until(
            lambda: [
                each for each in company.records(code, "page.sent") if each["data"]["moment"] == "expired"
            ]
        )
    assert step(company, code, "go") is None
    assert [each["request"] for each in company.waiting(code)] == ["go"]
    moments = {each["data"]["moment"] for each in company.records(code, "page.sent")}
    assert moments == {"asked", "half-time", "expired"}
    company.answer(code, "go", "yes", by="samuel")  # late is better than never
    company.run(code)
    assert step(company, code, "go")["result"] == {"value": "yes"}


def test_a_question_for_two_needs_two_who_say_the_same(company):
    code = opened(company, "id: go, ask: Shall we?, by: {need: 2, of: [security-leads, hr]}")
    company.run(code)
    company.answer(code, "go", "yes", by="maren")
    company.answer(code, "go", "no", by="samuel")
    company.run(code)
    assert step(company, code, "go") is None
    company.answer(code, "go", "yes", by="samuel")
    company.run(code)
    assert step(company, code, "go")["result"] == {"value": "yes"}


def test_a_task_holds_only_the_step_that_comes_after_it(company):
    code = opened(
        company,
        "id: call, task: Call the desk, by: [ir-oncall], within: 1h",
        f"id: free, {NOTE}",
        f"id: bound, {NOTE}, after: call",
    )
    company.run(code)
    assert step(company, code, "free")["status"] == "done"
    assert step(company, code, "bound") is None
    company.answer(code, "call", "done", by="ingrid")
    company.run(code)
    assert step(company, code, "bound")["status"] == "done"


def test_a_task_that_must_bring_an_item_is_not_done_without_it_and_keeps_what_it_brought(company, tmp_path):
    from runner.errors import RefusedError  # noqa: PLC0415

    code = opened(company, "id: photo, task: Take a picture, by: [ir-oncall], bring: the picture")
    company.run(code)
    with pytest.raises(RefusedError):
        company.answer(code, "photo", "done", by="ingrid")
    (tmp_path / "picture.png").write_bytes(b"not really")
    company.answer(code, "photo", "done", by="ingrid", item=tmp_path / "picture.png")
    [kept] = company.records(code, "item.kept")[-1:]
    assert (kept["data"]["name"], kept["data"]["bytes"]) == ("picture.png", 10)
    assert company.waiting(code) == []


def test_people_are_paged_in_dull_words_with_the_command_and_the_deadline(company):
    code = opened(company, "id: go, ask: Is Jonas Weber an impostor?, by: {need: 1, of: [hr]}")
    company.run(code)
    asked = company.command(code, "ask")
    [page] = company.lab.services["pager"].pages.values()
    assert page["to"] == ["samuel.adeyemi@fjordlight.example"]
    assert asked["command"] in page["text"]
    assert asked["expires"] in page["text"]
    assert page["subject"] == f"{code} needs you"
    assert "jonas" not in str(page).lower()
    assert "impostor" not in str(page).lower()


def test_a_pager_that_is_down_does_not_silence_the_others_and_is_told(company):
    company.fail("pager", "POST", "status", status=500, times=None)
    code = opened(company, "id: go, ask: Shall we?, by: {need: 1, of: [hr]}")
    company.run(code)
    assert {each["data"]["via"] for each in company.records(code, "page.sent")} == {"mail"}
    assert {each["data"]["via"] for each in company.records(code, "page.failed")} == {"pager"}


def test_a_case_goes_on_where_nobody_can_be_woken(founded):
    company = founded(edit=lambda text: text.replace('page_by: ["mail", "pager"]', "page_by: []"))
    code = opened(company, "id: go, ask: Shall we?, by: {need: 1, of: [hr]}")
    company.run(code)
    assert company.run(code).refused == ""
    assert company.command(code, "ask")["request"] == "go"
    assert "the settings name no pager" in company.records(code, "page.failed")[0]["data"]["why"]


def test_deadlines_are_absolute_and_a_restart_moves_none(company):
    code = opened(company, "id: go, ask: Shall we?, by: {need: 1, of: [hr]}, within: 2h")
    company.run(code)
    first = company.command(code, "ask")["expires"]
    company.run(code)
    assert company.command(code, "ask")["expires"] == first
    assert len(company.records(code, "ask.asked")) == 1
    opened_at = datetime.fromisoformat(company.records(code, "ask.asked")[0]["at"])
    assert datetime.fromisoformat(first) > opened_at


def test_the_playbook_of_a_case_is_the_one_it_was_opened_with(company):
    code = opened(company, f"id: note, {NOTE}")
    (company.folder / "rehearsal.yaml").write_text(playbook_of(phase(f"id: other, {NOTE}")))
    company.run(code)
    assert step(company, code, "note")["status"] == "done"
    assert step(company, code, "other") is None

"""When a worker runs a case though nobody told it to, and when it leaves it alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from runner.casefile import due
from runner.casefile.due import MOST_DEATHS
from runner.database.journal import Entry
from runner.desk.claim import Claim
from tests.cases.company import AFTER, CLOSE, LOCKDOWN, QUIET

WINDOW = QUIET + LOCKDOWN.replace("    steps:", "    fire: between 05:00-05:30 Europe/London\n    steps:") + AFTER


def look(company, code):
    return company.desk.next_look(code)[0]


def died(company, code, *, after="nothing"):
    """Leave what a run leaves that was killed before it did anything."""
    company.office.journal(code).append(
        Entry("run.started", {"executor": "x", "host": "h", "pid": 1}),
        Entry("step.started", {"phase": "quiet", "step": "found", "what": after}),
    )


def failed(company, code):
    company.office.journal(code).append(
        Entry("run.started", {"executor": "x", "host": "h", "pid": 1}),
        Entry("run.ended", {"executor": "", "why": "okta: the secret is missing"}),
    )


@pytest.fixture
def company(founded):
    return founded(compress=1)


@pytest.fixture
def waiting(company):
    """A case that waits for the approval of its lockdown."""
    code = company.open()
    company.run(code)
    return code


def test_a_case_that_was_opened_and_never_run_is_run(company):
    code = company.open()
    assert look(company, code).why == "acted on"
    assert look(company, code).at <= datetime.now(UTC)


def test_a_case_that_waits_is_left_alone_until_people_are_to_be_reminded(company, waiting):
    [asked] = company.waiting(waiting)
    found = look(company, waiting)
    assert found.why == "due"
    assert datetime.now(UTC) < found.at < datetime.fromisoformat(asked["expires"])


def test_a_case_is_run_as_soon_as_somebody_acted_on_it(company, waiting):
    company.approve(waiting, "maren")
    assert look(company, waiting).why == "acted on"


def test_what_is_said_in_the_moment_a_run_ends_is_not_left_lying(company, waiting):
    [*_, ended] = company.records(waiting)
    company.office.journal(waiting).append(
        Entry("run.started", {"executor": "x", "host": "h", "pid": 1}),
        Entry("note", {"by": "ingrid", "text": "unseen"}),
        Entry("run.ended", {"executor": "x", "why": "waiting", "seen": ended["seq"] + 1}),
    )
    assert look(company, waiting).why == "acted on"


def test_what_was_reminded_of_comes_due_at_the_next_mark(company, waiting):
    [asked] = company.waiting(waiting)
    company.office.journal(waiting).append(
        Entry("request.reminded", {"request": asked["request"], "moment": "half-time"}),
        Entry("run.ended", {"executor": "x", "why": "waiting"}),
    )
    moments = sorted(due._moments(company.case(waiting)))
    assert datetime.fromisoformat(asked["expires"]) in moments
    assert look(company, waiting).at == moments[0] > datetime.now(UTC)


def test_an_approved_phase_with_a_window_comes_due_when_it_opens(company):
    code = company.open(WINDOW)
    company.run(code)
    company.approve(code)
    company.run(code)
    assert company.records(code, "approval.used")
    [opens] = due._windows(company.case(code), datetime.now(UTC))
    assert timedelta(0) < opens - datetime.now(UTC) <= timedelta(days=1)
    assert f"{opens.astimezone(ZoneInfo('Europe/London')):%H:%M}" == "05:00"
    assert look(company, code).at <= opens


def test_a_case_that_a_person_stopped_waits_for_a_person_and_one_that_the_system_stopped_does_not(company, waiting):
    company.desk.stop(waiting, "to think")
    assert look(company, waiting).why == "stopped"
    company.run(waiting)
    company.office.journal(waiting).append(
        Entry("run.started", {"executor": "x", "host": "h", "pid": 1}),
        Entry("stop.asked", {"by": "signal", "because": "SIGTERM"}),
        Entry("run.ended", {"executor": "x", "why": "stopped"}),
    )
    assert look(company, waiting).why == "interrupted"


def test_a_run_that_fails_is_tried_again_less_and_less_often(company, waiting):
    waits = []
    for _ in range(9):
        failed(company, waiting)
        ended = datetime.fromisoformat(company.records(waiting)[-1]["at"])
        found = look(company, waiting)
        assert found.why == "failed"
        waits.append((found.at - ended).total_seconds())
    assert waits[:3] == [30, 60, 120]
    assert waits[-1] == 1800


def test_a_case_whose_runs_die_is_given_up_with_a_word_to_people_until_one_runs_it(company, waiting):
    for _ in range(MOST_DEATHS - 1):
        died(company, waiting)
    assert look(company, waiting).why == "interrupted"
    died(company, waiting)
    assert look(company, waiting).why == "dying"
    company.desk.dead_letter(waiting)
    assert look(company, waiting).why == "dead-lettered"
    pages = [each for each in company.records(waiting, "page.sent") if each["data"]["request"] == "dead-lettered-1"]
    assert {each["data"]["via"] for each in pages} == set(company.settings.page_by)
    company.run(waiting)
    assert look(company, waiting).why == "due"


def test_runs_that_die_after_doing_something_are_no_reason_to_give_up(company, waiting):
    for number in range(MOST_DEATHS + 1):
        died(company, waiting)
        company.office.journal(waiting).write("note", by="ingrid", text=f"it did something, {number}")
    assert look(company, waiting).why == "interrupted"


def test_a_case_that_is_over_is_never_run_again(company, waiting):
    company.desk.close(waiting, "a mistake", claim=Claim("maren", None))
    assert look(company, waiting) == look(company, waiting)
    assert (look(company, waiting).at, look(company, waiting).why) == (None, "over")


def test_an_emergency_goes_first(company):
    code = company.open("\n" + CLOSE)
    assert not look(company, code).urgent
    company.office.journal(code).write("emergency.declared", by="ingrid", because="it is leaving now")
    assert look(company, code).urgent

"""A legal clock is proposed by the tool; counsel alone starts it, from whatever moment, and stops it, for a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from runner.desk.handover import write_report
from runner.errors import PlaybookError, RefusedError, UsageError
from runner.reports.markdown import markdown
from runner.reports.reading import read
from tests.cases.test_steps import opened, step

GDPR = "id: breach, clock: gdpr-33, by: [hr]"
NOTE = "page: [counsel]"


def say(company, code, value, *, by="helene", name="breach", **more):
    from runner.desk.claim import Claim  # noqa: PLC0415

    return company.desk.answer(code, name, value, claim=Claim(by, None), **more)


def clock(company, code):
    [found] = company.desk.status(code)[0]["clocks"]
    return found


def ago(**time):
    moment = datetime.now(UTC).replace(microsecond=0) - timedelta(**time)
    return moment.isoformat().replace("+00:00", "Z")


@pytest.fixture
def proposed(company):
    """A case in which one clock was proposed."""
    code = opened(company, GDPR)
    company.run(code)
    return company, code


def test_a_clock_is_put_to_counsel_whatever_the_playbook_says(proposed):
    company, code = proposed
    [asked] = company.records(code, "clock.proposed")
    assert asked["data"]["of"] == ["counsel"]
    assert (asked["data"]["clock"], asked["data"]["within"], asked["data"]["days"]) == (
        "gdpr-33",
        "72h",
        "calendar",
    )
    assert asked["data"]["source"].startswith("Regulation (EU) 2016/679")
    [page] = company.lab.services["pager"].pages.values()
    assert page["to"] == ["helene.dubois@fjordlight.example"]
    assert clock(company, code)["status"] == "proposed"
    assert clock(company, code)["deadline"] == ""


def test_nobody_else_moves_it_and_all_get_a_strangers_answer(proposed):
    company, code = proposed
    for person in ("samuel", "maren", "ingrid", "katarina", "beatriz"):
        for value in ("start", "decline", "stop"):
            with pytest.raises(RefusedError, match="no such case for you"):
                say(company, code, value, by=person, because="x")
    assert clock(company, code)["status"] == "proposed"


def test_a_started_clock_runs_from_now_and_keeps_the_case_open(proposed):
    company, code = proposed
    before = datetime.now(UTC)
    say(company, code, "start", because="the log shows a download")
    [started] = company.records(code, "clock.started")
    data = started["data"]
    begin = datetime.fromisoformat(data["started_at"])
    assert before - timedelta(seconds=1) <= begin <= datetime.now(UTC)
    assert datetime.fromisoformat(data["deadline"]) - begin == timedelta(hours=72)
    assert (data["started_by"], data["basis"], data["status"]) == (
        "helene",
        "the log shows a download",
        "running",
    )
    assert data["trigger_event"].startswith("When the controller is reasonably certain")
    company.run(code)
    status = company.desk.status(code)[0]
    assert status["outcome"] == "waiting"
    assert [each for each in status["left"] if f"severance answer {code} breach stop --because" in each]
    assert status["clocks"][0]["left"] == "71 h 59 min left"


def test_awareness_may_be_earlier_than_the_word_and_the_deadline_follows_it(proposed):
    company, code = proposed
    say(company, code, "start", at=ago(hours=30))
    assert clock(company, code)["left"].startswith(("41 h 59", "42 h 0"))
    say(company, code, "stop", because="no personal data was reached")
    assert clock(company, code)["status"] == "stopped"


def test_a_deadline_that_has_passed_already_says_so(proposed):
    company, code = proposed
    say(company, code, "start", at=ago(hours=80))
    assert clock(company, code)["left"].startswith("over since 8 h 0")
    report = read(company.office.records(code), counsel=True)
    assert "over since 8 h" in markdown(report)


WRONG = (
        ("start", {"at": "2026-11-25 09:14"}, "expected a moment with its zone"),
        ("start", {"at": "yesterday"}, "expected a moment with its zone"),
        ("start", {"at": "2026-02-30T00:00Z"}, "expected a moment with its zone"),
        ("start", {"at": "2999-01-01T00:00Z"}, "later than now"),
        ("decline", {"at": "2026-01-01T00:00Z"}, "only a start has a moment"),
        ("stop", {"because": "x"}, "is no answer to this"),
        ("yes", {}, "is no answer to this"),
)  # fmt: skip


def test_what_is_no_answer_moves_nothing(proposed):
    company, code = proposed
    for value, more, said in WRONG:
        with pytest.raises(UsageError, match=said):
            say(company, code, value, **more)
    assert clock(company, code)["status"] == "proposed"


def test_a_clock_stops_only_for_a_reason_by_counsel_and_once(proposed):
    company, code = proposed
    say(company, code, "start")
    with pytest.raises(UsageError, match="stopped for a reason"):
        say(company, code, "stop", because="  ")
    with pytest.raises(RefusedError, match="no such case for you"):
        say(company, code, "stop", by="samuel", because="done")
    with pytest.raises(UsageError, match="is no answer to this"):
        say(company, code, "start")
    say(company, code, "stop", because="notified, reference 4711")
    with pytest.raises(RefusedError, match="not being asked"):
        say(company, code, "stop", because="again")
    company.run(code)
    assert company.desk.status(code)[0]["outcome"] == "done"
    [stopped] = company.records(code, "clock.stopped")
    assert stopped["data"]["because"] == "notified, reference 4711"


def test_a_declined_clock_leaves_nothing_to_wait_for(proposed):
    company, code = proposed
    say(company, code, "decline", because="not the controller")
    company.run(code)
    assert company.desk.status(code)[0]["outcome"] == "done"
    assert clock(company, code)["status"] == "declined"
    assert clock(company, code)["because"] == "not the controller"


def test_a_clock_without_a_length_runs_until_it_is_stopped_and_shows_no_moment(company):
    code = opened(company, "id: breach, clock: gdpr-34")
    company.run(code)
    say(company, code, "start")
    company.run(code)
    found = clock(company, code)
    assert (found["status"], found["deadline"], found["left"]) == ("running", "", "")
    assert any("without undue delay" in each for each in company.desk.status(code)[0]["left"])


def test_business_days_are_counted_in_the_zone_of_the_law(company):
    code = opened(company, "id: filing, clock: sec-8k-105")
    company.run(code)
    say(company, code, "start", name="filing", at="2026-11-06T14:00-05:00")  # a Friday
    found = clock(company, code)
    assert found["deadline"] == "2026-11-12T19:00:00.000Z"
    assert found["local"] == "2026-11-12 14:00 America/New_York"
    assert company.records(code, "clock.started")[0]["data"]["days"] == "business"


def test_counsel_is_who_the_settings_say(founded):
    company = founded(edit=lambda text: text + "counsel: [hr, counsel]\n")
    code = opened(company, GDPR)
    company.run(code)
    say(company, code, "start", by="samuel")
    assert clock(company, code)["started_by"] == "samuel"


def test_a_case_whose_people_lack_counsel_cannot_propose_a_clock(founded):
    company = founded(edit=lambda text: text + "counsel: [general-counsel]\n")
    with pytest.raises(PlaybookError, match=r"found none: general-counsel \[approval-unreachable\]"):
        opened(company, GDPR)


def test_what_is_not_in_force_is_refused_before_a_case_is_opened(company):
    for name in ("circia-incident", "eu-omnibus-33", "uk-resilience-bill-full"):
        with pytest.raises(PlaybookError, match=r"\[clock-not-in-force\]"):
            opened(company, f"id: breach, clock: {name}")


def test_a_row_that_went_out_of_force_meanwhile_is_proposed_to_nobody_and_holds_no_other_step(company):
    code = opened(company, GDPR, f"id: note, {NOTE}")
    house = company.office
    work = house.work

    def without(code):
        made = work(code)
        repealed = made.clocks["gdpr-33"].model_copy(update={"in_force": False})
        return replace(made, clocks={**made.clocks, "gdpr-33": repealed})

    house.work = without
    company.run(code)
    assert company.records(code, "clock.proposed") == []
    assert step(company, code, "breach")["status"] == "failed"
    assert "not in force" in step(company, code, "breach")["why"]
    assert step(company, code, "note")["status"] == "done"


def test_counsel_is_reminded_before_the_deadline_and_when_it_has_passed(company):
    code = opened(company, GDPR)
    company.run(code)
    say(company, code, "start", at=ago(hours=40))
    with company.running(code):
        company.until(lambda: reminders(company, code))
    assert reminders(company, code) == ["deadline-half-time"]
    [page] = [
        each for each in company.records(code, "page.sent") if each["data"]["request"] == "breach-clock"
    ][:1]
    assert page["data"]["to"] == ["helene.dubois@fjordlight.example"]
    assert page["data"]["subject"] == f"{code} needs you"


@pytest.mark.parametrize(("hours", "moment"), [(66, "deadline-soon"), (73, "deadline-passed")])
def test_a_clock_started_late_reminds_of_what_is_next_and_not_of_what_was(company, hours, moment):
    code = opened(company, GDPR)
    company.run(code)
    say(company, code, "start", at=ago(hours=hours))
    with company.running(code):
        company.until(lambda: reminders(company, code))
    assert reminders(company, code) == [moment]


def reminders(company, code):
    return [
        each["data"]["moment"]
        for each in company.records(code, "request.reminded")
        if each["data"]["moment"].startswith("deadline")
    ]


def test_in_a_drill_counsel_starts_it_and_stops_it(company):
    code = opened(company, GDPR)
    company.play(code)
    assert company.desk.status(code)[0]["outcome"] == "done"
    assert [each["kind"] for each in company.records(code, "clock.started", "clock.stopped")] == [
        "clock.started",
        "clock.stopped",
    ]


def test_the_report_shows_what_runs_with_the_time_left(proposed):
    company, code = proposed
    say(company, code, "start", at=ago(hours=1), because="<b>seen</b>")
    page = write_report(company.office, code).read_text()
    assert "Legal deadlines" in page
    assert "70 h 59 min left" in page or "71 h 0 min left" in page
    assert "&lt;b&gt;seen&lt;/b&gt;" in page
    text = markdown(read(company.office.records(code)))
    assert "## Legal deadlines" in text
    assert "The legal deadline gdpr\\-33 runs, until" in text


def test_the_police_ask_to_wait_and_it_ends_by_itself(proposed):
    company, code = proposed
    later = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    company.desk.delay(code, "FBI", "S. Agent, +1 555 0100", later)
    status = company.desk.status(code)[0]
    assert [(each["agency"], each["contact"]) for each in status["delays"]] == [
        ("FBI", "S. Agent, +1 555 0100")
    ]
    [asked] = company.records(code, "delay.asked")
    assert asked["class"] == "fact"
    assert "FBI" in markdown(read(company.office.records(code)))
    assert "S. Agent" in write_report(company.office, code).read_text()
    company.until(lambda: not company.desk.status(code)[0]["delays"])
    assert "FBI" in markdown(read(company.office.records(code)))  # that it was asked stays on record


NO_DELAYS = (
    ("", "x", "2999-01-01T00:00Z"), ("FBI", " ", "2999-01-01T00:00Z"), ("FBI", "x", ""), ("FBI", "x", "2020-01-01T00:00Z"), ("FBI", "x", "tomorrow"),
)  # fmt: skip


def test_a_delay_has_somebody_who_asks_a_contact_and_an_end(proposed):
    company, code = proposed
    for agency, contact, until in NO_DELAYS:
        with pytest.raises(UsageError):
            company.desk.delay(code, agency, contact, until)
    assert company.records(code, "delay.asked") == []

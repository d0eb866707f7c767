"""Reading a journal: what is shown, what is left, and what stays in the house."""

from __future__ import annotations

import pytest

from runner.evidence.chain import broken
from runner.reports.findings import left, verdict
from runner.reports.papers import papers
from runner.reports.reading import read
from runner.reports.unknowns import unknowable
from tests.reports.records import LATE, SUBJECT, Telling, case, opened

CANARY = "privileged-canary"


def test_the_fixture_is_a_whole_journal() -> None:
    assert broken(case()) is None


def test_the_verdict_counts_every_door_and_hides_none() -> None:
    report = read(case())
    assert len(report.doors) == 22
    assert verdict(report).startswith("15 of 22 doors are shut. 7 are not: 1 open, 1 unknown, 1 pending")


def test_what_is_left_begins_with_the_open_door() -> None:
    lines = left(read(case()))
    assert (
        lines[0] == "github role of sam-reed-fjl is open: GitHub answered 422: last owner of the team release"
    )
    assert any("counsel" in line and "gdpr-33" in line for line in lines)
    assert any("72 hours" in line for line in lines)
    assert not any("service desk" in line for line in lines)
    assert any("j.call@mail.example may belong" in line for line in lines)


@pytest.mark.parametrize(
    "gap",
    [
        "payroll: left out",
        "okta.close_token got no answer",
        "older than 7 days",
        "lags by up to 10 minutes",
        "not read directly",
        "no interface lists them",
        "somebody was not reached",
        "not searched for linked accounts",
    ],
)
def test_every_gap_is_named(gap: str) -> None:
    assert any(gap in line for line in unknowable(read(case())))


def test_a_case_with_nothing_but_its_opening_says_so() -> None:
    assert "nothing has been changed" in verdict(read(opened()))


def test_no_records_are_no_case() -> None:
    assert verdict(read([])) == "There is no case in this journal."


def test_all_doors_shut_and_nothing_left_is_the_only_end() -> None:
    told = Telling()
    told.records = opened()
    key = {
        "service": "okta",
        "layer": "session",
        "account": "00u1",
        "login": "sam",
        "things": [],
        "reach": "subject",
    }
    told.say("door.seen", **key, verdict="open", why="")
    told.say(
        "door.verdict",
        **key,
        verdict="inferred",
        why="no read",
        proof="",
        closed_at=told.stamp(),
        step="s",
        late=[],
    )
    assert "1 are" not in verdict(read(told.records))
    assert "1 inferred and not yet accepted" in verdict(read(told.records))
    told.say("accepted", by=["ines"], doors=[{"service": "okta", "layer": "session", "account": "00u1"}])
    assert (
        verdict(read(told.records)) == "All 1 doors are shut: 1 inferred and accepted. Nothing is left to do."
    )


def test_what_counsel_wrote_is_in_no_paper_that_leaves_the_house() -> None:
    for name, text in papers(case()).items():
        assert CANARY not in text, name
    assert read(case()).withheld == 2


def test_counsel_can_ask_for_a_report_with_counsels_own_words() -> None:
    assert CANARY in papers(case(), counsel=True)["report.html"]


def test_a_question_for_two_is_open_after_one_answer() -> None:
    told = Telling()
    told.records = opened()
    ask = {
        "request": "a",
        "question": "Who?",
        "kind": "text",
        "options": [],
        "of": ["ir"],
        "expires": told.stamp(hours=1),
    }
    told.say("ask.asked", phase="p", step="s", need=2, if_silent="", command="", **ask)
    told.say("ask.answered", request="a", by="ines", value="x")
    assert read(told.records).requests[0].status == "open"
    told.say("ask.answered", request="a", by="tomasz", value="x")
    assert read(told.records).requests[0].status == "answered"


def test_decisions_keep_who_when_and_the_digest() -> None:
    approval = next(each for each in read(case()).requests if each.kind == "approval")
    assert [(said.by, said.word, said.signed) for said in approval.answers] == [
        ("ines", "approved", True),
        ("tomasz", "approved", True),
    ]
    assert {said.digest for said in approval.answers} == {approval.digest}
    assert approval.status == "used"


def test_a_late_head_counts_as_a_head() -> None:
    lockdown = read(case()).lockdown
    assert lockdown is not None
    assert LATE in lockdown.heads
    assert lockdown.spread_ms is not None
    assert lockdown.spread_ms > 1000


def test_a_record_of_a_kind_we_do_not_know_is_named_not_dropped() -> None:
    told = Telling()
    told.records = opened()
    told.say("comet.seen", tail=True)
    told.say("ask.answered", another="form")
    texts = [event.text for event in read(told.records).timeline]
    assert texts[-2:] == ["Record of kind comet.seen", "Record of kind ask.answered"]


def test_an_intent_without_an_outcome_is_a_gap() -> None:
    told = Telling()
    told.records = opened()
    told.say("subject.resolved", accounts=[SUBJECT], left_out=[], protected=[])
    op = {
        "op": "l/d/okta.suspend_user@okta/00u1",
        "action": "okta.suspend_user",
        "service": "okta",
        "account": "00u1",
        "thing": "",
    }
    told.say("write.intent", **op, what="suspend", before=None, attempt=1)
    assert unknowable(read(told.records)) == [
        "okta: okta.suspend_user got no answer; its effect is not known"
    ]


def test_the_same_gap_on_several_services_is_one_line() -> None:
    told = Telling()
    told.records = opened()
    for service in ("okta", "okta-2"):
        op = {
            "op": f"q/k/okta.keep_log@{service}/00u1",
            "action": "okta.keep_log",
            "service": service,
            "account": "00u1",
            "thing": "",
        }
        told.say(
            "write.outcome", **op, outcome="kept", before=None, after=[], why="older than 90 days is gone"
        )
    assert unknowable(read(told.records)) == [
        "okta, okta-2: okta.keep_log could not keep everything: older than 90 days is gone"
    ]

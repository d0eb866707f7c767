"""`status`, `doctor` and the chat's home show first what nothing moves on before a person does."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from runner.casefile.state import STATES
from runner.chat.cards.wording import STATES as IN_CHAT
from runner.database.stored import FORMAT
from runner.desk.doctor import left_alone
from tests.cases.company import AFTER, LOCKDOWN, QUIET
from tests.desk.test_killed import die

WAKE = """
  - phase: wake
    steps:
      - {id: told, page: [counsel]}
"""
DEAD = {"why": "no answer from the database", "attempts": 5}


def states(company):
    return {each["code"]: each["state"] for each in company.desk.status()}


def shouts(company):
    """Return what doctor says of the cases: whether all is well, in words, and its exit code."""
    return [(each["ok"], each["detail"], each["exit"]) for each in left_alone(company.office)]


def store(company):
    [path] = company.settings.store_folder.glob("*.db")
    return closing(sqlite3.connect(path))


def test_cases_come_in_the_order_in_which_they_need_a_person(company):
    done, dead, waiting, stranded = (company.open(WAKE, subject="") for _ in range(4))
    company.run(done)
    company.office.journal(dead).write("case.dead_lettered", **DEAD)
    company.office.journal(stranded).write("run.started", executor="e", host="h", pid=1)

    assert list(states(company).items()) == [
        (dead, "dead-lettered"), (stranded, "stranded"), (waiting, "waiting"), (done, "done"),
    ]  # fmt: skip
    assert company.desk.board(dead)["state"] == "dead-lettered"
    assert [detail.split(":")[0] for _, detail, _ in shouts(company)] == [
        f"{dead} is DEAD-LETTERED", f"{stranded} is STRANDED",
    ]  # fmt: skip
    assert {(ok, code) for ok, _, code in shouts(company)} == {(False, 5)}


def test_a_case_that_runs_is_not_stranded_however_often_one_looks(company):
    code = company.open(QUIET + LOCKDOWN + AFTER)
    with company.running(code):
        company.until(lambda: company.waiting(code))
        assert states(company) == {code: "waiting"}
        assert shouts(company) == [(True, "none is", 0)]
        assert company.office.held(code)
    assert not company.office.held(code)
    assert len(company.records(code, "run.started")) == 1


def test_looking_does_not_take_a_case_from_whoever_starts_to_run_it(company):
    code = company.open(QUIET)
    company.office.journal(code).write("run.started", executor="e", host="h", pid=1)
    with company.office.holding(code):
        assert company.office.held(code)
        assert states(company) == {code: "running"}
    assert states(company) == {code: "stranded"}
    with company.office.holding(code):
        pass


def test_a_killed_run_is_stranded_and_one_of_another_format_says_so_though_a_run_would_take_it(beside_us):
    company = beside_us()
    code = company.open()
    die(company, code, die_at="item.kept")
    [found] = company.desk.status(code)
    assert (found["state"], found["needs"]["next"]) == ("stranded", f"severance resume {code}")
    with store(company) as database:
        changed = database.execute("update workflow_status set application_version = 'phase-0' where status = 'PENDING'")
        assert changed.rowcount == 1
        database.commit()
    [found] = company.desk.status(code)
    assert (found["state"], found["needs"]["next"]) == ("stranded", "")
    assert "stored as phase-0" in found["needs"]["why"]
    assert FORMAT != "phase-0"


def test_a_dead_lettered_case_is_one_until_somebody_runs_it(company):
    code = company.open(WAKE)
    company.office.journal(code).write("case.dead_lettered", **DEAD)
    assert states(company) == {code: "dead-lettered"}
    company.run(code)
    assert states(company) == {code: "done"}


def test_the_chat_has_words_for_every_state_in_the_same_order():
    assert tuple(IN_CHAT) == STATES

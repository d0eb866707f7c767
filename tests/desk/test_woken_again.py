"""A run that asked and was killed before it woke anybody: the next one wakes them, once."""

from __future__ import annotations

import json
import signal
from collections import Counter

from runner.desk.cast import Cast
from runner.desk.claim import Claim
from tests.cases.company import playbook_of

ASK = """
  - phase: quiet
    steps:
      - {id: sure, ask: Is it so?, by: [ir-oncall], within: 1m, if_silent: "yes"}
"""


def woken(company, code):
    return Counter((each["data"]["request"], each["data"]["via"]) for each in company.records(code, "page.sent"))


def test_who_was_asked_and_not_woken_is_woken_by_the_next_run_and_nobody_twice(beside_us):
    company = beside_us()
    code = company.open()
    dying = company.begin(code, die_at="task.set", about="room")
    company.wait(dying)
    assert dying.returncode == -signal.SIGKILL
    assert ("room", "mail") not in woken(company, code)

    run = company.begin(code)
    company.until(lambda: ("room", "mail") in woken(company, code))  # everybody is asleep so far
    with Cast(company.settings, code, company.path.parent):
        _, err = company.wait(run)

    assert run.returncode == 0, err
    told = woken(company, code)
    assert told[("room", "mail")] == told[("room", "pager")] == 1
    assert [each for each, times in told.items() if times > 1] == []


def test_silence_counts_and_is_told_though_the_run_died_as_it_went_on_record(beside_us, tmp_path):
    company = beside_us()
    book = tmp_path / "rehearsal.yaml"
    book.write_text(playbook_of(ASK))
    code = company.desk.open(str(book), {"subject": "jonas.weber@fjordlight.example"}, claim=Claim("ingrid", None))
    while not company.records(code, "ask.silent"):  # once at half-time, and once the minute of the drill is over
        dying = company.begin(code, die_at="request.reminded")
        company.wait(dying)
        assert dying.returncode == -signal.SIGKILL

    out, err = company.wait(company.begin(code, stay=False))

    document = json.loads(out)
    assert (document["outcome"], document["left"]) == ("done", []), err
    told = Counter((each["data"]["moment"], each["data"]["via"]) for each in company.records(code, "page.sent"))
    assert told[("expired", "mail")] == told[("expired", "pager")] == 1
    assert [each for each, times in told.items() if times > 1] == []
    outcomes = {each["data"]["op"] for each in company.records(code, "write.outcome")}
    assert {each["data"]["op"] for each in company.records(code, "write.intent")} <= outcomes

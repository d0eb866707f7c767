"""The hour a demand names wakes people a day before, an hour before, and when it has passed, each once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runner.desk.claim import Claim
from tests.cases.company import PEOPLE

BOOK = f"""playbook: hour
shown_as: Correspondence review
version: 1
owner: security-leads
{PEOPLE}
inputs:
  demand: {{type: demand, about: The message as it came}}
phases:
  - phase: first
    steps:
      - {{id: talk, task: Talk to counsel, by: [ir-oncall], within: 180d}}
"""


def opened(company, hours):
    hour = (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M UTC")
    (company.folder / "hour.yaml").write_text(BOOK)
    message = company.folder / "note.txt"
    message.write_text(f"Pay 5 BTC until {hour} or we publish.\n")
    book = str(company.folder / "hour.yaml")
    return company.desk.open(book, {}, claim=Claim("ingrid", None), demand=message)


@pytest.mark.parametrize(
    ("hours", "mark"), [(-1, "passed"), (0.5, "an-hour-left"), (20, "a-day-left"), (48, "")]
)
def test_people_are_woken_for_the_mark_that_holds_and_once(founded, hours, mark):
    company = founded(compress=60)
    code = opened(company, hours)
    company.run(code)
    company.run(code)
    assert [each["data"]["mark"] for each in company.records(code, "demand.near")] == ([mark] if mark else [])
    woken = [each["data"] for each in company.records(code, "page.sent") if each["data"]["moment"] == mark]
    assert {each["via"] for each in woken} == ({"mail", "pager"} if mark else set())
    assert all("pay" not in each["subject"].lower() for each in woken), "a page says that, never what"


def test_the_brief_counts_to_that_hour(founded):
    company = founded(compress=60)
    code = opened(company, 20)
    assert "deadline of the demand" in company.desk.brief(code)["next"][0]["what"]

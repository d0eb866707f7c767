"""Rotas say who is woken, in turns; they give nobody a right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runner.company import Rota
from runner.people.rotas import turn
from tests.cases.company import CLOSE

BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
WEEKLY = Rota(order=("ann", "bo", "cleo"), since=BEGAN)
ROTA = 'rotas: {"security-leads": {"order": ["tomas", "maren"], "days": 366, "since": "2026-01-05T08:00:00Z"}}\n'


@pytest.mark.parametrize(
    ("after", "whose"),
    [
        (timedelta(0), "ann"), (timedelta(days=7, seconds=-1), "ann"), (timedelta(days=7), "bo"),
        (timedelta(days=20), "cleo"), (timedelta(days=21), "ann"), (timedelta(days=-3), "ann"),
    ],
)  # fmt: skip
def test_turns_change_at_their_hour_and_come_round(after, whose):
    assert turn(WEEKLY, BEGAN + after) == whose


def woken(company, code):
    return [each["data"]["to"] for each in company.records(code, "page.sent") if "approve" in each["data"]["request"]]


def test_whoever_is_on_duty_is_woken_unless_that_is_too_few(founded):
    company = founded(edit=lambda text: text + ROTA)
    code = company.open(CLOSE)
    company.run(code)
    [to] = {tuple(each) for each in woken(company, code)}
    assert "tomas.arvidsson@fjordlight.example" in to
    assert "maren.okafor@fjordlight.example" not in to
    company.approve(code, "maren", "beatriz")  # off duty, and just as entitled
    company.run(code)
    assert company.case(code).fired


def test_a_rota_names_people_who_hold_the_role(founded):
    with pytest.raises(Exception, match="does not hold the role"):
        founded(edit=lambda text: text + ROTA.replace("maren", "ingrid"))

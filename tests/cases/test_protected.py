"""Whom the settings protect by name or by group: held when a case opens, when it plans, and when it fires."""

from __future__ import annotations

import json

import pytest

from integrations.lab.company import PERSONAS, okta_id, stable_id
from tests.cases.test_lockdown import closed, fired, opened

MILAN = PERSONAS[1]
WHY = {"why": "kept by the board", "frees": "ask the board"}


def protecting(*entries):
    """Add entries to the protected of severance.yaml."""
    lines = "".join(f"\n  - {json.dumps({**each, **WHY})}" for each in entries)
    return lambda text: text.replace("\nprotected:", f"\nprotected:{lines}")


def kept_back(company, code):
    return {(each["service"], each["why"]) for each in company.case(code).protected}


@pytest.mark.parametrize("who", [MILAN.mail, MILAN.mail.upper(), MILAN.staff_id])
def test_a_person_protected_by_mail_or_staff_id_is_held_wherever_the_services_show_it(founded, who):
    company = founded(edit=protecting({"who": who}))
    code = closed(company)

    held = {service for service, why in kept_back(company, code) if why == "kept by the board"}
    assert held == ({"okta"} if who == MILAN.staff_id else {"okta", "github"}), "GitHub shows no staff ids"
    assert company.changes(*held) == []
    assert company.doors(code)[("okta", "account")].verdict == "held"


@pytest.mark.parametrize("group", [MILAN.team, stable_id("okta", MILAN.team, "00g", 20)])
def test_the_members_of_a_protected_group_are_held_on_its_service_and_nowhere_else(founded, group):
    company = founded(edit=protecting({"service": "okta", "group": group}))
    code = closed(company)

    assert kept_back(company, code) == {("okta", "kept by the board")}
    assert company.changes("okta") == []
    assert company.changes("github") != []


def test_somebody_outside_the_protected_group_is_closed(founded):
    company = founded(edit=protecting({"service": "okta", "group": "Finance"}))
    code = closed(company)

    assert kept_back(company, code) == set()
    assert company.state("okta")[MILAN.mail]["status"] == "SUSPENDED"


@pytest.mark.parametrize(
    "entry", [{"service": "okta", "group": "No such group"}, {"service": "github", "group": "Board"}]
)
def test_where_the_group_cannot_be_read_nothing_of_its_service_is_closed(founded, entry):
    company = founded(edit=protecting(entry))
    code = closed(company)

    [(service, why)] = kept_back(company, code)
    assert service == entry["service"]
    assert "could be anybody" in why
    assert company.changes(service) == []
    assert company.changes({"okta": "github", "github": "okta"}[service]) != []
    assert why in " ".join(company.records(code, "approval.asked")[0]["data"]["lines"])


def test_whoever_joins_the_group_after_the_approval_is_asked_about_anew(founded):
    company = founded(edit=protecting({"service": "okta", "group": "Finance"}))
    code = opened(company)
    company.approve(code)
    world = company.lab.services["okta"].world
    world.members[stable_id("okta", "Finance", "00g", 20)].add(okta_id(MILAN))
    company.run(code)

    assert company.command(code, "approval")["request"] == "approve-lockdown-2"
    assert kept_back(company, code) == {("okta", "kept by the board")}
    assert company.changes("okta") == []


def test_a_group_that_cannot_be_read_any_more_when_it_fires_holds_its_service(founded):
    company = founded(edit=protecting({"service": "okta", "group": "Finance"}))
    code = opened(company)
    company.fail("okta", "^GET /api/v1/groups", "status", status=500, times=None)
    fired(company, code)

    assert company.changes("okta") == []

"""Who a case is about, with the services themselves answering."""

from __future__ import annotations

from integrations.lab.company import SUBJECT, okta_id

OLD = "00uOldBearerOfAMail0"


def test_the_old_bearer_of_a_mail_is_not_taken_for_the_new_one(company):
    """Somebody left, and the subject was given the mail; a case about the one who left is opened by id."""
    world = company.lab.services["okta"].world
    new = world.users[okta_id(SUBJECT)]
    profile = {**new["profile"], "login": "j.weber.2019@fjordlight.example", "employeeNumber": "FL-0311"}
    world.users[OLD] = {**new, "id": OLD, "status": "DEPROVISIONED", "profile": profile}

    case = company.case(company.open(subject=f"okta:{OLD}"))
    assert [(each.service, each.id) for each in case.accounts] == [("okta", OLD)]
    assert {"service": "github", "why": "it fits by a mail that somebody else has too"} in case.left_out


def test_a_person_named_by_the_id_of_one_account_is_found_on_every_service(company):
    case = company.case(company.open(subject=f"okta:{okta_id(SUBJECT)}"))

    assert [each.service for each in case.accounts] == ["okta", "github"]
    assert case.left_out == []


def test_accounts_come_in_the_order_of_the_settings_whoever_answers_first(company):
    company.fail("okta", "^GET ", "delay", seconds=0.3, times=1)
    case = company.case(company.open())

    assert [each.service for each in case.accounts] == ["okta", "github"]

"""Everybody the settings protect, in every form they can be named: their accounts end as they were, held by name.

One case is about all of them at once, as if two people had confirmed that they are one person: each is named in
the settings in a form of their own, and one of them not at all.
"""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from integrations.lab.company import BREAK_GLASS, PEOPLE, PERSONAS, okta_id, person, stable_id
from runner.actions.values import as_json
from tests.cases.company import Company
from tests.desk.test_approvals import LINKED_CLOSE

CONTROL = PERSONAS[1]  # of no protected group
EVERYWHERE = ("okta", "github", "google")
_, *COLLEAGUES = [each for each in PEOPLE if not each.roles and each not in PERSONAS and each.github]
SAMUEL = person("samuel.adeyemi@fjordlight.example")


def of_team(team):
    return next(each for each in COLLEAGUES if each.team == team)


def alias(someone):
    given, _, family = someone.mail.partition(".")
    return f"{given[0]}.{family}"


CODERS = [each for each in COLLEAGUES if each.team == "Product"]
DATA, PLATFORM = of_team("Data"), of_team("Platform")
FORMS = {
    "id": (CODERS[0], {"service": "okta", "id": okta_id(CODERS[0])}, ("okta",)),
    "mail": (CODERS[1], {"who": CODERS[1].mail}, EVERYWHERE),
    "mail in capitals": (CODERS[2], {"who": CODERS[2].mail.upper()}, EVERYWHERE),
    "mail with a tag": (CODERS[3], {"who": CODERS[3].mail.replace("@", "+board@")}, EVERYWHERE),
    "mail in wide letters": (
        CODERS[4],
        {"who": f"{chr(ord(CODERS[4].mail[0]) + 0xFEE0)}{CODERS[4].mail[1:]}"},
        EVERYWHERE,
    ),
    "alias": (CODERS[5], {"who": alias(CODERS[5])}, ("google",)),
    "staff id": (CODERS[6], {"who": CODERS[6].staff_id}, ("okta", "google")),
    "group": (PLATFORM, {"service": "okta", "group": PLATFORM.team}, ("okta",)),
    "id of a group": (DATA, {"service": "okta", "group": stable_id("okta", DATA.team, "00g", 20)}, ("okta",)),
}
"""Who, how the settings name them, and the services whose accounts show that it is them."""
UNNAMED = {"a responder": SAMUEL, "break-glass": BREAK_GLASS[0]}
"""Whom the lab's settings protect without these entries, on every service they have."""
WHY = {"why": "kept by the board", "frees": "ask the board first"}


def protect(text):
    lines = "".join(f"\n  - {json.dumps(entry | WHY)}" for _, entry, _ in FORMS.values())
    return text.replace("\nprotected:", f"\nprotected:{lines}").replace(
        'caps: {"accounts": ', 'caps: {"accounts": 9'
    )


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    """A company after the case: what it says of each account, and what the services looked like before."""
    company = Company(tmp_path_factory.mktemp("kept-back"), services=3, edit=protect)
    with closing(company):
        code = company.open(LINKED_CLOSE, subject=CONTROL.mail)
        people = [*UNNAMED.values(), *(someone for someone, _, _ in FORMS.values())]
        others = [company.open(LINKED_CLOSE, subject=each.mail) for each in people]
        accounts = [as_json(account) for other in others for account in company.case(other).accounts]
        company.office.journal(code).write(
            "link.confirmed", request="", accounts=accounts, by=["maren", "rohan"]
        )
        before = {name: company.state(name) for name in EVERYWHERE}
        company.run(code)
        for each in ("maren", "rohan"):
            company.answer(code, "same-person", "none", by=each)
        company.run(code)
        company.approve(code)
        company.run(code)
        yield company, code, before


def held(company, code, someone):
    """Return what is held of a person: the reason and what frees it, by service."""
    ids = {
        (each.service, each.id): each.service
        for each in company.case(code).linked
        if each.facts["mail"] == someone.mail
    }
    return {
        each["service"]: (each["why"], each["frees"])
        for each in company.case(code).protected
        if (each["service"], each["id"]) in ids
    }


def seen(state, name, someone):
    """Return what a service shows of one person."""
    if name != "github":
        return state[name].get(someone.mail)
    [user] = [key for key, login in state[name]["users"].items() if login == someone.github] or [""]
    mine = [each for each in state[name]["authorizations"] if str(each["user"]) == user]
    return (state[name]["members"].get(user), mine)


@pytest.mark.parametrize("form", FORMS)
def test_whoever_the_settings_name_keeps_their_accounts_and_the_case_says_what_frees_them(over, form):
    company, code, before = over
    someone, _, services = FORMS[form]
    assert {
        name: why for name, why in held(company, code, someone).items() if why[0] == WHY["why"]
    } == dict.fromkeys(services, (WHY["why"], WHY["frees"]))
    after = {name: company.state(name) for name in EVERYWHERE}
    assert [seen(after, name, someone) for name in services] == [
        seen(before, name, someone) for name in services
    ]
    doors = [
        each for each in company.case(code).doors.values() if each.login in (someone.mail, someone.github)
    ]
    assert not [each.key for each in doors if each.service in services and each.closed_at]


@pytest.mark.parametrize("kind", UNNAMED)
def test_responders_and_break_glass_accounts_keep_theirs(over, kind):
    company, code, before = over
    kept = held(company, code, UNNAMED[kind])
    assert kept
    assert all(frees for _, frees in kept.values())
    after = {name: company.state(name) for name in EVERYWHERE}
    assert [seen(after, name, UNNAMED[kind]) for name in kept] == [
        seen(before, name, UNNAMED[kind]) for name in kept
    ]


def test_whoever_is_not_protected_is_closed_in_the_same_case(over):
    company, _, _ = over
    assert company.state("okta")[CONTROL.mail]["status"] == "SUSPENDED"
    assert company.state("google")[CONTROL.mail]["suspended"]
    assert company.state("google")[CODERS[0].mail]["suspended"], "protected on Okta only"


def test_the_card_named_every_account_that_was_kept_back(over):
    company, code, _ = over
    [*_, asked] = company.records(code, "approval.asked")
    words = " ".join(asked["data"]["lines"])
    assert {someone.mail for someone, _, services in FORMS.values() if services != ("google",)} <= {
        each for each in words.replace(":", " ").replace(",", " ").split() if "@" in each
    }

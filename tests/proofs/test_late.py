"""What the subject makes after the approval is closed with the rest, marked late, and only up to the cap."""

from __future__ import annotations

from contextlib import closing

import pytest

from integrations.lab.company import PERSONAS
from tests.cases.company import AFTER, LOCKDOWN, Company
from tests.cases.test_lockdown import opened, results

_, MILAN, _ = PERSONAS
MAIL, LOGIN = {"mail": MILAN.mail}, {"login": MILAN.github}
FIND = "\n  - phase: quiet\n    covert: true\n    steps:\n      - {id: found, do: doors.find, accounts: [subject]}\n"
KEEP = "      - {id: keep-now, do: doors.keep, accounts: [subject], after: found}\n"
CLOSE = FIND + KEEP + LOCKDOWN + AFTER

MADE = {
    "okta token": ("okta", "mint-api-token", {**MAIL, "name": "made-in-a-hurry"}),
    "okta grant": ("okta", "consent", {**MAIL, "client": "made-in-a-hurry"}),
    "github token": ("github", "authorize", {**LOGIN, "type": "personal access token"}),
    "github grant": ("github", "authorize", {**LOGIN, "type": "OAuth app token"}),
    "github key": ("github", "authorize", {**LOGIN, "type": "SSH key"}),
    "google token": ("google", "app-password", {**MAIL, "name": "made-in-a-hurry"}),
    "google grant": ("google", "consent", {**MAIL, "app": "made-in-a-hurry"}),
    "entra grant": ("entra", "consent", {**MAIL, "client": "Made in a hurry", "scope": "Files.Read"}),
    "entra token": ("entra", "register", {**MAIL, "kind": "softwareOath"}),
}
SHARED = ("slack_org", "install-app", {**MAIL, "name": "shared-in-a-hurry"})


@pytest.fixture(scope="module")
def over(tmp_path_factory):
    """A company where something was made on every service between the approval and the firing."""
    company = Company(tmp_path_factory.mktemp("late"), services=6)
    with closing(company):
        code = opened(company, CLOSE)
        company.approve(code)
        for service, act, given in [*MADE.values(), SHARED]:
            company.act(service, act, **given)
        company.run(code)
        yield company, code


def late(company, code):
    """Return the doors of which a verdict says that something came late."""
    found = company.records(code, "door.verdict")
    return {f"{each['data']['service']} {each['data']['layer']}" for each in found if each["data"]["late"]}


@pytest.mark.parametrize("name", MADE)
def test_what_was_made_after_the_approval_is_closed_and_marked_late(over, name):
    company, code = over
    service, layer = name.split()
    assert name in late(company, code)
    assert company.doors(code)[(service, layer)].verdict in ("closed", "inferred")


def test_nothing_that_was_made_is_left_in_the_world(over):
    company, code = over
    assert "made-in-a-hurry" not in str(company.state("okta")[MILAN.mail])
    assert "made-in-a-hurry" not in str(company.state("google")[MILAN.mail])
    assert "Made in a hurry" not in str(company.state("entra")[MILAN.mail])
    assert "spare" not in str(company.state("github")["authorizations"])
    assert len(results(company, code)["late"]) >= len(MADE)
    assert company.changed_twice() == []


def test_what_others_may_use_is_not_closed_with_it_but_held_and_named(over):
    company, code = over
    door = company.doors(code)[("slack_org", "app")]
    assert (door.verdict, "shared-in-a-hurry" in door.why) == ("held", True)


BEYOND = {
    "okta token": ("okta", "mint-api-token", MAIL, "name"),
    "google token": ("google", "app-password", MAIL, "name"),
}


@pytest.fixture(scope="module")
def beyond(tmp_path_factory):
    """A company with a cap of four things, where six more of each were made after the approval."""
    company = Company(
        tmp_path_factory.mktemp("beyond"),
        services=3,
        edit=lambda text: text.replace('"things": 50', '"things": 4'),
    )
    with closing(company):
        for service, act, given, label in BEYOND.values():
            company.act(service, act, **given, **{label: "zz-seen"})
        code = opened(company, CLOSE)
        company.approve(code)
        for service, act, given, label in BEYOND.values():
            for number in range(6):
                company.act(service, act, **given, **{label: f"spare-{number}"})
        company.run(code)
        yield company, code


@pytest.mark.parametrize("name", ["okta token", "google token"])
def test_beyond_the_cap_things_stay_open_and_are_named(beyond, name):
    company, code = beyond
    service, layer = name.split()
    door = company.doors(code)[(service, layer)]
    assert door.verdict == "open"
    left = [
        f"spare-{number}"
        for number in range(6)
        if f"spare-{number}" in str(company.state(service)[MILAN.mail])
    ]
    assert left, "more were made than the cap lets go"
    assert all(each in door.why for each in left), door.why


def test_what_was_seen_before_the_approval_is_closed_first(beyond):
    company, code = beyond
    seen = {
        thing["id"]
        for each in company.records(code, "door.seen")
        if each["data"]["layer"] == "token"
        for thing in each["data"]["things"]
    }
    closed = {
        each["data"]["thing"]
        for each in company.records(code, "write.outcome")
        if each["data"]["layer"] == "token"
    }
    assert len(seen) >= 3
    assert seen <= closed


def test_no_more_than_the_cap_is_ever_closed_of_one_kind(beyond):
    company, code = beyond
    closed = {}
    for each in company.records(code, "write.outcome"):
        data = each["data"]
        if data["outcome"] == "changed" and data["thing"]:
            closed.setdefault((data["service"], data["action"]), []).append(data["thing"])
    assert closed
    assert max(map(len, closed.values())) == 4

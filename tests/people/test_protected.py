from __future__ import annotations

import pytest

from runner.actions.values import Account
from runner.company import Caps
from runner.people.protected import beyond_caps, held


def okta(identity, **facts):
    return Account("okta", identity, identity, facts)


SUBJECT = okta("00ujonas")
OWNERS = [okta(f"00uowner{number}") for number in range(3)]


def why(settings, *accounts, owners=None, principals=None):
    return {each.id: each.why for each in held(settings, accounts, owners or {}, principals or {})}


def test_an_ordinary_account_is_not_held(settings):
    assert held(settings, [SUBJECT], {"okta": OWNERS}, {"okta": "00urunner"}) == []


def test_a_break_glass_account_is_held_with_what_frees_it(settings):
    found = held(settings, [SUBJECT, okta("00ubreak")], {}, {})
    assert [(each.service, each.id, each.why, each.frees) for each in found] == [
        ("okta", "00ubreak", "break-glass", "ask the identity team")
    ]


def test_the_same_id_on_another_service_is_not_protected(settings):
    assert held(settings, [Account("github", "00ubreak", "x")], {}, {}) == []


def test_a_renamed_protected_account_is_still_held(settings):
    assert held(
        settings,
        [Account("okta", "00ubreak", "jonas@fjordlight.example", {"mail": "jonas@fjordlight.example"})],
        {},
        {},
    )


@pytest.mark.parametrize("account", [okta("00umaren"), Account("github", "1002", "renamed")])
def test_a_responders_own_account_is_held(settings, account):
    assert why(settings, account) == {account.id: "it belongs to a responder"}


def test_the_account_severance_signs_in_with_is_held(settings):
    assert why(settings, okta("00urunner"), principals={"okta": "00urunner"}) == {
        "00urunner": "severance itself signs in with it"
    }


@pytest.mark.parametrize(
    ("closing", "expected"),
    [(0, set()), (1, set()), (2, {"00uowner0", "00uowner1"}), (3, {"00uowner0", "00uowner1", "00uowner2"})],
)
def test_two_owners_survive_every_case(settings, closing, expected):
    assert set(why(settings, *OWNERS[:closing], owners={"okta": OWNERS})) == expected


def test_severances_own_account_is_no_surviving_owner(settings):
    owners = [OWNERS[0], OWNERS[1], okta("00urunner")]
    assert set(why(settings, OWNERS[0], owners={"okta": owners}, principals={"okta": "00urunner"})) == {
        "00uowner0"
    }


def test_an_administrator_is_held_where_the_owners_cannot_be_read(settings):
    assert set(why(settings, okta("00uadmin", admin=True), SUBJECT, owners={"okta": None})) == {"00uadmin"}


def test_an_account_found_twice_is_held_once(settings):
    assert len(held(settings, [okta("00ubreak"), okta("00ubreak")], {}, {})) == 1


CAPS = Caps()


@pytest.mark.parametrize(
    ("count", "over"),
    [
        (0, []),
        (12, []),
        (13, ["13 accounts; the settings allow 12"]),
        (5001, ["5001 accounts; the settings allow 12"]),
    ],
)
def test_the_cap_on_accounts_counts_each_once(count, over):
    accounts = [okta(f"00u{number}") for number in range(count)]
    assert beyond_caps(CAPS, [*accounts, *accounts[:3]], {}, {}) == over


def test_the_cap_on_things_is_per_service_and_layer():
    things = {("okta", "token"): 50, ("github", "key"): 51, ("github", "token"): 50}
    assert beyond_caps(CAPS, [SUBJECT], things, {}) == ["51 things of github key; the settings allow 50"]


def test_a_share_of_a_service_is_capped_but_one_account_never_is():
    pair = [okta("00u1"), okta("00u2")]
    assert beyond_caps(CAPS, pair, {}, {"okta": 9}) == [
        "2 of 9 accounts of okta; the settings allow 20 percent"
    ]
    assert beyond_caps(CAPS, pair, {}, {"okta": 10}) == []
    assert beyond_caps(CAPS, pair, {}, {"okta": 0, "github": 1}) == []
    assert beyond_caps(CAPS, pair[:1], {}, {"okta": 2}) == []

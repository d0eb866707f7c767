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


CHIEF = {"who": "sigrid.haugen@fjordlight.example", "why": "head of the company", "frees": "ask the board"}
BOARD = {"service": "okta", "group": "Board", "why": "on the board", "frees": "take them off the board"}


def github(identity, login="x", **facts):
    return Account("github", identity, login, facts)


@pytest.mark.parametrize(
    "account",
    [
        okta("00u1", mail="sigrid.haugen@fjordlight.example"),
        github("7", mail="sigrid.haugen@fjordlight.example"),
        github("7", mail="Sigrid.Haugen@FJORDLIGHT.example"),
        github("7", mail="sigrid.haugen+travel@fjordlight.example"),
        github("7", mail="sigrid.\u200bhaugen@fjordlight.example "),
        github("7", mail="\uff53igrid.haugen@fjordlight.example"),
        github("7", login="sigrid.haugen@fjordlight.example"),
        github("7", mail="s.haugen@fjordlight.example", mails=["s.haugen@fjordlight.example", "sigrid.haugen@fjordlight.example"]),
    ],
)  # fmt: skip
def test_a_protected_person_is_held_on_every_service_by_every_address(make, account):
    [found] = held(make(protected=[CHIEF]), [account, SUBJECT], {}, {})

    assert (found.id, found.why, found.frees) == (account.id, "head of the company", "ask the board")


@pytest.mark.parametrize(
    "account",
    [
        okta("00u1", mail="sigrid.haugen2@fjordlight.example"),
        okta("00u1", mail="sigrid.haugen@fjordlight.example.evil.example"),
        okta("00u1", name="Sigrid Haugen"),
        okta("00u1"),
    ],
)
def test_somebody_else_is_not_held_for_a_protected_person(make, account):
    assert held(make(protected=[CHIEF]), [account], {}, {}) == []


@pytest.mark.parametrize("staff_id", ["FL-1001", "fl-1001", "FL-1001 "])
def test_a_protected_person_is_held_by_their_staff_id(make, staff_id):
    settings = make(protected=[{**CHIEF, "who": "FL-1001"}])

    assert set(why(settings, github("7", staff_id=staff_id), github("8", staff_id="FL-1002"))) == {"7"}


def test_the_members_of_a_protected_group_are_held_and_nobody_else_is(make):
    members = {("okta", "Board"): frozenset({"00u1"})}
    accounts = [okta("00u1"), okta("00u2"), github("00u1")]
    found = held(make(protected=[BOARD]), accounts, {}, {}, members)

    assert [(each.service, each.id, each.why) for each in found] == [("okta", "00u1", "on the board")]


@pytest.mark.parametrize("members", [{("okta", "Board"): None}, {}, {("okta", "Another"): frozenset()}, None])
def test_while_a_protected_group_cannot_be_read_everything_of_its_service_is_held(make, members):
    accounts = [okta("00u1"), SUBJECT, github("7")]
    found = held(make(protected=[BOARD]), accounts, {}, {}, members)

    assert [each.id for each in found] == ["00u1", "00ujonas"]
    assert all("could be anybody" in each.why for each in found)
    assert all("severance doctor okta" in each.frees for each in found)


def test_a_group_nobody_is_in_holds_nobody(make):
    assert held(make(protected=[BOARD]), [SUBJECT], {}, {}, {("okta", "Board"): frozenset()}) == []


def test_every_form_of_protection_is_looked_at(make):
    entry = {"service": "okta", "id": "00ubreak", "why": "break-glass", "frees": "ask the identity team"}
    settings = make(protected=[entry, CHIEF, BOARD])
    accounts = [okta("00ubreak"), github("7", mail=CHIEF["who"]), okta("00u1"), SUBJECT]

    assert [each.why for each in held(settings, accounts, {}, {}, {("okta", "Board"): frozenset({"00u1"})})] == [
        "break-glass", "head of the company", "on the board",
    ]  # fmt: skip


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

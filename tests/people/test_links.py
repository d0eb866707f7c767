from __future__ import annotations

import json

import pytest

from runner.actions.values import Account, Observation
from runner.people.links import Seen, confirmed, propose

SUBJECT = Account("okta", "00u1", "jonas.weber")
DEVICE = Observation("mfa-device", "pfd-7", "Pixel 9")
PHONE = Observation("phone", "+12025550111")
HOME = Observation("address", "Havnegata 14, Bergen")


def okta(number):
    return Account("okta", f"00u{number}", f"person{number}")


def on(account, *values):
    return [Seen(account, value) for value in values]


def keys(candidates):
    return [(each.key, each.strength) for each in candidates]


def test_a_shared_device_is_strong_and_a_shared_phone_is_medium():
    found = propose([SUBJECT], [*on(okta(3), PHONE), *on(okta(2), DEVICE)])
    assert keys(found) == [("okta/00u2", "strong"), ("okta/00u3", "medium")]
    assert found[0].label == "person2 on okta (strong: Pixel 9)"


def test_more_shared_values_come_first_and_are_all_reasons():
    found = propose([SUBJECT], [*on(okta(2), DEVICE), *on(okta(3), PHONE, DEVICE)])
    assert [(each.key, each.because) for each in found] == [
        ("okta/00u3", (DEVICE, PHONE)),
        ("okta/00u2", (DEVICE,)),
    ]


@pytest.mark.parametrize(
    "value",
    [
        HOME,
        Observation("name", "Paul Smith"),
        Observation("nationality", "XX"),
        Observation("mfa-device", " "),
        Observation("phone", ""),
    ],
)
def test_an_address_a_name_or_an_empty_value_proposes_nobody(value):
    assert propose([SUBJECT], on(okta(2), value)) == []


def test_an_address_beside_a_phone_adds_nothing():
    assert propose([SUBJECT], on(okta(2), PHONE, HOME))[0].because == (PHONE,)


def test_the_subjects_own_accounts_are_no_candidates():
    assert propose([SUBJECT], on(SUBJECT, DEVICE)) == []


@pytest.mark.parametrize(("sharers", "expected"), [(5, 5), (6, 0)])
def test_a_value_on_many_accounts_is_a_pool_device_and_counts_for_nobody(sharers, expected):
    assert (
        len(propose([SUBJECT], [each for n in range(2, 2 + sharers) for each in on(okta(n), DEVICE)]))
        == expected
    )


def test_accounts_on_other_services_count_towards_the_crowd():
    crowd = [Seen(Account(f"okta-{n}", "x", "x"), DEVICE) for n in range(6)]
    assert propose([SUBJECT], [*crowd, *on(okta(2), PHONE)])[0].because == (PHONE,)


def test_the_same_sighting_reported_twice_is_one_reason():
    assert propose([SUBJECT], on(okta(2), DEVICE, DEVICE))[0].because == (DEVICE,)


def test_the_journal_gets_the_account_and_matching_values_only():
    [found] = propose([SUBJECT], on(okta(2), DEVICE, HOME))
    assert json.loads(json.dumps(found.as_json())) == {
        "account": {"service": "okta", "id": "00u2", "login": "person2", "facts": {}},
        "because": [{"kind": "mfa-device", "value": "pfd-7", "label": "Pixel 9"}],
    }


CANDIDATES = propose([SUBJECT], [*on(okta(2), DEVICE), *on(okta(3), PHONE)])
ELECTORS = {"ingrid", "maren", "tomas"}


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, []),
        ({"ingrid": ["okta/00u2"]}, []),
        ({"ingrid": ["okta/00u2", "okta/00u2"]}, []),
        ({"ingrid": ["okta/00u2"], "maren": ["okta/00u3"]}, []),
        ({"ingrid": ["okta/00u2"], "maren": ["okta/00u2", "okta/00u3"]}, ["00u2"]),
        ({"ingrid": ["okta/00u2"], "jonas": ["okta/00u2"]}, []),
        ({"ingrid": ["okta/00u9"], "maren": ["okta/00u9"]}, []),
        ({"ingrid": ["okta/00u2", "okta/00u3"], "maren": ["okta/00u2", "okta/00u3"]}, ["00u2", "00u3"]),
    ],
)
def test_an_account_is_linked_when_two_entitled_people_each_named_it(chosen, expected):
    assert [each.id for each in confirmed(CANDIDATES, chosen, ELECTORS)] == expected


def test_nothing_lowers_the_two_people():
    assert confirmed(CANDIDATES, {"ingrid": ["okta/00u2"]}, ELECTORS, need=1) == ()


def test_three_can_be_asked_for():
    chosen = {name: ["okta/00u2"] for name in ("ingrid", "maren")}
    assert confirmed(CANDIDATES, chosen, ELECTORS, need=3) == ()
    assert confirmed(CANDIDATES, {**chosen, "tomas": ["okta/00u2"]}, ELECTORS, need=3)

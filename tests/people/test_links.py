"""Who is proposed as the same person: two categories, one strong; and a housemate never."""

from __future__ import annotations

import json
from itertools import combinations

import pytest

from runner.actions.values import Account, Observation
from runner.people.links.confirming import confirmed
from runner.people.links.scoring import propose
from runner.people.links.sightings import FILES, Place, Seen

SUBJECT = Account("okta", "00u1", "jonas.weber", {"staff_id": "FL-1", "mail": "jonas@fjordlight.example"})
READ = Place("read", "okta")
VALUES = {
    "mfa-device": Observation("mfa-device", "pfd-77", "Pixel 9"),
    "device": Observation("device", "PF3X9K2L"),
    "ip": Observation("ip", "203.0.113.7"),
    "vpn-exit": Observation("vpn-exit", "198.51.100.9"),
    "payout-account": Observation("payout-account", "NO9386011117947"),
    "phone": Observation("phone", "+12025550111"),
    "address": Observation("address", "Havnegata 14, Bergen"),
    "recovery-mail": Observation("recovery-mail", "jo@mail.example"),
    "referee": Observation("referee", "ref@firm.example"),
    "cv-hash": Observation("cv-hash", "ab" * 32),
    "photo-hash": Observation("photo-hash", "cd" * 32),
    "git-author": Observation("git-author", "dev@mail.example"),
    "git-key": Observation("git-key", "SHA256:" + "A" * 43),
    "handle": Observation("handle", "upwork:~01ab"),
}
OWN = [Seen(SUBJECT, each, READ) for each in VALUES.values()]
AT_HOME = ("address", "ip", "vpn-exit", "phone", "payout-account", "recovery-mail")


def okta(number, **facts):
    return Account("okta", f"00u{number}", f"person{number}", facts)


def row(number, **facts):
    return Account(FILES, f"FL-{number}", f"FL-{number}", {"staff_id": f"FL-{number}", **facts})


def on(account, *kinds, place=READ):
    return [Seen(account, VALUES[kind], place) for kind in kinds]


def keys(found):
    return [each.key for each in propose([SUBJECT], OWN, found)]


@pytest.mark.parametrize(
    "kinds",
    [
        ("mfa-device", "phone"), ("mfa-device", "ip"), ("mfa-device", "address"), ("payout-account", "phone"),
        ("payout-account", "handle"), ("payout-account", "cv-hash"), ("cv-hash", "handle"), ("git-key", "device"),
        ("cv-hash", "phone"),
    ],
)  # fmt: skip
def test_two_categories_of_which_one_is_strong_propose(kinds):
    assert keys(on(okta(2), *kinds)) == ["okta/00u2"]


@pytest.mark.parametrize(
    "kinds",
    [
        *[(kind,) for kind in VALUES], ("mfa-device", "device"), ("cv-hash", "photo-hash", "referee"),
        ("phone", "recovery-mail", "address"), ("phone", "device", "handle", "referee", "git-author"),
        ("git-key", "git-author"),
    ],
)  # fmt: skip
def test_one_category_or_nothing_strong_proposes_nobody(kinds):
    assert keys(on(okta(2), *kinds)) == []


@pytest.mark.parametrize("many", range(1, len(AT_HOME) + 1))
def test_an_innocent_housemate_is_never_proposed(many):
    """Whatever of address, network, phone, recovery address and a couple's one account they share."""
    for kinds in combinations(AT_HOME, many):
        if {"address", "ip"} & set(kinds) or "payout-account" not in kinds:
            assert keys(on(okta(2), *kinds)) == [], kinds


@pytest.mark.parametrize("many", range(1, 5))
@pytest.mark.parametrize("colleagues", [1, 3, 5])
def test_a_colleague_of_the_same_agency_is_never_proposed(many, colleagues):
    """It pays its people into one account, vouches for them, and they work from its office."""
    for kinds in combinations(("payout-account", "referee", "ip", "vpn-exit"), many):
        assert keys([each for n in range(2, 2 + colleagues) for each in on(okta(n), *kinds)]) == [], kinds


def test_two_values_of_one_kind_are_judged_each_for_itself():
    """A landline of the house is shared by two, the second number by a crowd: the house explains one only."""
    second = Observation("phone", "+12025550177")
    own = [*OWN, Seen(SUBJECT, second, READ)]
    crowd = [Seen(okta(n), second, READ) for n in range(3, 7)]
    found = [*on(okta(2), "address", "phone", "payout-account"), Seen(okta(2), second, READ), *crowd]
    assert [each.key for each in propose([SUBJECT], own, found)] == []


def test_an_account_of_three_workers_is_no_couples():
    three = [*on(okta(2), "payout-account", "address"), *on(okta(3), "payout-account", "address")]
    assert keys(three) == ["okta/00u2", "okta/00u3"]
    assert keys(on(okta(2), "payout-account", "address")) == []


def test_a_housemate_with_something_from_outside_the_house_is_proposed():
    assert keys(on(okta(2), "address", "ip", "payout-account", "cv-hash")) == ["okta/00u2"]


@pytest.mark.parametrize(("people", "proposed"), [(1, True), (4, True), (5, False), (40, False)])
def test_an_address_of_many_people_supports_nothing(people, proposed):
    crowd = [each for number in range(3, 2 + people) for each in on(okta(number), "address")]
    assert ("okta/00u2" in keys([*crowd, *on(okta(2), "address", "mfa-device")])) is proposed


@pytest.mark.parametrize(("people", "proposed"), [(1, True), (6, True), (7, False), (13, False)])
def test_a_payout_account_of_a_whole_agency_is_not_strong(people, proposed):
    crowd = [each for number in range(3, 2 + people) for each in on(okta(number), "payout-account")]
    assert ("okta/00u2" in keys([*crowd, *on(okta(2), "payout-account", "handle")])) is proposed


def test_only_values_seen_on_the_subject_count():
    own = [each for each in OWN if each.observation.kind == "phone"]
    assert propose([SUBJECT], own, on(okta(2), "mfa-device", "phone", "cv-hash")) == []


@pytest.mark.parametrize("kind", ["name", "nationality", "language", "face"])
def test_a_forbidden_kind_counts_for_nothing_even_when_a_service_reports_it(kind):
    value = Observation(kind, "Paul Smith")
    own = [*OWN, Seen(SUBJECT, value, READ)]
    assert propose([SUBJECT], own, [*on(okta(2), "mfa-device"), Seen(okta(2), value, READ)]) == []


def test_a_value_that_nobody_counted_is_left_out():
    found = on(okta(2), "mfa-device", "phone")
    assert propose([SUBJECT], OWN, found, {("phone", "+12025550111")}) == []


def test_the_subjects_own_accounts_and_rows_are_no_candidates():
    elsewhere = Account("github", "7", "jw", {"mail": "jonas@fjordlight.example"})
    found = [
        *on(SUBJECT, "mfa-device", "phone"),
        *on(row(1), "payout-account"),
        *on(elsewhere, "git-key", "phone"),
    ]
    assert keys(found) == []


def test_what_a_service_and_a_file_show_of_one_person_counts_together():
    found = [*on(okta(2, staff_id="FL-2"), "phone"), *on(row(2), "payout-account")]
    [candidate] = propose([SUBJECT], OWN, found)
    assert [each.id for each in candidate.accounts] == ["00u2", "FL-2"]
    assert candidate.key == "okta/00u2"
    assert keys([*on(okta(2, staff_id="FL-2"), "phone"), *on(row(3), "payout-account")]) == []


def test_one_person_with_accounts_on_two_services_is_one_candidate_and_one_sharer():
    both = [
        okta(2, mail="milan@fjordlight.example"),
        Account("github", "9", "mh", {"mail": "milan@fjordlight.example"}),
    ]
    found = [each for account in both for each in on(account, "phone", "mfa-device")]
    [candidate] = propose([SUBJECT], OWN, found)
    assert [each.service for each in candidate.accounts] == ["github", "okta"]
    assert {each.others for each in candidate.because} == {1}


def test_a_mailbox_of_a_whole_team_makes_nobody_one_person():
    team = {"mail": "contractors@fjordlight.example"}
    found = [*on(row(2, **team), "payout-account"), *on(row(3, **team), "referee")]
    assert keys(found) == []


def test_a_person_of_a_file_without_an_account_is_proposed_as_a_person():
    applicant = Account(FILES, "applicant:A-7", "applicant:A-7", {"applicant_id": "A-7"})
    place = Place("file", "applicants.csv", "5e" * 32, 12)
    [candidate] = propose([SUBJECT], OWN, on(applicant, "cv-hash", "phone", place=place))
    assert candidate.key == "@people/applicant:A-7"
    assert (
        "applicant:A-7 (file applicants.csv line 12, SHA-256 5e5e5e5e5e5e)" in candidate.as_json()["words"][0]
    )


def test_what_counts_most_comes_first():
    found = [*on(okta(2), "mfa-device", "ip"), *on(okta(3), "mfa-device", "phone", "cv-hash")]
    candidates = propose([SUBJECT], OWN, found)
    assert [each.key for each in candidates] == ["okta/00u3", "okta/00u2"]
    assert [each.kind for each in candidates[0].because] == ["cv-hash", "mfa-device", "phone"]


def test_the_label_names_every_shared_value_and_shows_none_in_full():
    [candidate] = propose([SUBJECT], OWN, on(okta(2), "mfa-device", "payout-account", "recovery-mail"))
    assert candidate.label == (
        "person2 on okta: the same authenticator Pixel 9 …d-77 (strong device), "
        "payout account …7947 (strong payment), recovery address j…@mail.example (medium contact)"
    )


def test_the_words_say_where_how_strong_how_many_and_what_else_would_explain_it():
    found = [*on(okta(2), "mfa-device", "phone", "address"), *on(okta(3), "phone")]
    [candidate] = propose([SUBJECT], OWN, found)
    words = candidate.as_json()["words"]
    assert words[0] == (
        "The same authenticator Pixel 9 …d-77: strong, device, counts 1. On the subject: jonas.weber on okta "
        "(read). Here: person2 on okta (read). Nobody else shows it."
    )
    assert "1 other person shows it too." in words[1]
    assert (
        "People under one roof share these as well, so they count as one: phone number, postal address."
        in words
    )
    assert "Postal address: laptops of several workers sent to one place; but homes are shared." in words


def test_what_an_agency_would_explain_is_said():
    [candidate] = propose([SUBJECT], OWN, on(okta(2), "payout-account", "referee", "handle"))
    said = "People of one agency share these as well, so they count as one: payout account, referee."
    assert said in candidate.as_json()["words"]


def test_the_journal_gets_the_matching_values_and_who_they_were_seen_on_only():
    [candidate] = propose([SUBJECT], OWN, [*on(okta(2), "mfa-device", "phone"), *on(okta(3), "handle")])
    kept = json.loads(json.dumps(candidate.as_json()))
    assert kept["account"] == {"service": "okta", "id": "00u2", "login": "person2", "facts": {}}
    assert kept["because"][0] == {
        "kind": "mfa-device", "called": "authenticator", "value": "pfd-77", "shown": "…d-77", "label": "Pixel 9",
        "category": "device", "strength": "strong", "weight": 1.0, "others": 1,
        "own": [{"service": "okta", "id": "00u1", "login": "jonas.weber", "via": "read", "name": "okta"}],
        "there": [{"service": "okta", "id": "00u2", "login": "person2", "via": "read", "name": "okta"}],
    }  # fmt: skip
    assert "00u3" not in json.dumps(kept)
    assert "upwork" not in json.dumps(kept)


KEYS = ["okta/00u2", "okta/00u3"]
ELECTORS = {key: {"ingrid", "maren", "tomas"} for key in KEYS}


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, {}),
        ({"ingrid": ["okta/00u2"]}, {}),
        ({"ingrid": ["okta/00u2", "okta/00u2"]}, {}),
        ({"ingrid": ["okta/00u2"], "maren": ["okta/00u3"]}, {}),
        ({"ingrid": ["okta/00u2"], "maren": KEYS}, {"okta/00u2": ("ingrid", "maren")}),
        ({"ingrid": ["okta/00u2"], "jonas": ["okta/00u2"]}, {}),
        ({"ingrid": ["okta/00u9"], "maren": ["okta/00u9"]}, {}),
        ({"ingrid": KEYS, "maren": KEYS}, dict.fromkeys(KEYS, ("ingrid", "maren"))),
    ],
)
def test_an_account_is_linked_when_two_entitled_people_each_named_it(chosen, expected):
    assert confirmed(KEYS, chosen, ELECTORS) == expected


def test_nothing_lowers_the_two_people():
    assert confirmed(KEYS, {"ingrid": ["okta/00u2"]}, ELECTORS, need=1) == {}


def test_three_can_be_asked_for():
    chosen = {name: ["okta/00u2"] for name in ("ingrid", "maren")}
    assert confirmed(KEYS, chosen, ELECTORS, need=3) == {}
    assert confirmed(KEYS, {**chosen, "tomas": ["okta/00u2"]}, ELECTORS, need=3)


def test_who_may_be_the_candidate_does_not_count_for_it():
    electors = {**ELECTORS, "okta/00u2": {"ingrid", "tomas"}}
    assert confirmed(KEYS, {"ingrid": KEYS, "maren": KEYS}, electors) == {"okta/00u3": ("ingrid", "maren")}

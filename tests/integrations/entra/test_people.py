"""Finding people: by what is known, without widening; who administers; and who shares a value that was seen."""

import pytest

from integrations.lab.company import BREAK_GLASS, NEIGHBOUR, PERSONAS, RESPONDERS, SUBJECT
from integrations.lab.entra import GUEST, HYBRID, NAMESAKE, entra_id
from runner.actions.values import Account, Observation, Who
from runner.errors import RefusedError


@pytest.mark.parametrize(
    "who",
    [
        Who(mail=SUBJECT.mail),
        Who(mail=SUBJECT.mail.upper()),
        Who(staff_id=SUBJECT.staff_id),
        Who(ids={"entra": entra_id(SUBJECT)}),
        Who(SUBJECT.mail, SUBJECT.staff_id),
    ],
)
def test_a_person_is_found_by_mail_staff_id_or_object_id(house, who):
    (found,) = house.do("find_accounts", who)

    assert (found.service, found.id, found.login) == ("entra", entra_id(SUBJECT), SUBJECT.mail)
    assert found.facts == {
        "mail": SUBJECT.mail, "name": SUBJECT.name, "status": "enabled", "created": "2025-03-03T08:00:00Z",
        "staff_id": SUBJECT.staff_id, "synchronised": False, "admin": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "who",
    [
        Who(),
        Who(mail="nobody@fjordlight.example"),
        Who(mail="#nobody@fjordlight.example"),
        Who(ids={"entra": "00000000-0000-4000-8000-000000000000"}),
        Who(ids={"okta": "1"}),
        Who(staff_id="FL-9999"),
    ],
)
def test_nobody_is_found_where_nobody_fits(house, who):
    assert house.do("find_accounts", who) == []


def test_an_object_id_outweighs_every_other_word(house):
    who = Who(SUBJECT.mail, SUBJECT.staff_id, {"entra": entra_id(NEIGHBOUR)})

    assert [each.login for each in house.do("find_accounts", who)] == [NEIGHBOUR.mail]


def test_people_of_one_name_are_never_taken_for_each_other(house):
    found = {each.mail: house.do("find_accounts", Who(mail=each.mail)) for each in (SUBJECT, NAMESAKE, GUEST)}

    assert {mail: [each.id for each in accounts] for mail, accounts in found.items()} == {
        each.mail: [entra_id(each)] for each in (SUBJECT, NAMESAKE, GUEST)
    }
    assert {each[0].facts["name"] for each in found.values()} == {SUBJECT.name}


def test_guests_and_synchronised_users_are_told_apart(house):
    guest, hybrid = house.person(GUEST), house.person(HYBRID)

    assert (guest.facts["status"], guest.facts["mail"]) == ("enabled, guest", GUEST.mail)
    assert "#EXT#" in guest.login
    assert (hybrid.facts["synchronised"], hybrid.facts["status"]) == (True, "enabled")


def test_a_disabled_person_is_found_too(house):
    house.act("set-enabled", enabled=False)

    assert house.person(SUBJECT).facts["status"] == "disabled"


def test_a_person_without_a_mailbox_is_known_by_the_name_they_sign_in_with(house):
    house.user()["mail"] = None

    (found,) = house.do("find_accounts", Who(mail=SUBJECT.mail))
    assert found.facts["mail"] == SUBJECT.mail


def test_a_new_user_the_index_does_not_know_yet_is_found_directly(house):
    house.fault("GET /v1.0/users$", status=200, body={"value": []})

    assert house.person(SUBJECT).id == house.subject.id


def test_whoever_holds_a_role_through_a_group_is_an_administrator(house):
    assert house.person(NEIGHBOUR).facts["admin"] is False
    house.act("group-role", NEIGHBOUR, role="Security Reader")

    assert house.person(NEIGHBOUR).facts["admin"] is True


def test_a_quote_in_a_mail_cannot_widen_the_search(house):
    hostile = f"x' or employeeId eq '{SUBJECT.staff_id}"

    assert house.do("find_accounts", Who(mail=hostile)) == []
    assert house.do("find_accounts", Who(staff_id=hostile)) == []


@pytest.mark.parametrize(
    "hostile",
    ["me", SUBJECT.mail, "../users/x", entra_id(SUBJECT).upper(), entra_id(SUBJECT) + "/", "", "é" * 36, "a\r\nX: y"],
)
def test_an_id_entra_does_not_issue_is_refused_before_anything_is_sent(house, hostile):
    account = Account("entra", hostile, "x")
    names = ("disable_user", "end_sessions", "user_is_disabled", "find_grants", "find_keys", "find_observations")
    for name in names:
        with pytest.raises(RefusedError):
            house.do(name, account)
    if hostile:
        with pytest.raises(RefusedError):
            house.do("find_accounts", Who(ids={"entra": hostile}))
    assert house.requests() == []


def test_administrators_are_named_with_those_behind_groups(house):
    found = {each.login for each in house.do("find_administrators")}

    assert found == {RESPONDERS[0].mail, RESPONDERS[1].mail, *(each.mail for each in BREAK_GLASS)}


def test_an_administrator_only_through_a_group_is_named_too_and_our_own_app_is_not(house, lab):
    group = lab.world.group("Tier zero")
    lab.world.members[group].append(house.subject.id)
    lab.world.role(lab.world.principal("severance"), "Global Administrator")

    assert SUBJECT.mail in {each.login for each in house.do("find_administrators")}


def test_a_disabled_administrator_does_not_count_as_one_who_is_left(house):
    house.act("set-enabled", RESPONDERS[0], enabled=False)

    assert RESPONDERS[0].mail not in {each.login for each in house.do("find_administrators")}


def sharers(house, someone):
    seen = house.do("find_observations", house.person(someone))
    return {each.kind: {a.login for a in house.do("find_sharers", each)} for each in seen}


def test_the_same_hand_is_seen_by_authenticator_device_phone_and_address(house):
    for kind, found in sharers(house, SUBJECT).items():
        assert found == {each.mail for each in PERSONAS}, kind


def test_the_neighbour_shares_nothing_with_them(house):
    assert set(sharers(house, NEIGHBOUR)) == {"phone", "mfa-device", "device", "ip"}
    assert NEIGHBOUR.mail not in {each for found in sharers(house, PERSONAS[1]).values() for each in found}


def test_a_number_is_one_value_however_graph_writes_it(house):
    numbers = [each.value for each in house.do("find_observations", house.subject) if each.kind == "phone"]

    assert numbers == [SUBJECT.phone.replace(" ", "")]


def test_an_authenticator_that_names_no_device_is_no_observation(house, lab):
    for device in lab.world.devices.values():
        device["trustType"] = "AzureAd"

    assert "mfa-device" not in {each.kind for each in house.do("find_observations", house.subject)}


def test_without_a_licence_for_the_log_no_address_is_seen_or_searched(house, lab):
    lab.premium = False

    assert "ip" not in {each.kind for each in house.do("find_observations", house.subject)}
    assert house.do("find_sharers", Observation("ip", "198.51.100.23")) == []


@pytest.mark.parametrize(
    "observation",
    [
        Observation("git-key", "ssh-ed25519 AAAA"),
        Observation("address", "Havnegata 3, Bergen"),
        Observation("mfa-device", SUBJECT.mfa_device),
    ],
)
def test_a_value_entra_cannot_hold_is_not_searched(house, observation):
    assert house.do("find_sharers", observation) == []
    assert house.requests() == []


def test_a_device_of_another_tenant_is_nobodys(house):
    assert house.do("find_sharers", Observation("device", "00000000-0000-4000-8000-000000000000")) == []


@pytest.mark.parametrize("kind", ["phone", "ip"])
def test_a_quote_in_an_observed_value_cannot_widen_the_search(house, kind):
    assert house.do("find_sharers", Observation(kind, "1' or userType eq 'Member")) == []


def test_of_an_address_many_share_twenty_people_at_most_are_read(house, lab):
    for each in lab.sign_ins:
        each["ipAddress"] = "203.0.113.7"
    house.do("find_sharers", Observation("ip", "203.0.113.7"))

    assert len([each for each in house.requests() if each.startswith("GET /v1.0/users/")]) <= 20

"""Finding people: by what is known, without widening; and who shares a value that was seen."""

import pytest

from integrations.lab.company import BREAK_GLASS, NEIGHBOUR, PEOPLE, PERSONAS, RESPONDERS, SUBJECT
from integrations.lab.google import google_id
from runner.actions.values import Observation, Who
from runner.errors import ServiceError, ServiceRefused

ME = google_id(SUBJECT.staff_id)
ALIAS = "j.weber@fjordlight.example"


@pytest.mark.parametrize(
    "who",
    [
        Who(mail=SUBJECT.mail),
        Who(staff_id=SUBJECT.staff_id),
        Who(ids={"google": ME}),
        Who(SUBJECT.mail, SUBJECT.staff_id),
    ],
)
def test_a_person_is_found_by_mail_staff_id_or_immutable_id(house, who):
    (found,) = house.do("find_accounts", who)

    assert (found.service, found.id, found.login) == ("google", ME, SUBJECT.mail)
    assert (found.facts["mail"], found.facts["staff_id"]) == (SUBJECT.mail, SUBJECT.staff_id)
    assert (found.facts["name"], found.facts["status"], found.facts["admin"]) == (
        SUBJECT.name,
        "active",
        True,
    )
    assert found.facts["created"]
    assert "guest" not in found.facts


@pytest.mark.parametrize(
    "who",
    [
        Who(), Who(mail="nobody@fjordlight.example"), Who(ids={"google": "1" * 21}), Who(ids={"okta": "00u1"}),
        Who(staff_id="FL-101"), Who(staff_id="FL-*"), Who(mail="j\u043enas.weber@fjordlight.example"),
        Who(mail="jonas.weber@fjordlight.example.evil.example"),
    ],
)  # fmt: skip
def test_nobody_is_found_where_nobody_fits(house, who):
    assert house.do("find_accounts", who) == []


def test_a_mail_of_another_domain_is_nobodys_here_unless_we_may_not_read(house):
    assert house.do("find_accounts", Who(mail="jonas.weber@agency.example")) == []

    house.fault("/users", status=403, body={"error": {"code": 403, "message": "Not Authorized"}}, times=None)
    with pytest.raises(ServiceRefused):
        house.do("find_accounts", Who(mail="jonas.weber@agency.example"))


def test_an_immutable_id_outweighs_every_other_word(house):
    who = Who(SUBJECT.mail, SUBJECT.staff_id, {"google": google_id(NEIGHBOUR.staff_id)})
    (found,) = house.do("find_accounts", who)

    assert found.login == NEIGHBOUR.mail


def test_an_alias_offers_the_account_under_its_primary_address(house):
    (found,) = house.do("find_accounts", Who(mail=ALIAS))

    assert (found.id, found.facts["mail"]) == (ME, SUBJECT.mail)


def test_a_suspended_an_archived_and_a_guest_account_are_told_apart(house, lab):
    house.do("suspend_user", house.subject)
    assert house.person(SUBJECT).facts["status"] == "suspended"
    lab.world.users[ME] |= {"suspended": False, "archived": True, "isGuestUser": True}
    assert house.person(SUBJECT).facts["status"] == "archived"
    assert house.person(SUBJECT).facts["guest"] is True


def test_a_namesake_is_not_offered(house, lab):
    lab.world.users[google_id(NEIGHBOUR.staff_id)]["name"] = lab.world.users[ME]["name"]

    assert [each.id for each in house.do("find_accounts", Who(SUBJECT.mail, SUBJECT.staff_id))] == [ME]


def test_a_hostile_name_stays_a_name(house, lab):
    name = "</script>{{ 7*7 }}\u202egnp.exe"
    lab.world.users[ME]["name"] = {"fullName": name}

    assert house.person(SUBJECT).facts["name"] == name


@pytest.mark.parametrize(
    "hostile", ["x' isAdmin='true", "x' email='maren.okafor@fjordlight.example", "x\\", "' or '"]
)
def test_a_quote_in_a_staff_id_cannot_widen_the_search(house, hostile):
    assert house.do("find_accounts", Who(staff_id=hostile)) == []


@pytest.mark.parametrize("kind", ["phone", "address"])
def test_a_quote_in_an_observed_value_cannot_widen_the_search(house, kind):
    assert house.do("find_sharers", Observation(kind, "1' isAdmin='true")) == []


def test_two_accounts_with_one_staff_id_are_both_offered(house, lab):
    lab.world.users[google_id(NEIGHBOUR.staff_id)]["externalIds"] = [
        {"value": SUBJECT.staff_id, "type": "organization"}
    ]

    assert {each.login for each in house.do("find_accounts", Who(staff_id=SUBJECT.staff_id))} == {
        SUBJECT.mail,
        NEIGHBOUR.mail,
    }


def test_the_same_hand_is_seen_by_phone_device_and_sign_in_address(house):
    seen = {each.kind: each for each in house.do("find_observations", house.subject)}

    assert set(seen) == {"phone", "recovery-mail", "address", "device", "ip"}
    for kind in ("phone", "device", "ip"):
        assert {each.login for each in house.do("find_sharers", seen[kind])} == {
            each.mail for each in PERSONAS
        }


def test_a_recovery_phone_is_an_observation_of_its_own(house):
    house.act("set-recovery", field="recoveryPhone", value="+12025550150")
    phones = {each.value for each in house.do("find_observations", house.subject) if each.kind == "phone"}

    assert phones == {SUBJECT.phone.replace(" ", ""), "+12025550150"}


def test_a_household_address_leads_to_the_neighbour_and_nothing_else_does(house):
    second = house.person(PERSONAS[1])
    sharers = {
        each.kind: {account.login for account in house.do("find_sharers", each)}
        for each in house.do("find_observations", second)
    }

    assert sharers["address"] == {PERSONAS[1].mail, NEIGHBOUR.mail}
    assert (
        NEIGHBOUR.mail not in sharers["phone"] | sharers["device"] | sharers["ip"] | sharers["recovery-mail"]
    )


@pytest.mark.parametrize("kind", ["recovery-mail", "mfa-device", "git-key"])
def test_a_value_google_cannot_search_for_is_not_searched(house, kind):
    assert house.do("find_sharers", Observation(kind, "x")) == []
    assert house.requests(tokens=True) == []


@pytest.mark.parametrize("hostile", ["SN1 email:a@b.example", "SN*", "\u0421N1", "a:b"])
def test_a_serial_number_that_is_none_is_not_searched(house, hostile):
    assert house.do("find_sharers", Observation("device", hostile)) == []
    assert house.requests(tokens=True) == []


def test_what_a_search_finds_besides_is_dropped(house, lab):
    """Google's searches fit beginnings and more fields than were asked for."""
    use = next(name for name, each in lab.world.uses.items() if each["userEmail"] == NEIGHBOUR.mail)
    device = lab.world.devices[use.partition("/deviceUsers/")[0]]
    house.fault("/v1/devices$", status=200, body={"devices": [device]})
    house.fault("/deviceUsers$", status=200, body={"deviceUsers": [lab.world.uses[use]]})

    assert house.do("find_sharers", Observation("device", device["serialNumber"][:-1])) == []
    assert house.do("find_devices", house.subject) == []


def test_only_the_newest_addresses_of_the_last_month_are_observed(house, lab):
    for at in range(30):
        lab.world.addresses[ME] = f"192.0.2.{at}"
        house.act("sign-in")
    lab.log["login"][0]["ipAddress"] = "198.18.0.1"  # half a year ago
    seen = [each.value for each in house.do("find_observations", house.subject) if each.kind == "ip"]

    assert seen == [f"192.0.2.{at}" for at in range(29, 9, -1)]


def test_a_failed_sign_in_ties_nobody_to_an_address(house, lab):
    house.do("suspend_user", house.subject)
    lab.world.addresses[ME] = "192.0.2.99"
    house.act("sign-in")

    assert "192.0.2.99" not in {each.value for each in house.do("find_observations", house.subject)}


def test_administrators_are_named_those_through_a_group_too(house):
    found = {each.login: each for each in house.do("find_administrators")}

    assert set(found) == {
        RESPONDERS[0].mail, RESPONDERS[1].mail, RESPONDERS[2].mail, SUBJECT.mail, "severance@fjordlight.example",
        *(each.mail for each in BREAK_GLASS),
    }  # fmt: skip
    assert all(each.facts["admin"] for each in found.values())


def test_a_service_account_with_a_role_is_no_person(house, lab):
    lab.world.assignment("100000000000000000009", "Audit reader")

    assert len(house.do("find_administrators")) == 7


def test_administrators_are_listed_to_the_last_page(house, lab):
    for _ in range(4):
        for someone in PEOPLE:
            lab.world.assignment(google_id(someone.staff_id), "Audit reader")
    assert len(lab.world.assignments) > 200  # more than one page

    found = {each.login for each in house.do("find_administrators")}
    assert {each.mail for each in PEOPLE} <= found


@pytest.mark.parametrize("token", ["same", "gone"])
def test_pages_that_never_end_are_an_error(house, token):
    body = {"kind": "x", "items": [], "nextPageToken": token}
    house.fault("/roleassignments$", status=200, body=body, times=None)

    with pytest.raises(ServiceError, match="never end"):
        house.do("find_administrators")


def test_a_field_that_is_no_list_is_an_error(house):
    house.fault("/roleassignments$", status=200, body={"items": {"a": 1}}, times=None)

    with pytest.raises(ServiceError, match="expected a list of items"):
        house.do("find_administrators")


def test_a_list_that_is_no_object_is_an_error(house):
    house.fault("/roleassignments$", status=200, body=["x"], times=None)

    with pytest.raises(ServiceError, match="expected an object"):
        house.do("find_administrators")


def test_the_apps_behind_googles_sign_on_are_named_once(house):
    house.act("sign-in-to", app="Harbourbook")
    house.act("sign-in-to", app="<b>Miro</b>")

    assert sorted(each.label for each in house.do("find_apps", house.subject)) == [
        "<b>Miro</b>",
        "Harbourbook",
    ]

"""Finding people: by what is known, without widening; and who shares a value that was seen."""

import pytest

from integrations.lab.company import (
    BREAK_GLASS,
    NEIGHBOUR,
    PERSONAS,
    RESPONDERS,
    SUBJECT,
    okta_id,
    stable_id,
)
from runner.actions.contract import SERVICES
from runner.actions.values import Account, Observation, Who
from runner.errors import CredentialsError, RefusedError, ServiceError


@pytest.mark.parametrize(
    "who",
    [
        Who(mail=SUBJECT.mail),
        Who(staff_id=SUBJECT.staff_id),
        Who(ids={"okta": okta_id(SUBJECT)}),
        Who(SUBJECT.mail, SUBJECT.staff_id),
    ],
)
def test_a_person_is_found_by_mail_staff_id_or_immutable_id(house, who):
    (found,) = house.do("find_accounts", who)

    assert (found.service, found.id, found.login) == ("okta", okta_id(SUBJECT), SUBJECT.mail)
    assert found.facts["staff_id"] == SUBJECT.staff_id
    assert found.facts["name"] == SUBJECT.name
    assert found.facts["status"] == "ACTIVE"
    assert found.facts["admin"] is True


@pytest.mark.parametrize(
    "who",
    [
        Who(),
        Who(mail="nobody@fjordlight.example"),
        Who(ids={"okta": "00u" + "0" * 17}),
        Who(ids={"github": "1"}),
    ],
)
def test_nobody_is_found_where_nobody_fits(house, who):
    assert house.do("find_accounts", who) == []


def test_an_immutable_id_outweighs_every_other_word(house):
    (found,) = house.do("find_accounts", Who(SUBJECT.mail, SUBJECT.staff_id, {"okta": okta_id(NEIGHBOUR)}))

    assert found.login == NEIGHBOUR.mail


def test_a_deactivated_person_is_found_too(house):
    house.act("set-status", status="DEPROVISIONED")

    assert house.person(SUBJECT).facts["status"] == "DEPROVISIONED"


def test_a_quote_in_a_mail_cannot_widen_the_search(house):
    hostile = f'x" or profile.employeeNumber eq "{SUBJECT.staff_id}'

    assert house.do("find_accounts", Who(mail=hostile)) == []


@pytest.mark.parametrize(
    "hostile",
    [
        "00u1/../00u2",
        "00uAAAAAAAAAAAAAAAAA/",
        "me",
        "jonas.weber@fjordlight.example",
        "00u" + "é" * 17,
        "00u\r\nX: y",
        "",
    ],
)
def test_an_id_okta_does_not_issue_is_refused_before_anything_is_sent(house, hostile):
    before = house.requests()
    account = Account("okta", hostile, "x")
    for name in (
        "suspend_user",
        "end_sessions",
        "user_is_suspended",
        "keep_state",
        "keep_log",
        "sessions_are_ended",
        "find_api_tokens",
    ):
        with pytest.raises(RefusedError):
            house.do(name, account)
    assert house.requests() == before


def test_the_same_hand_is_seen_by_device_and_phone(house):
    seen = {each.kind: each for each in house.do("find_observations", house.subject)}

    assert set(seen) == {"mfa-device", "phone", "address"}
    for kind in ("mfa-device", "phone"):
        assert {each.login for each in house.do("find_sharers", seen[kind])} == {
            each.mail for each in PERSONAS
        }


def test_a_household_address_leads_to_the_neighbour_and_nothing_else_does(house):
    second = house.person(PERSONAS[1])
    sharers = {
        each.kind: {account.login for account in house.do("find_sharers", each)}
        for each in house.do("find_observations", second)
    }

    assert sharers["address"] == {PERSONAS[1].mail, NEIGHBOUR.mail}
    assert NEIGHBOUR.mail not in sharers["phone"] | sharers["mfa-device"]


def test_a_value_of_a_kind_okta_does_not_hold_is_not_searched(house):
    before = house.requests()

    assert house.do("find_sharers", Observation("ssh-key", "ssh-ed25519 AAAA")) == []
    assert house.requests() == before


def test_a_quote_in_an_observed_value_cannot_widen_the_search(house):
    assert house.do("find_sharers", Observation("phone", '1" or profile.userType eq "employee')) == []


def test_administrators_are_named(house, lab):
    found = {each.login for each in house.do("find_administrators")}

    assert found == {
        RESPONDERS[0].mail,
        RESPONDERS[1].mail,
        RESPONDERS[2].mail,
        SUBJECT.mail,
        *(each.mail for each in BREAK_GLASS),
    }


def test_administrators_are_listed_to_the_last_page(house, lab):
    for user in lab.world.users:
        for _ in range(2):
            lab.world.role(user, "USER_ADMIN")
    for number in range(150):  # more than one page of 100
        user = f"00u{number:017d}"
        lab.world.users[user] = {**lab.world.users[okta_id(SUBJECT)], "id": user}
        lab.world.role(user, "USER_ADMIN")

    assert len(house.do("find_administrators")) == len(lab.world.users)


def test_the_members_of_a_group_are_found_by_its_name_and_by_its_id(house, lab):
    everyone = stable_id("okta", "Everyone", "00g", 20)
    team = {each.id for each in house.do("find_members", SUBJECT.team)}

    assert okta_id(SUBJECT) in team
    assert team == lab.world.members[stable_id("okta", SUBJECT.team, "00g", 20)]
    assert {each.id for each in house.do("find_members", everyone)} == set(lab.world.users)


@pytest.mark.parametrize("group", ["everyone", "Every", "", '" or profile.name eq "Everyone', "00g" + "0" * 17])
def test_a_group_that_is_none_is_an_error_and_no_empty_list(house, group):
    with pytest.raises(ServiceError, match="0 groups"):
        house.do("find_members", group)


def test_two_groups_of_one_name_are_an_error(house, lab):
    first = next(iter(lab.world.groups.values()))
    lab.world.groups["00gTwin"] = {**first, "id": "00gTwin"}

    with pytest.raises(ServiceError, match="2 groups"):
        house.do("find_members", first["profile"]["name"])


def ping(house):
    return SERVICES["okta"].ping(house.okta)


def test_doctor_learns_who_we_are(house):
    assert ping(house)["user"] == "severance@fjordlight.example"


def test_doctor_learns_that_the_token_of_a_service_app_works(make):
    assert ping(make(scheme="Bearer")) == {"user": "a service app"}


def test_a_wrong_token_says_what_to_do_and_not_what_it_was(lab, make):
    house = make()
    wrong, lab.token = lab.token, "another"

    with pytest.raises(CredentialsError) as error:
        ping(house)
    assert error.value.remedy == "severance doctor okta"
    assert wrong not in error.value.diagnostics()

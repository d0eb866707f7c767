"""Finding people: by what is known, guests and strangers told apart, administrators, and shared values."""

import pytest

from integrations.lab.company import BREAK_GLASS, NEIGHBOUR, PERSONAS, RESPONDERS, SUBJECT, person
from integrations.lab.slack_org import GUEST, RUNNER, STRANGER
from runner.actions.values import Observation, Who
from runner.errors import CredentialsError, RefusedError

PHONE = SUBJECT.phone.replace(" ", "")


def test_a_person_is_found_by_mail_staff_id_or_immutable_id(house):
    ways = [
        Who(mail=SUBJECT.mail),
        Who(staff_id=SUBJECT.staff_id),
        Who(SUBJECT.mail, SUBJECT.staff_id),
        Who(ids={"slack_org": house.user(SUBJECT)}),
    ]
    for who in ways:
        (found,) = house.do("find_accounts", who)
        assert (found.id, found.login) == (house.user(SUBJECT), "jonas.weber")
        assert found.facts == {
            "mail": SUBJECT.mail, "name": SUBJECT.name, "status": "active", "created": "2025-03-03T08:00:00-08:00",
            "staff_id": SUBJECT.staff_id, "admin": False, "kind": "member",
            "teams": [house.lab.world.main, house.lab.world.labs],
        }  # fmt: skip


def test_nobody_is_found_where_nobody_fits(house):
    for who in (
        Who(), Who(mail="nobody@fjordlight.example"), Who(staff_id="FL-9999"), Who(ids={"slack_org": "W0NOBODY00"}),
        Who(ids={"github": "1"}),
    ):  # fmt: skip
        assert house.do("find_accounts", who) == []


def test_a_bent_id_is_refused_before_anything_is_asked(house):
    before = house.entries()
    with pytest.raises(RefusedError):
        house.do("find_accounts", Who(ids={"slack_org": "W1/../W2"}))
    assert house.entries() == before


@pytest.mark.parametrize("plan", ["enterprise", "business"])
def test_a_deactivated_person_is_found_by_mail_too(make, plan):
    house = make(plan=plan)
    house.act("deactivate")

    assert house.found(SUBJECT.mail).facts["status"] == "deactivated"


def test_without_scim_a_staff_id_finds_nobody_and_a_mail_still_does(make):
    house = make(scim_token="")

    assert house.do("find_accounts", Who(staff_id=SUBJECT.staff_id)) == []
    assert house.subject.facts["staff_id"] == ""


def test_a_staff_id_is_looked_for_on_every_page(house, monkeypatch):
    monkeypatch.setattr("integrations.slack_org.people._SCIM_PAGE", 7)

    (found,) = house.do("find_accounts", Who(staff_id=SUBJECT.staff_id))
    assert found.id == house.user(SUBJECT)


def test_guests_and_strangers_are_told_apart(house):
    assert house.found(GUEST).facts["kind"] == "guest"
    assert house.found(STRANGER).facts["kind"] == "stranger"


def test_a_stranger_with_the_mail_of_somebody_deactivated_does_not_hide_them(house):
    house.act("deactivate")
    world = house.lab.world
    world.users[world.named(STRANGER)]["profile"]["email"] = SUBJECT.mail

    found = house.do("find_accounts", Who(mail=SUBJECT.mail))
    assert [each.facts["kind"] for each in found] == ["member", "stranger"]


def test_administrators_of_organisation_and_workspaces_are_named(house):
    found = {each.facts["mail"] for each in house.do("find_administrators")}

    assert found == {
        RESPONDERS[0].mail, RESPONDERS[1].mail, RUNNER, "katarina.vuk@fjordlight.example",
        *(each.mail for each in BREAK_GLASS if each is BREAK_GLASS[0] or house.held(each.mail)["roles"]),
    }  # fmt: skip
    assert all(each.facts["admin"] for each in house.do("find_administrators"))


@pytest.mark.parametrize("where", ["org", "main"])
def test_a_subject_who_administers_is_among_them_and_says_so(house, where):
    assert house.subject.facts["admin"] is False
    house.act("make-admin", where=house.lab.world.main if where == "main" else "org")

    assert house.found(SUBJECT.mail).facts["admin"] is True
    assert house.subject.id in {each.id for each in house.do("find_administrators")}


def test_administrators_are_listed_to_the_last_page(house):
    world = house.lab.world
    for user in list(world.users):
        world.roles[user].setdefault(world.org, "admin")
    for number in range(150):  # more than one page of 100
        user = f"W0MORE{number:05d}"
        world.users[user] = {**world.users[house.subject.id], "id": user}
        world.roles[user][world.org] = "admin"

    assert len(house.do("find_administrators")) > 200


def test_on_business_the_owners_are_those_who_say_so_of_themselves(business):
    found = {each.facts["mail"] for each in business.do("find_administrators")}

    assert {RESPONDERS[0].mail, RUNNER, "katarina.vuk@fjordlight.example"} <= found
    assert SUBJECT.mail not in found


def test_the_same_hand_is_seen_by_phone_and_by_where_the_sessions_came_from(house):
    seen = house.do("find_observations", house.subject)

    assert Observation("phone", PHONE) in seen
    assert Observation("address", SUBJECT.address) in seen
    assert {each.value for each in seen if each.kind == "ip"} == {"192.0.2.77", "203.0.113.50"}
    assert {each.login for each in house.do("find_sharers", Observation("phone", SUBJECT.phone))} == {
        each.mail.partition("@")[0] for each in PERSONAS
    }


def test_the_neighbour_shares_an_address_and_nothing_else(house):
    theirs = house.do("find_observations", house.found(NEIGHBOUR.mail))
    second = house.do("find_observations", house.found(PERSONAS[1].mail))

    assert {each.kind for each in set(theirs) & set(second)} == {"address"}
    assert house.do("find_sharers", Observation("address", NEIGHBOUR.address)) == []


def test_a_value_slack_is_not_looked_through_for_costs_no_request(house):
    before = house.entries()

    for kind in ("ip", "address", "mfa-device"):
        assert house.do("find_sharers", Observation(kind, "192.0.2.77")) == []
    assert house.do("find_sharers", Observation("phone", "no digits")) == []
    assert house.entries() == before


def test_on_business_the_addresses_come_from_the_access_log(business):
    seen = business.do("find_observations", business.subject)

    assert {each.value for each in seen if each.kind == "ip"} == {"192.0.2.77", "203.0.113.50"}
    assert Observation("phone", PHONE) in seen
    assert len(business.do("find_sharers", Observation("phone", PHONE))) == len(PERSONAS)


def test_a_hostile_name_stays_data(house):
    world = house.lab.world
    world.users[house.subject.id]["name"] = "\u202eexe.fdp\r\nX-Evil: 1 <!channel>"

    found = house.found(SUBJECT.mail)
    assert found.login.startswith("\u202e")
    house.do("deactivate_user", found)
    assert house.held()["deleted"]


def test_only_the_workspaces_of_the_settings_are_looked_at_when_they_are_named(make, lab):
    house = make(teams=(lab.world.labs,))

    assert "katarina.vuk@fjordlight.example" not in {
        each.facts["mail"] for each in house.do("find_administrators")
    }
    assert "admin.teams.list" not in house.asked()


def test_doctor_learns_who_we_are_where_and_with_which_scopes(house):
    told = house.ping()

    assert (told["user"], told["id"], told["org"]) == ("severance", house.lab.runner, house.lab.world.org)
    assert told["whole_organisation"] is True
    assert "admin.users:write" in told["scopes"]


@pytest.mark.parametrize(
    ("which", "untouched"), [("api", ()), ("scim", ("api", "audit")), ("audit", ("api", "scim"))]
)
def test_each_interface_has_a_token_of_its_own_and_none_is_repeated_in_an_error(house, which, untouched):
    wrong, house.lab.tokens[which] = house.lab.tokens[which], "another"
    calls = {
        "api": house.ping,
        "scim": lambda: house.do("find_accounts", Who(staff_id=SUBJECT.staff_id)),
        "audit": lambda: house.do("keep_log", house.subject),
    }
    with pytest.raises(CredentialsError) as refused:
        calls[which]()
    assert wrong not in refused.value.diagnostics()
    for other in untouched:
        calls[other]()


def test_the_way_a_number_is_typed_does_not_hide_it(house):
    world = house.lab.world
    world.users[world.named(person(PERSONAS[2].mail).mail)]["profile"]["phone"] = f"({PHONE[:2]}) {PHONE[2:]}"

    assert len(house.do("find_sharers", Observation("phone", PHONE))) == len(PERSONAS)

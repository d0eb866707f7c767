"""The same tests against our stand-in and against scim2-server, which nobody here wrote."""

from __future__ import annotations

import json

import pytest

from integrations.lab.company import NEIGHBOUR, PERSONAS, SUBJECT, person
from integrations.scim.connection import Announced
from runner.actions.values import Account, Changed, Observation, Proof, Refused, Unchanged, Who
from runner.errors import CredentialsError, RefusedError, ServiceError, ServiceRefused
from tests.conformance.case import MAREN, ids


def test_doctor_learns_what_the_provider_supports_and_what_inactive_means_there(house):
    told = house.ping()

    assert told["supports"] == "patch, filters, etag"
    assert "suspends: no new sign-in succeeds" in told["active: false"]
    assert "checked by Maren Okafor, 2026-11-02" in told["active: false"]


@pytest.mark.parametrize("who", [Who(mail=SUBJECT.mail), Who(staff_id=SUBJECT.staff_id), Who(SUBJECT.mail, SUBJECT.staff_id)])
def test_a_person_is_found_by_what_is_known(house, server, who):
    (found,) = house.do("find_accounts", who)

    assert (found.id, found.login) == (server.id_of(SUBJECT), SUBJECT.mail)
    assert found.facts["mail"] == SUBJECT.mail
    assert found.facts["name"] == SUBJECT.name
    assert found.facts["staff_id"] == SUBJECT.staff_id
    assert found.facts["status"] == "active"
    assert found.facts["active"] is True
    assert found.facts["admin"] is False
    assert found.facts["created"] == server.user()["meta"]["created"]


def test_a_known_id_outweighs_every_other_word(house, server):
    who = Who(SUBJECT.mail, SUBJECT.staff_id, {"scim": server.id_of(NEIGHBOUR)})

    assert [each.login for each in house.do("find_accounts", who)] == [NEIGHBOUR.mail]


@pytest.mark.parametrize("who", [Who(), Who(mail="nobody@fjordlight.example"), Who(ids={"scim": "no-such-id"})])
def test_nobody_is_found_where_nobody_fits(house, who):
    assert house.do("find_accounts", who) == []


def test_a_mail_is_offered_however_it_is_capitalised(house, server):
    assert ids(house.do("find_accounts", Who(mail=SUBJECT.mail.upper()))) == {server.id_of(SUBJECT)}


@pytest.mark.parametrize("hostile", ['x" or userName pr or userName eq "', 'a\\" or userName pr', "\u0000", "(", '"'])
def test_a_hostile_word_cannot_widen_the_search(house, hostile):
    assert house.do("find_accounts", Who(mail=hostile)) == []
    assert house.do("find_sharers", Observation("phone", hostile)) == []


@pytest.mark.parametrize("bent", ["../Users", "a/../b", "a?b", "a%2fb", "x\r\nHost: evil", ""])
def test_an_id_that_would_bend_the_address_is_refused(house, bent):
    account = Account("scim", bent, "x")
    for name in ("deactivate_user", "user_is_inactive", "find_open_account", "keep_state", "find_observations"):
        with pytest.raises(RefusedError):
            house.do(name, account)


def test_without_filters_the_list_is_read_page_by_page_to_its_end(opened, server):
    house = opened(server, page=3)
    house.scim._announced = Announced(patch=True, filters=False, etag=True)

    assert ids(house.do("find_accounts", Who(mail=SUBJECT.mail))) == {server.id_of(SUBJECT)}
    assert len(house.do("find_owners")) >= 4


def test_a_list_longer_than_allowed_is_an_error_and_never_cut(opened, server):
    house = opened(server, page=3, most_users=5)
    house.scim._announced = Announced(patch=True, filters=False, etag=True)

    with pytest.raises(ServiceError, match="`most_users` allows 5"):
        house.do("find_accounts", Who(mail=SUBJECT.mail))


def test_an_account_is_shut_read_back_and_given_back(house, server):
    account = house.account()
    assert house.do("user_is_inactive", account).verdict == "open"
    assert len(house.do("find_open_account", account)) == 1

    done = house.do("deactivate_user", account)
    assert done == Changed({"active": True}, {"active": False})
    assert server.user()["active"] is False
    assert house.do("user_is_inactive", account) == Proof("closed", "active is false", {"active": False})
    assert house.do("find_open_account", account) == []
    assert [each.facts["status"] for each in house.do("find_accounts", Who(mail=SUBJECT.mail))] == ["inactive"]

    assert house.do("reactivate_user", account, done.before) == Changed({"active": False}, {"active": True})
    assert server.user()["active"] is True


def test_a_repeat_writes_nothing(house, server):
    account = house.account()
    house.do("deactivate_user", account)
    once = server.user()["meta"]
    assert house.do("deactivate_user", account) == Unchanged(f"{SUBJECT.mail} is inactive", {"active": False})
    assert server.user()["meta"] == once

    house.do("reactivate_user", account, {"active": True})
    again = server.user()["meta"]
    assert isinstance(house.do("reactivate_user", account, {"active": True}), Unchanged)
    assert server.user()["meta"] == again


def test_a_user_who_was_inactive_before_is_not_made_active(house, server):
    server.edit("active", False)

    assert isinstance(house.do("reactivate_user", house.account(), {"active": False}), Refused)
    assert server.user()["active"] is False


def test_a_user_who_changed_meanwhile_is_left_alone_for_a_person_to_look_at(house, server):
    with pytest.raises(ServiceRefused, match="nothing was written") as refused:
        house.overtaken("deactivate_user", house.account(), by=lambda: server.edit("title", "Chief executive"))

    assert refused.value.status == 412
    assert "look at what changed" in refused.value.remedy
    assert server.user()["active"] is True
    assert server.user()["title"] == "Chief executive"


def test_planning_changes_nothing(house, server):
    before = server.user()

    assert house.plan("deactivate_user", house.account())["would"] == "write"
    assert house.plan("keep_state", house.account())["would"] == "write"
    assert server.user() == before


def test_nobody_else_is_touched(house, server):
    before = server.user(NEIGHBOUR)
    house.do("deactivate_user", house.account())

    assert server.user(NEIGHBOUR) == before


def test_administrators_are_those_whose_role_says_so(house, server):
    found = house.do("find_owners")

    assert server.id_of(person(MAREN)) in ids(found)
    assert server.id_of(SUBJECT) not in ids(found)
    assert all(each.facts["admin"] for each in found)


@pytest.mark.parametrize(
    ("roles", "words"), [([], "does not say who administers"), (["captain"], "nobody is shown with the role captain")]
)
def test_where_nobody_is_known_to_administer_it_is_an_error_and_no_empty_list(opened, server, roles, words):
    with pytest.raises(ServiceError, match=words):
        opened(server, owner_roles=roles).do("find_owners")


def test_the_members_of_a_group_are_found_by_its_name_and_by_its_id(house, server):
    found = house.do("find_members", "Everyone")

    assert {server.id_of(each) for each in (SUBJECT, NEIGHBOUR)} <= ids(found)
    assert ids(house.do("find_members", server.group_id("Everyone"))) == ids(found)


@pytest.mark.parametrize("group", ["Every", "", '" or displayName pr', "no-such-id"])
def test_a_group_that_is_none_is_an_error_and_no_empty_list(house, group):
    with pytest.raises(ServiceError, match="0 groups"):
        house.do("find_members", group)


def test_one_hand_is_seen_by_its_phone_and_a_household_by_its_address(house, server):
    seen = {each.kind: each for each in house.do("find_observations", house.account(PERSONAS[1]))}

    assert set(seen) == {"phone", "address"}
    assert seen["phone"].value == SUBJECT.phone.replace(" ", "")
    assert ids(house.do("find_sharers", seen["phone"])) == {server.id_of(each) for each in PERSONAS}
    assert ids(house.do("find_sharers", seen["address"])) == {server.id_of(PERSONAS[1]), server.id_of(NEIGHBOUR)}


def test_the_state_is_kept_as_received_with_the_groups_but_not_their_members(house, server):
    kept = house.do("keep_state", house.account())
    items = house.items()

    assert kept.missing == ""
    assert json.loads(items["user.json"]) == server.user()
    groups = [json.loads(body) for name, body in items.items() if name.startswith("group-")]
    assert "Everyone" in {each["displayName"] for each in groups}
    assert all("members" not in each for each in groups)


def test_a_wrong_token_says_what_to_do_and_not_what_it_was(opened, server):
    server.token = "not-the-token"
    try:
        with pytest.raises(CredentialsError) as refused:
            opened(server).do("find_accounts", Who(mail=SUBJECT.mail))
    finally:
        del server.token
    assert refused.value.remedy == "severance doctor scim"
    assert "not-the-token" not in refused.value.diagnostics()

"""The ways in which providers differ, and go wrong: every one of them meets our stand-in."""

from __future__ import annotations

import json

import pytest

from integrations.lab.company import PERSONAS, SUBJECT
from integrations.lab.scim import scim_id
from runner.actions.values import Account, Changed, Observation, Refused, Unchanged, Who
from runner.errors import AnswerLost, RateLimited, ServiceError, ServiceRefused
from tests.conformance.case import ids

VALUE = {"op": "replace", "value": {"active": False}}
PATH = {"op": "replace", "path": "active", "value": False}


def operations(server):
    return [each for body in server.sent() for each in body["Operations"]]


def test_what_is_sent_is_a_patch_operation_with_a_boolean(home, ours):
    home.do("deactivate_user", home.account())

    [body] = ours.sent()
    assert body == {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [VALUE]}


@pytest.mark.parametrize("status", [200, 204])
def test_an_answer_with_the_user_or_without_is_read_back_all_the_same(home, ours, status):
    ours.behave(answers=status)

    assert home.do("deactivate_user", home.account()) == Changed({"active": True}, {"active": False})
    assert ours.changes() == [f"user {scim_id(SUBJECT)} active false"]


def test_a_provider_that_wants_a_path_is_given_one_and_no_text_is_sent_for_a_boolean(home, ours):
    ours.behave(form="path")

    assert isinstance(home.do("deactivate_user", home.account()), Changed)
    assert operations(ours) == [VALUE, PATH]
    assert "False" not in json.dumps(ours.sent())
    assert len(ours.changes()) == 1


def test_a_provider_that_refuses_both_forms_is_believed(home, ours):
    ours.fault("^PATCH", status=400, body={"scimType": "invalidValue", "detail": "no"}, times=2)

    with pytest.raises(ServiceRefused, match="invalidValue"):
        home.do("deactivate_user", home.account())
    assert operations(ours) == [VALUE, PATH]
    assert ours.user()["active"] is True


@pytest.mark.parametrize(
    ("status", "kind"), [(400, "mutability"), (403, ""), (404, ""), (409, "uniqueness"), (428, "")]
)
def test_another_refusal_is_not_tried_again_in_another_form(home, ours, status, kind):
    ours.fault("^PATCH", status=status, body={"scimType": kind, "detail": "no"})

    with pytest.raises(ServiceRefused):
        home.do("deactivate_user", home.account())
    assert operations(ours) == [VALUE]


def test_a_provider_that_demands_if_match_gets_the_version_that_was_read(home, ours):
    ours.behave(if_match=True)

    assert isinstance(home.do("deactivate_user", home.account()), Changed)
    assert len(ours.changes()) == 1


def test_a_provider_without_versions_is_sent_none(home, ours):
    ours.behave(etag=False)
    home.do("deactivate_user", home.account())

    assert ours.user()["active"] is False
    assert "version" not in ours.user()["meta"]


def test_a_version_in_the_body_serves_where_the_header_is_missing(home, ours):
    ours.behave(if_match=True)
    shown = ours.user()
    ours.fault(f"^GET .*{scim_id(SUBJECT)}", status=200, body=shown)  # no ETag header

    assert isinstance(home.do("deactivate_user", home.account()), Changed)


@pytest.mark.parametrize("version", ["1", 'W/"a"\r\nX: y', None, 7, "*"])
def test_a_version_that_is_none_goes_into_no_header(home, ours, version):
    shown = ours.user()
    shown["meta"]["version"] = version
    ours.fault(f"^GET .*{scim_id(SUBJECT)}", status=200, body=shown)

    assert isinstance(home.do("deactivate_user", home.account()), Changed)


def test_a_provider_that_announces_no_patch_is_sent_none(home, ours):
    ours.behave(patch=False)
    outcome = home.do("deactivate_user", home.account())

    assert isinstance(outcome, Refused)
    assert "does not announce PATCH" in outcome.why
    [door] = home.do("find_open_account", home.account())
    assert outcome.why in door.label
    assert ours.sent() == []


@pytest.mark.parametrize("answer", [{"status": 404}, {"status": 200, "body": []}, {"status": 200, "body": {"patch": "yes"}}])
def test_a_provider_that_announces_nothing_is_sent_nothing_and_read_to_the_end(home, ours, answer):
    ours.fault("/ServiceProviderConfig$", **answer)

    assert ids(home.do("find_accounts", Who(mail=SUBJECT.mail))) == {scim_id(SUBJECT)}
    assert isinstance(home.do("deactivate_user", home.account()), Refused)
    assert not [each for each in ours.requests() if "filter" in each["query"]]
    assert ours.sent() == []


def test_a_provider_that_announces_nothing_filters_where_the_table_says_so(opened, ours):
    ours.fault("/ServiceProviderConfig$", status=404)
    slack = opened(ours, **dict.fromkeys(("active_false", "checked_by", "checked_on", "says")), provider="slack")

    assert ids(slack.do("find_accounts", Who(mail=SUBJECT.mail))) == {scim_id(SUBJECT)}
    assert [each for each in ours.requests() if "filter" in each["query"]]


def test_what_a_provider_announces_is_read_once_a_connection(home, ours):
    for _ in range(3):
        home.do("find_accounts", Who(mail=SUBJECT.mail))
    home.do("deactivate_user", home.account())

    assert [each["path"] for each in ours.requests()].count("/scim/v2/ServiceProviderConfig") == 1


@pytest.mark.parametrize("announced", [True, False])
def test_a_provider_that_refuses_filters_is_read_to_the_end(home, ours, announced):
    if announced:
        home.scim.announced()
    ours.behave(filters=False)

    assert ids(home.do("find_accounts", Who(mail=SUBJECT.mail))) == {scim_id(SUBJECT)}
    assert ids(home.do("find_sharers", Observation("phone", SUBJECT.phone.replace(" ", "")))) == {
        scim_id(each) for each in PERSONAS
    }
    starts = [each["query"] for each in ours.requests() if each["path"].endswith("/Users") and "filter" not in each["query"]]
    assert any("startIndex=51" in each for each in starts), "the stand-in gives 50 a page"


def test_a_provider_that_ignores_a_filter_does_not_make_everybody_a_match(home, ours):
    everybody = {"totalResults": len(ours.lab.world.users), "Resources": [ours.lab.shown(each) for each in ours.lab.world.users]}
    ours.fault("/Users$", status=200, body=everybody, times=None)

    assert ids(home.do("find_accounts", Who(mail=SUBJECT.mail))) == {scim_id(SUBJECT)}
    assert ids(home.do("find_sharers", Observation("phone", SUBJECT.phone))) == {scim_id(each) for each in PERSONAS}


@pytest.mark.parametrize(
    "page",
    [
        [], {}, {"Resources": []}, {"totalResults": "1", "Resources": []}, {"totalResults": 1, "Resources": {}},
        {"totalResults": 1, "Resources": [{"userName": "x"}]}, {"totalResults": 1, "Resources": ["x"]},
        {"totalResults": 3, "Resources": []}, {"totalResults": 1, "Resources": [{"id": ""}]},
    ],
)  # fmt: skip
def test_a_list_that_is_none_or_ends_early_is_an_error(home, ours, page):
    ours.fault("/Users$", status=200, body=page, times=None)

    with pytest.raises(ServiceError):
        home.do("find_accounts", Who(mail=SUBJECT.mail))


def test_an_answer_about_another_user_is_an_error_everywhere(home, ours):
    account = home.account()
    other = ours.user(PERSONAS[1])
    for name in ("deactivate_user", "find_open_account", "user_is_inactive", "keep_state", "find_observations"):
        ours.fault(f"^GET .*/Users/{account.id}$", status=200, body=other)
        with pytest.raises(ServiceError, match="another user"):
            home.do(name, account)
    ours.fault(f"^GET .*/Users/{account.id}$", status=200, body=other)
    with pytest.raises(ServiceError, match="another user"):
        home.do("find_accounts", Who(ids={"scim": account.id}))
    assert ours.sent() == []
    assert home.items() == {}


def test_an_echo_of_another_user_is_no_success(home, ours):
    ours.fault("^PATCH", status=200, body=ours.user(PERSONAS[1]))

    with pytest.raises(ServiceError, match="another user"):
        home.do("deactivate_user", home.account())


def test_a_write_that_is_accepted_without_being_done_is_no_success(home, ours):
    ours.fault("^PATCH", status=204)

    with pytest.raises(ServiceError, match="reads True after the call"):
        home.do("deactivate_user", home.account())


def test_a_user_who_is_gone_after_the_write_is_no_success(home, ours):
    account = home.account()
    gone = {"match": f"^GET .*/Users/{account.id}$", "status": 404}

    with pytest.raises(ServiceError, match="reads no such user after the call"):
        home.overtaken("deactivate_user", account, by=lambda: ours.fault(**gone))


@pytest.mark.parametrize("told", ["False", "false", None, 0, "active"])
def test_an_active_that_is_no_boolean_proves_nothing_and_closes_nothing(home, ours, told):
    ours.edit("active", told)
    account = home.account()

    assert home.do("user_is_inactive", account).verdict == "unknown"
    assert isinstance(home.do("deactivate_user", account), Refused)
    assert isinstance(home.do("reactivate_user", account, {"active": True}), Refused)
    assert "not shown" in home.do("find_open_account", account)[0].label
    assert ours.sent() == []


def test_a_user_the_provider_no_longer_has_is_inferred_and_never_called_closed(home):
    proof = home.do("user_is_inactive", Account("scim", "no-such-id", "x"))

    assert proof.verdict == "inferred"
    assert "no such user" in proof.why


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate", "garbage"])
def test_a_lost_answer_is_said_and_the_next_attempt_leaves_one_change(home, ours, kind):
    ours.fault("^PATCH", kind)
    with pytest.raises(AnswerLost):
        home.do("deactivate_user", home.account())

    assert isinstance(home.do("deactivate_user", home.account()), Changed if kind == "reset" else Unchanged)
    assert len(ours.changes()) == 1
    assert ours.duplicates() == []


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_broken_gateway_leaves_it_open_whether_it_was_done(home, ours, status):
    ours.fault("^PATCH", status=status)

    with pytest.raises(AnswerLost):
        home.do("deactivate_user", home.account())


def test_a_busy_provider_is_waited_for_and_the_write_happens_once(home, ours):
    ours.behave(busy=2)
    home.do("find_accounts", Who(mail=SUBJECT.mail))

    done = home.overtaken("deactivate_user", home.account(), by=lambda: ours.behave(busy=2))
    assert isinstance(done, Changed)
    assert len(ours.changes()) == 1


def test_a_provider_that_stays_busy_is_an_error_and_not_half_a_list(home, ours):
    ours.fault("/Users$", status=429, headers={"Retry-After": "3600"}, times=None)

    with pytest.raises(RateLimited):
        home.do("find_accounts", Who(mail=SUBJECT.mail))


def test_sessions_outlive_the_account_which_is_why_a_person_must_end_them(home, ours):
    home.do("deactivate_user", home.account())

    assert ours.lab.act("sign-in", {"mail": SUBJECT.mail}) == {"result": "FAILURE"}
    assert ours.lab.state()[SUBJECT.mail]["sessions"] == 1


@pytest.mark.parametrize("filters", [True, False])
def test_the_groups_are_looked_up_where_the_user_does_not_show_them(home, ours, filters):
    home.do("keep_state", home.account())
    shown = dict(home.items())
    ours.behave(groups=False, filters=filters)
    home.scim._announced = None
    home.items().clear()

    kept = home.do("keep_state", home.account())
    assert kept.missing == ""
    assert set(home.items()) == set(shown)
    assert [body for name, body in home.items().items() if name != "user.json"] == [
        body for name, body in shown.items() if name != "user.json"
    ]


def test_groups_that_cannot_be_read_are_named_and_the_user_is_kept(home, ours):
    ours.fault("/Groups/", status=403, body={"detail": "not yours"}, times=1)
    kept = home.do("keep_state", home.account())
    assert "not yours" in kept.missing
    assert set(home.items()) == {"user.json", "group-0001.json"}

    ours.behave(groups=False)
    ours.fault("/Groups$", status=501)
    ours.fault("/Groups$", status=403, body={"detail": "not yours"}, times=None)
    with pytest.raises(ServiceError):
        home.scim.get("/Groups")  # uses up the 501
    assert "the groups: " in home.do("keep_state", home.account()).missing


def test_a_group_whose_id_would_bend_the_address_is_named_and_not_asked_for(home, ours):
    user = {**ours.user(), "groups": [{"value": "../Users"}, {"value": 7}, {"display": "no id"}]}
    ours.fault(f"/Users/{scim_id(SUBJECT)}$", status=200, body=user)

    kept = home.do("keep_state", home.account())
    assert "cannot be part of an address" in kept.missing
    assert not [each for each in ours.requests() if ".." in each["path"]]


@pytest.mark.parametrize(
    "members",
    [
        None, "all", [{"value": 7}], [{"display": "x"}], [{"value": "a"}, {"value": "b", "type": "Group"}],
        [{"value": "b", "$ref": "https://saas.example/scim/v2/Groups/b"}],
    ],
)  # fmt: skip
def test_a_group_that_hides_its_members_or_holds_groups_is_an_error(home, ours, members):
    group = ours.group_id("Everyone")
    ours.lab.world.groups[group]["members"] = members
    if members is None:
        del ours.lab.world.groups[group]["members"]

    with pytest.raises(ServiceError, match="does not show its members, or holds other groups"):
        home.do("find_members", "Everyone")


def test_another_group_than_asked_for_is_an_error(home, ours):
    other = ours.lab.world.groups[ours.group_id(SUBJECT.team)]
    ours.fault(f"/Groups/{ours.group_id('Everyone')}$", status=200, body=other)

    with pytest.raises(ServiceError):
        home.do("find_members", "Everyone")


def test_every_address_of_an_account_is_a_fact_of_it(home, ours):
    ours.edit("emails", [{"value": SUBJECT.mail, "primary": True}, {"value": "old@fjordlight.example", "type": "other"}])

    (found,) = home.do("find_accounts", Who(mail="old@fjordlight.example"))
    assert found.facts["mails"] == [SUBJECT.mail, "old@fjordlight.example"]
    assert found.facts["mail"] == SUBJECT.mail


HOSTILE = {
    "emails": [{"value": None}, {"value": {"x": 1}}, "text", 7, None], "displayName": ["a", "b"], "name": "x", "roles": "admin",
    "phoneNumbers": {"value": "+1"}, "addresses": None, "meta": [],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": "FL-1011",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_an_attribute_of_another_shape_than_expected_breaks_nothing(home, ours, name):
    user = {**ours.user(), name: HOSTILE[name]}
    ours.fault(f"/Users/{scim_id(SUBJECT)}$", status=200, body=user, times=None)

    (found,) = home.do("find_accounts", Who(ids={"scim": scim_id(SUBJECT)}))
    assert found.id == scim_id(SUBJECT)
    home.do("find_observations", home.account())


@pytest.mark.parametrize(
    ("emails", "mail"),
    [
        ([{"value": "a@x.example", "primary": True}, {"value": "b@x.example"}], "a@x.example"),
        ([{"value": "b@x.example", "type": "home"}, {"value": "a@x.example", "type": "work"}], "a@x.example"),
        ([{"value": "a@x.example"}, {"value": SUBJECT.mail}], SUBJECT.mail),
        ([{"value": "a@x.example"}], "a@x.example"),
        ([{"value": "a@x.example"}, {"value": "b@x.example"}], ""),
        ([{"value": "a@x.example", "type": "work"}, {"value": "b@x.example", "type": "work"}], ""),
        ([], ""),
    ],
)
def test_an_account_has_the_one_mail_that_is_its_own_or_none(home, ours, emails, mail):
    ours.edit("emails", emails)

    (found,) = home.do("find_accounts", Who(ids={"scim": scim_id(SUBJECT)}))
    assert found.facts["mail"] == mail


def test_nothing_is_said_of_administrators_where_the_settings_name_no_role(opened, ours):
    (found,) = opened(ours, owner_roles=[]).do("find_accounts", Who(mail=SUBJECT.mail))

    assert "admin" not in found.facts

"""A Business+ plan: what it cannot do is said, layer by layer, when it is looked at and when it is tried."""

import json

import pytest

from integrations.lab.company import NEIGHBOUR, SUBJECT
from integrations.lab.slack_org import GUEST
from runner.actions.values import Changed, Refused, Unchanged
from runner.errors import RefusedError


def test_the_account_is_deactivated_over_scim_and_given_back_over_it(business):
    before = business.do("deactivate_user", business.subject).before
    assert business.held()["deleted"]
    assert f"PATCH /scim/v2/Users/{business.subject.id}" in business.asked()
    assert isinstance(business.do("deactivate_user", business.subject), Unchanged)

    outcome = business.do("reactivate_user", business.subject, before)
    assert isinstance(outcome, Changed)
    assert {each["name"] for each in outcome.after["by_hand"]} >= {"platform", "random"}
    assert not business.held()["deleted"]


def test_no_admin_method_is_ever_called(business):
    business.do("find_administrators")
    business.do("find_observations", business.subject)
    for name in ("find_open_account", "find_roles", "find_apps", "find_legacy_integrations"):
        business.do(name, business.subject)
    for name in ("keep_state", "keep_log", "hold_messages", "deactivate_user", "end_sessions"):
        business.do(name, business.subject)
    for name in ("account_is_deactivated", "sessions_are_ended", "roles_are_removed", "apps_are_uninstalled"):
        business.do(name, business.subject)

    assert not [each for each in business.asked() if each.startswith("admin.")]


def test_without_scim_the_account_is_left_to_a_person_and_its_label_says_so(make):
    house = make(plan="business", scim_token="")
    (thing,) = house.do("find_open_account", house.subject)

    assert "by hand: Business+ deactivates over SCIM only" in thing.label
    assert isinstance(house.do("deactivate_user", house.subject), Refused)
    assert house.writes() == []


def test_a_guest_is_left_to_a_person(business):
    guest = business.found(GUEST)

    assert "provisions no guests" in business.do("deactivate_user", guest).why
    assert "by hand" in business.do("find_open_account", guest)[0].label
    assert business.writes() == []


def test_sessions_cannot_be_listed_and_that_is_no_empty_list(business):
    with pytest.raises(RefusedError, match=r"Business\+ lists and ends no sessions"):
        business.do("find_sessions", business.subject)
    assert "Business+" in business.do("end_sessions", business.subject).why
    assert business.do("sessions_are_ended", business.subject).verdict == "unknown"

    business.do("deactivate_user", business.subject)
    proof = business.do("sessions_are_ended", business.subject)
    assert (proof.verdict, "signs out on all devices" in proof.why) == ("inferred", True)


def test_a_role_is_seen_and_left_to_a_person(business):
    business.act("make-admin", where=business.lab.world.main)
    (thing,) = business.do("find_roles", business.subject)

    assert "by hand" in thing.label
    assert "Manage members" in business.do("remove_role", business.subject, thing).why
    assert business.do("roles_are_removed", business.subject).verdict == "open"
    business.do("deactivate_user", business.subject)
    assert business.do("roles_are_removed", business.subject).verdict == "closed"


def test_an_app_is_seen_and_left_to_a_person(business):
    (thing,) = business.do("find_apps", business.subject)

    assert (thing.shared, "by hand" in thing.label) == (True, True)
    assert "Apps, Manage" in business.do("uninstall_app", business.subject, thing).why
    assert business.do("apps_are_uninstalled", business.subject).verdict == "open"


def test_there_is_no_hold_and_that_is_said(business):
    kept = business.do("hold_messages", business.subject)

    assert (kept.items, "no legal hold" in kept.missing) == ((), True)


def test_the_state_is_kept_without_sessions_and_that_is_said(business):
    kept = business.do("keep_state", business.subject)

    assert "lists and ends no sessions" in kept.missing
    assert {"user-0001.json", "conversations-0001.json", "integrations-0001.json"} <= set(business.items())


def test_the_access_log_is_kept_but_only_the_lines_of_this_person(business):
    kept = business.do("keep_log", business.subject)
    lines = [json.loads(each) for each in business.items()["access-log.jsonl"].splitlines()]

    assert {each["user_id"] for each in lines} == {business.subject.id}
    assert {each["ip"] for each in lines} == {"192.0.2.77", "203.0.113.50"}
    assert NEIGHBOUR.mail.partition("@")[0].encode() not in b"".join(business.items().values())
    assert "everybody's" in kept.missing
    assert SUBJECT.mail.partition("@")[0].encode() in business.items()["integration-log-0001.json"]


def test_sign_ins_deeper_than_slack_gives_are_named_as_left_out(business, monkeypatch):
    monkeypatch.setattr("integrations.slack_org.log._PAGE", 1)
    for _ in range(200):
        business.act("sign-in")
    kept = business.do("keep_log", business.subject)

    assert "left out" in kept.missing
    assert len(business.items()["access-log.jsonl"].splitlines()) == 100

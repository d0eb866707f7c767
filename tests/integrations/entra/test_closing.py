"""Closing and reopening: one change in the world, read back, refused before anything is sent, safe to repeat."""

import json
from contextlib import suppress

import pytest

from integrations.lab.company import NEIGHBOUR, PERSONAS, SUBJECT, person
from integrations.lab.entra import GUEST, HYBRID
from runner.actions.contract import ACTIONS
from runner.actions.values import Account, Changed, Refused, Thing, Unchanged
from runner.errors import AnswerLost, CredentialsError, RateLimited, RefusedError, ServiceError

OWNER = person("katarina.vuk@fjordlight.example")
CLOSERS = {
    "find_grants": "revoke_grant", "find_roles": "unassign_role", "find_assignments": "unassign_app",
    "find_devices": "disable_device", "find_methods": "remove_method", "find_keys": "remove_key",
}  # fmt: skip
WRITES = "^(DELETE|PATCH|POST) /v1"


def close_all_of(house, finder):
    return [house.do(CLOSERS[finder], house.subject, thing) for thing in house.things(finder)]


def test_disabling_blocks_the_account_and_says_what_was(house):
    outcome = house.do("disable_user", house.subject)

    assert isinstance(outcome, Changed)
    assert (outcome.before["accountEnabled"], outcome.after["accountEnabled"]) == (True, False)
    assert house.held()["enabled"] is False
    assert house.sent() == [f"PATCH /v1.0/users/{house.subject.id}"]
    assert json.loads(house.bodies()[-1]) == {"accountEnabled": False}


def test_an_account_that_is_disabled_already_is_left_alone(house):
    house.act("set-enabled", enabled=False)

    assert isinstance(house.do("disable_user", house.subject), Unchanged)
    assert house.sent() == []


def test_a_synchronised_user_is_blocked_at_once_although_the_door_stays_a_persons_task(house):
    outcome = house.do("disable_user", house.person(HYBRID))

    assert isinstance(outcome, Changed)
    assert outcome.before["onPremisesSyncEnabled"] is True
    assert house.held(HYBRID)["enabled"] is False


def test_a_guest_is_blocked_here_and_the_sessions_at_home_are_refused_before_any_write(house):
    guest = house.person(GUEST)
    outcome = house.do("end_sessions", guest)

    assert isinstance(outcome, Refused)
    assert "home tenant" in outcome.why
    assert house.sent() == []
    assert isinstance(house.do("disable_user", guest), Changed)
    assert house.held(GUEST) == {**house.held(GUEST), "enabled": False, "sessions": 1}


def test_sessions_end_and_may_be_ended_again(house):
    first = house.do("end_sessions", house.subject)
    again = house.do("end_sessions", house.subject)

    assert first.before["signInSessionsValidFromDateTime"] == "2025-03-03T08:00:00Z"
    assert first.after["signInSessionsValidFromDateTime"] > "2025-03-03T08:00:00Z"
    assert isinstance(again, Changed)
    assert house.writes() == [f"user {house.subject.id} sessions ended"]
    assert house.held()["sessions"] == 0


@pytest.mark.parametrize("status", [200, 204])
def test_a_revocation_graph_accepts_without_doing_it_is_no_success(house, status):
    house.fault("revokeSignInSessions$", status=status, body={"value": True} if status == 200 else None)

    with pytest.raises(ServiceError, match="still read valid from 2025"):
        house.do("end_sessions", house.subject)


def test_a_replica_that_lags_behind_the_write_is_asked_again(house):
    stale = {**house.user()}
    house.do("user_is_disabled", house.subject)  # signs in first, so that the fault meets the read back
    house.fault(f"GET /v1.0/users/{house.subject.id}$", status=200, body=stale, times=2)
    outcome = house.do("disable_user", house.subject)

    assert outcome.after["accountEnabled"] is False
    assert house.writes() == [f"user {house.subject.id} accountEnabled False"]


def test_a_write_that_never_reads_is_no_success(house):
    house.fault("^PATCH", status=204)

    with pytest.raises(ServiceError, match="reads accountEnabled True after the call"):
        house.do("disable_user", house.subject)


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate"])
def test_a_lost_answer_is_said_and_the_next_attempt_leaves_one_change(house, kind):
    house.fault("^PATCH", kind)
    with pytest.raises(AnswerLost):
        house.do("disable_user", house.subject)

    house.do("disable_user", house.subject)
    assert house.writes() == [f"user {house.subject.id} accountEnabled False"]


@pytest.mark.parametrize(("finder", "closer"), CLOSERS.items())
@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate"])
def test_a_lost_answer_to_any_close_leaves_one_change_after_the_next_attempt(house, finder, closer, kind):
    thing = house.things(finder)[0]
    house.fault(WRITES, kind)
    with pytest.raises(AnswerLost):
        house.do(closer, house.subject, thing)

    house.do(closer, house.subject, thing)
    assert len(house.writes()) == 1
    assert thing.id not in [each.id for each in house.things(finder)]


@pytest.mark.parametrize(("finder", "closer"), CLOSERS.items())
def test_a_close_graph_accepts_without_doing_it_is_no_success(house, finder, closer):
    thing = house.things(finder)[0]
    house.fault(WRITES, status=204)

    with pytest.raises(ServiceError, match=r"after the call$"):
        house.do(closer, house.subject, thing)


@pytest.mark.parametrize(("finder", "closer"), CLOSERS.items())
def test_closing_every_thing_of_a_layer_empties_it_and_a_repeat_is_unchanged(house, finder, closer):
    things = house.things(finder)
    outcomes = close_all_of(house, finder)

    assert things
    assert all(isinstance(each, Changed) for each in outcomes)
    assert house.things(finder) == []
    assert all(isinstance(house.do(closer, house.subject, thing), Unchanged) for thing in things)
    assert len(house.writes()) == len(house.sent()) == len(things)
    assert house.duplicates() == []


@pytest.mark.parametrize(("finder", "closer"), CLOSERS.items())
def test_planning_names_the_write_and_makes_none(house, finder, closer):
    for thing in house.things(finder):
        assert house.plan(closer, house.subject, thing)["would"] == "write"
    for name in ("disable_user", "end_sessions", "keep_state"):
        assert house.plan(name, house.subject)["would"] == "write"
    assert house.sent() == []
    assert house.items() == {}


def test_the_other_peoples_things_stay(house):
    others = [NEIGHBOUR, OWNER, *PERSONAS[1:]]
    before = [{**house.held(each), "devices": None} for each in others]
    house.do("disable_user", house.subject)
    house.do("end_sessions", house.subject)
    for finder in CLOSERS:
        close_all_of(house, finder)

    assert [{**house.held(each), "devices": None} for each in others] == before
    assert house.held(NEIGHBOUR)["devices"] == {"Clara-laptop": True, "Clara's phone": True}


def theirs(house, finder, someone=OWNER):
    return house.do(finder, house.person(someone))[0]


def test_somebody_elses_grant_device_and_app_are_refused(house):
    for finder, closer, someone in (
        ("find_grants", "revoke_grant", PERSONAS[1]), ("find_devices", "disable_device", NEIGHBOUR),
        ("find_keys", "remove_key", OWNER),
    ):  # fmt: skip
        outcome = house.do(closer, house.subject, theirs(house, finder, someone))
        assert isinstance(outcome, Refused), closer
    assert house.sent() == []


@pytest.mark.parametrize("closer", ["unassign_role", "unassign_app", "remove_method"])
def test_somebody_elses_thing_is_not_found_on_this_person_and_left_alone(house, closer):
    finder = next(name for name, its in CLOSERS.items() if its == closer)
    thing = theirs(house, finder, person("maren.okafor@fjordlight.example"))

    assert isinstance(house.do(closer, house.subject, thing), Unchanged)
    assert house.sent() == []


def test_a_grant_of_everybody_is_nobodys_to_revoke(house, lab):
    made = lab.world.grant(house.subject.id, "Intranet", "User.Read")
    lab.world.grants[made["id"]] |= {"consentType": "AllPrincipals", "principalId": None}

    assert made["id"] not in [each.id for each in house.things("find_grants")]
    assert isinstance(house.do("revoke_grant", house.subject, Thing(made["id"], "Intranet")), Refused)
    assert house.sent() == []


def test_a_role_that_comes_with_a_group_is_refused_with_the_way_to_end_it(house):
    house.act("group-role", role="Security Reader")
    thing = house.thing("find_roles", "Security Reader through Role holders")

    outcome = house.do("unassign_role", house.subject, thing)
    assert isinstance(outcome, Refused)
    assert "take the person out of that group" in outcome.why
    assert house.sent() == []


def test_a_role_limited_to_a_unit_is_found_and_given_back_with_its_limits(house, lab):
    unit = "/administrativeUnits/4d3e29dd-5f2b-4a3c-9f0a-5e3f0d3b1a11"
    lab.world.role(house.subject.id, "Security Reader", unit)
    thing = house.thing("find_roles", f"Security Reader limited to {unit}")
    before = house.do("unassign_role", house.subject, thing).before
    outcome = house.do("assign_role", house.subject, thing, before)

    assert outcome.after["directoryScopeId"] == unit
    assert isinstance(house.do("assign_role", house.subject, thing, before), Unchanged)
    assert sorted(house.held()["roles"]) == ["Groups Administrator", "Security Reader"]


def test_a_device_others_use_is_shared(house):
    assert {each.label: each.shared for each in house.things("find_devices")} == {
        "Jonas-laptop": False,
        "Jonas's phone": True,  # the personas' one phone
    }
    house.act("share-device", **{"with": NEIGHBOUR.mail})
    assert all(each.shared for each in house.things("find_devices"))


def test_the_default_method_goes_last_and_waits_for_the_others(house):
    (push,) = [each for each in house.things("find_methods") if "Authenticator" in each.label]
    with pytest.raises(RateLimited, match="Cannot delete default method"):
        house.do("remove_method", house.subject, push)
    assert house.writes() == []
    assert house.things("find_methods")[-1] == push

    for thing in house.things("find_methods"):
        assert isinstance(house.do("remove_method", house.subject, thing), Changed)
    assert house.held()["methods"] == ["passwordAuthenticationMethod"]


@pytest.mark.parametrize(
    "kind", ["temporaryAccessPass", "softwareOath", "windowsHelloForBusiness", "email", "platformCredential"]
)
def test_every_kind_of_method_graph_can_delete_is_deleted_at_its_own_address(house, kind):
    made = house.act("register", kind=kind)
    thing = next(each for each in house.things("find_methods") if each.id == made["id"])
    house.do("remove_method", house.subject, thing)

    assert house.sent() == [f"DELETE /v1.0/users/{house.subject.id}/authentication/{kind}Methods/{made['id']}"]


def test_a_kind_of_method_graph_cannot_delete_is_shown_and_refused(house):
    made = house.act("register", kind="hardwareOath")
    thing = next(each for each in house.things("find_methods") if each.id == made["id"])

    assert isinstance(house.do("remove_method", house.subject, thing), Refused)
    assert house.do("methods_are_removed", house.subject).verdict == "open"
    assert house.sent() == []


def test_the_app_severance_signs_in_as_is_never_robbed_of_its_keys(house):
    house.act("own-us")
    ours = [each for each in house.things("find_keys") if "severance" in each.label]

    assert len(ours) == 3
    for thing in ours:
        assert "severance itself" in house.do("remove_key", house.subject, thing).why
    assert house.sent() == []


def test_what_signs_single_sign_on_for_everybody_is_no_door(house, lab):
    app = house.act("single-sign-on", name="Payroll")["id"]
    found = [each for each in house.things("find_keys") if each.id.startswith(app)]
    outcome = house.do("remove_key", house.subject, found[0])

    assert [each.label for each in found] == ["secret Payroll door of Payroll"]
    assert isinstance(outcome, Changed)
    assert [each["usage"] for each in lab.world.principals[app]["keyCredentials"]] == ["Sign", "Verify"]
    assert [each["displayName"] for each in lab.world.principals[app]["passwordCredentials"]] == ["Payroll signing"]


def test_a_certificate_beside_a_signing_key_goes_alone(house, lab):
    app = house.act("single-sign-on", name="Payroll")["id"]
    lab.world.principals[app]["keyCredentials"].append(lab.world.certificate("planted"))
    house.do("remove_key", house.subject, house.thing("find_keys", "certificates CN=planted"))

    assert [each["usage"] for each in lab.world.principals[app]["keyCredentials"]] == ["Sign", "Verify"]


def test_no_secret_is_read_shown_or_kept_of_an_app(house):
    states = json.dumps([each.state for each in house.things("find_keys")])

    assert "hint" not in states
    assert "secretText" not in states


@pytest.mark.parametrize("hostile", ["x/../../users/y", "x\r\nHost: evil", "..", "a?b", "a%2fb", ""])
def test_a_thing_whose_id_would_bend_the_address_reaches_none(house, hostile):
    for closer in CLOSERS.values():
        with suppress(RefusedError):  # or the action looks for such a thing, and finds none
            assert isinstance(house.do(closer, house.subject, Thing(hostile, "x", {})), Unchanged | Refused)
    assert house.sent() == []


def test_what_was_disabled_is_given_back_once(house):
    before = house.do("disable_user", house.subject).before
    outcome = house.do("enable_user", house.subject, before)

    assert (outcome.before["accountEnabled"], outcome.after["accountEnabled"]) == (False, True)
    assert isinstance(house.do("enable_user", house.subject, before), Unchanged)
    assert len(house.sent()) == 2


def test_an_account_that_was_disabled_before_is_not_enabled(house):
    house.act("set-enabled", enabled=False)

    assert isinstance(house.do("enable_user", house.subject, {"accountEnabled": False}), Refused)
    assert house.sent() == []


def test_a_grant_is_given_back_with_its_scopes_once(house):
    thing = house.thing("find_grants", "Skiff")
    before = house.do("revoke_grant", house.subject, thing).before
    outcome = house.do("restore_grant", house.subject, before)

    assert outcome.after["scope"] == "openid offline_access Mail.Read"
    assert isinstance(house.do("restore_grant", house.subject, before), Unchanged)
    assert len(house.held()["grants"]) == 2


def test_a_grant_the_person_made_anew_is_not_widened(house):
    before = house.do("revoke_grant", house.subject, house.thing("find_grants", "Skiff")).before
    house.act("consent", client="Skiff", scope="openid")

    assert isinstance(house.do("restore_grant", house.subject, before), Refused)
    assert "openid" in house.held()["grants"]


def test_certificates_come_back_beside_what_was_added_since_and_secrets_do_not(house, lab):
    befores = {each.before["kind"]: each.before for each in close_all_of(house, "find_keys")}
    app = befores["secret"]["object"]
    lab.world.apps[app]["keyCredentials"].append(lab.world.certificate("newer"))

    assert isinstance(house.do("restore_key", house.subject, befores["secret"]), Refused)
    assert isinstance(house.do("restore_key", house.subject, befores["certificates"]), Changed)
    assert isinstance(house.do("restore_key", house.subject, befores["certificates"]), Unchanged)
    assert isinstance(house.do("restore_key", house.subject, befores["federated"]), Changed)
    assert isinstance(house.do("restore_key", house.subject, befores["federated"]), Unchanged)
    assert house.held()["certificates"] == ["CN=newer", "CN=build-notifier"]
    assert (house.held()["secrets"], house.held()["trusts"]) == ([], ["build-notifier-main"])


def test_a_trust_somebody_replaced_since_is_left_alone(house, lab):
    thing = house.thing("find_keys", "trust in")
    before = house.do("remove_key", house.subject, thing).before
    lab.world.trusts[before["object"]]["new"] = {**before["credential"], "id": "new", "subject": "repo:else"}

    assert isinstance(house.do("restore_key", house.subject, before), Refused)


@pytest.mark.parametrize("status", [429, 503])
def test_not_now_is_waited_out_and_the_write_happens_once(house, status):
    house.fault("^PATCH", status=status, headers={"Retry-After": "1"}, times=2)

    assert isinstance(house.do("disable_user", house.subject), Changed)
    assert len(house.writes()) == 1


def test_not_now_without_a_time_is_waited_out_in_steps_that_do_not_hammer(house):
    house.fault("^PATCH", status=429, times=None)

    with pytest.raises(RateLimited) as limited:
        house.do("disable_user", house.subject)
    assert limited.value.wait_s == 10
    assert len(house.sent()) == 1 + 120 // 10


def test_an_administrator_our_app_may_not_touch_is_a_matter_of_permission(house):
    error = {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}
    house.fault("^PATCH", status=403, body={"error": error})

    with pytest.raises(CredentialsError, match="lacks a permission: Insufficient privileges"):
        house.do("disable_user", house.subject)


def test_every_close_has_a_proof_and_an_undo_or_a_reason():
    for each in ACTIONS.values():
        if each.vendor == "entra" and each.kind == "close":
            assert ACTIONS[each.proof].layer == each.layer
            assert bool(each.no_undo) != (each.undo in ACTIONS)


def test_nothing_here_deletes_a_user_or_wipes_a_device():
    names = " ".join(each for each in ACTIONS if each.startswith("entra."))

    assert not [word for word in ("delete", "wipe", "retire", "licen", "password") if word in names]


def test_a_hostile_name_stays_words(house, lab):
    evil = "\u202eexe.fdp\x1b[31m\r\nX: y ' or 1 eq 1"
    lab.world.users[house.subject.id]["displayName"] = evil
    for each in lab.world.principals.values():
        each["displayName"] = evil if each["displayName"] == "Tidewater Boards" else each["displayName"]
    found = house.person(SUBJECT)

    assert found.facts["name"] == evil
    assert isinstance(house.do("disable_user", Account("entra", house.subject.id, evil)), Changed)

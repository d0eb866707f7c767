"""Closing and reopening: one change in the world, read back, refused before anything is sent, safe to repeat."""

import pytest

from integrations.lab.company import NEIGHBOUR, person
from runner.actions.values import Changed, Refused, Thing, Unchanged
from runner.errors import AnswerLost, RefusedError, ServiceError

OWNER = person("katarina.vuk@fjordlight.example")
CLOSERS = {
    "find_grants": "revoke_grant", "find_api_tokens": "revoke_api_token", "find_roles": "unassign_role", "find_devices": "suspend_device",
}  # fmt: skip


def first(house, finder):
    return house.do(finder, house.subject)[0]


def test_suspending_shuts_the_account_and_says_what_was(house):
    outcome = house.do("suspend_user", house.subject)

    assert isinstance(outcome, Changed)
    assert (outcome.before["status"], outcome.after["status"]) == ("ACTIVE", "SUSPENDED")
    assert outcome.before["statusChanged"] != outcome.after["statusChanged"]
    assert house.held()["status"] == "SUSPENDED"
    assert house.sent() == [f"POST /api/v1/users/{house.subject.id}/lifecycle/suspend"]


@pytest.mark.parametrize(
    "status", ["LOCKED_OUT", "PASSWORD_EXPIRED", "RECOVERY", "STAGED", "PROVISIONED", "SOMETHING_NEW"]
)
def test_a_status_okta_will_not_suspend_is_refused_before_any_write(house, status):
    house.act("set-status", status=status)

    outcome = house.do("suspend_user", house.subject)
    assert isinstance(outcome, Refused)
    assert status in outcome.why
    assert house.sent() == []


@pytest.mark.parametrize("status", ["SUSPENDED", "DEPROVISIONED"])
def test_an_account_that_is_shut_already_is_left_alone(house, status):
    house.act("set-status", status=status)

    assert isinstance(house.do("suspend_user", house.subject), Unchanged)
    assert house.sent() == []


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate"])
def test_a_lost_answer_is_said_and_the_next_attempt_leaves_one_change(house, kind):
    house.fault("suspend$", kind)
    with pytest.raises(AnswerLost):
        house.do("suspend_user", house.subject)

    house.do("suspend_user", house.subject)
    assert house.writes() == [f"user {house.subject.id} status SUSPENDED"]
    assert house.duplicates() == []


@pytest.mark.parametrize(("finder", "closer"), CLOSERS.items())
@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate"])
def test_a_lost_answer_to_any_close_leaves_one_change_after_the_next_attempt(house, finder, closer, kind):
    thing = first(house, finder)
    house.fault("^(DELETE|POST) ", kind)
    with pytest.raises(AnswerLost):
        house.do(closer, house.subject, thing)

    house.do(closer, house.subject, thing)
    assert len(house.writes()) == 1
    assert thing.id not in [each.id for each in house.do(finder, house.subject)]


def test_a_write_okta_accepts_without_doing_it_is_no_success(house):
    house.fault("suspend$", "status", status=200, body={})

    with pytest.raises(ServiceError, match="reads ACTIVE"):
        house.do("suspend_user", house.subject)


@pytest.mark.parametrize(("finder", "closer"), CLOSERS.items())
def test_a_close_okta_accepts_without_doing_it_is_no_success(house, finder, closer):
    thing = first(house, finder)
    house.fault("^(DELETE|POST) ", "status", status=204)

    with pytest.raises(ServiceError, match=r"after the call$"):
        house.do(closer, house.subject, thing)


@pytest.mark.parametrize(("finder", "closer"), CLOSERS.items())
def test_closing_every_thing_of_a_layer_empties_it_and_a_repeat_is_unchanged(house, finder, closer):
    things = house.do(finder, house.subject)
    outcomes = [house.do(closer, house.subject, thing) for thing in things]

    assert things
    assert all(isinstance(each, Changed) for each in outcomes)
    assert house.do(finder, house.subject) == []
    assert all(isinstance(house.do(closer, house.subject, thing), Unchanged) for thing in things)
    assert len(house.writes()) == len(house.sent()) == len(things)
    assert house.duplicates() == []


@pytest.mark.parametrize(("finder", "closer"), CLOSERS.items())
def test_planning_names_the_write_and_makes_none(house, finder, closer):
    for thing in house.do(finder, house.subject):
        assert house.plan(closer, house.subject, thing)["would"] == "write"
    assert house.plan("suspend_user", house.subject)["would"] == "write"
    assert house.plan("end_sessions", house.subject)["would"] == "write"
    assert house.plan("keep_state", house.subject)["would"] == "write"
    assert house.sent() == []
    assert house.items() == {}


@pytest.mark.parametrize("hostile", ["00T1/../../users/00u1", "x\r\nHost: evil", "..", "a?b", "a%2fb", ""])
def test_a_thing_whose_id_would_bend_the_address_is_refused(house, hostile):
    state = {"kind": "tokens", "client": hostile}
    before = house.requests()
    for closer in ("revoke_grant", "revoke_api_token", "suspend_device"):
        with pytest.raises(RefusedError):
            house.do(closer, house.subject, Thing(hostile, "x", state))
    assert house.requests() == before
    assert isinstance(house.do("unassign_role", house.subject, Thing(hostile, "x")), Unchanged)


def test_sessions_end_with_their_tokens_and_may_be_ended_again(house):
    assert house.do("end_sessions", house.subject) == Changed(None, {"answered": 204})
    house.do("end_sessions", house.subject)

    assert house.held()["sessions"] == house.held()["refresh_tokens"] == 0
    assert house.writes() == [f"user {house.subject.id} sessions ended"]
    assert len(house.sent()) == 2


def test_the_other_peoples_things_stay(house):
    before = house.held(NEIGHBOUR)
    house.do("suspend_user", house.subject)
    for finder, closer in CLOSERS.items():
        for thing in house.do(finder, house.subject):
            house.do(closer, house.subject, thing)

    assert house.held(NEIGHBOUR) == before
    assert house.held(OWNER)["api_tokens"] == ["release-pipeline"]


def test_somebody_elses_token_is_refused(house):
    (theirs,) = house.do("find_api_tokens", house.person(OWNER))

    assert isinstance(house.do("revoke_api_token", house.subject, theirs), Refused)
    assert house.held(OWNER)["api_tokens"] == ["release-pipeline"]


def test_a_token_made_in_the_meantime_is_found(house):
    house.act("mint-api-token", name="spare")

    assert [each.label for each in house.do("find_api_tokens", house.subject)] == ["build-notifier", "spare"]


def test_a_device_others_use_is_shared(house):
    assert [each.shared for each in house.do("find_devices", house.subject)] == [False]
    house.act("share-device", **{"with": NEIGHBOUR.mail})
    assert [each.shared for each in house.do("find_devices", house.subject)] == [True]


def test_a_role_that_comes_with_a_group_is_refused_with_the_way_to_end_it(house):
    house.act("group-role", type="USER_ADMIN")
    thing = next(
        each for each in house.do("find_roles", house.subject) if each.state["assignmentType"] == "GROUP"
    )

    outcome = house.do("unassign_role", house.subject, thing)
    assert isinstance(outcome, Refused)
    assert "take the person out of it" in outcome.why
    assert house.sent() == []


def test_what_was_suspended_is_given_back_once(house):
    before = house.do("suspend_user", house.subject).before
    outcome = house.do("unsuspend_user", house.subject, before)

    assert (outcome.before["status"], outcome.after["status"]) == ("SUSPENDED", "ACTIVE")
    assert isinstance(house.do("unsuspend_user", house.subject, before), Unchanged)
    assert len(house.sent()) == 2


@pytest.mark.parametrize("status", ["DEPROVISIONED", "LOCKED_OUT"])
def test_an_account_others_changed_since_is_not_reopened(house, status):
    before = house.do("suspend_user", house.subject).before
    house.act("set-status", status=status)

    assert isinstance(house.do("unsuspend_user", house.subject, before), Refused)
    assert house.held()["status"] == status


def test_an_account_that_was_not_active_before_is_not_made_active(house):
    house.act("set-status", status="SUSPENDED")

    assert isinstance(house.do("unsuspend_user", house.subject, {"status": "SUSPENDED"}), Refused)
    assert house.sent() == []


def test_a_device_is_given_back_once(house):
    thing = first(house, "find_devices")
    before = house.do("suspend_device", house.subject, thing).before

    assert house.do("unsuspend_device", house.subject, thing, before) == Changed(
        {"status": "SUSPENDED"}, {"status": "ACTIVE"}
    )
    assert isinstance(house.do("unsuspend_device", house.subject, thing, before), Unchanged)
    assert house.held()["devices"] == ["ACTIVE"]


def test_a_role_is_given_back_once(house):
    thing = first(house, "find_roles")
    before = house.do("unassign_role", house.subject, thing).before
    outcome = house.do("assign_role", house.subject, thing, before)

    assert outcome.after["type"] == "GROUP_MEMBERSHIP_ADMIN"
    assert isinstance(house.do("assign_role", house.subject, thing, before), Unchanged)
    assert house.held()["roles"] == ["GROUP_MEMBERSHIP_ADMIN"]


def test_a_limited_role_is_not_given_back_without_its_limits(house):
    house.act("limit-role")
    thing = first(house, "find_roles")
    before = house.do("unassign_role", house.subject, thing).before

    assert isinstance(house.do("assign_role", house.subject, thing, before), Refused)
    assert house.held()["roles"] == []


@pytest.mark.parametrize("status", [429, 503])
def test_not_now_is_waited_out_and_the_write_happens_once(house, status):
    house.fault("suspend$", status=status, headers={"Retry-After": "1"}, times=2)

    assert isinstance(house.do("suspend_user", house.subject), Changed)
    assert len(house.writes()) == 1

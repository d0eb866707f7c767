"""Closing and reopening: one change in the world, read back, refused before anything is sent, safe to repeat."""

import json
from datetime import datetime

import pytest

from integrations.lab.company import NEIGHBOUR, PERSONAS, SUBJECT
from runner.actions.contract import SERVICES
from runner.actions.values import Changed, Refused, Thing, Unchanged
from runner.errors import AnswerLost, RefusedError, ServiceError, ServiceRefused

CLOSERS = {
    "find_grants": "revoke_grant", "find_app_passwords": "delete_app_password", "find_roles": "unassign_role",
    "find_devices": "block_device",
}  # fmt: skip
PHONE = SUBJECT.phone.replace(" ", "")
MUTATES = "^(DELETE|PUT|POST) /(admin|v1)"


def first(house, finder):
    return house.do(finder, house.subject)[0]


def test_suspending_shuts_the_account_and_says_what_was_and_since_when_mail_bounces(house):
    outcome = house.do("suspend_user", house.subject)

    assert isinstance(outcome, Changed)
    assert outcome.before == {"suspended": False}
    assert (outcome.after["suspended"], outcome.after["suspensionReason"]) == (True, "ADMIN")
    assert outcome.after["suspended_at"] == outcome.after["suspensionTime"]
    assert house.held()["suspended"] is True
    assert house.sent() == [f"PUT /admin/directory/v1/users/{house.subject.id}"]
    [sent] = [each for each in house.entries() if each["method"] == "PUT"]
    assert json.loads(sent["body"]) == {"suspended": True}


def test_where_google_gives_no_time_of_suspension_our_clock_does(house, lab):
    suspend = lab.suspend

    def untimed(user, value, reason):
        suspend(user, value, reason)
        lab.world.users[user].pop("suspensionTime", None)

    lab.suspend = untimed
    outcome = house.do("suspend_user", house.subject)
    assert datetime.fromisoformat(outcome.after["suspended_at"]).tzinfo


def test_mail_routing_is_a_task_and_suspension_does_not_wait_for_it(house):
    house.do("suspend_user", house.subject)

    by_hand = SERVICES["google"].by_hand["shared"]
    assert by_hand.startswith("now: route the person's mail to the evidence mailbox")
    assert "bounces" in by_hand
    assert isinstance(house.do("suspend_user", house.subject), Unchanged)
    assert house.do("suspend_user", house.subject).state["suspended_at"]


def test_a_guest_is_refused_with_the_way_to_end_it(house):
    house.act("invite-as-guest")

    outcome = house.do("suspend_user", house.subject)
    assert isinstance(outcome, Refused)
    assert "guest" in outcome.why
    assert house.sent() == []


@pytest.mark.parametrize("reason", ["ABUSE", "WEB_LOGIN_REQUIRED"])
def test_a_suspension_by_google_is_made_an_administrators(house, reason):
    house.act("suspend-by-google", reason=reason)

    outcome = house.do("suspend_user", house.subject)
    assert isinstance(outcome, Changed)
    assert outcome.before["suspensionReason"] == reason
    assert isinstance(house.do("unsuspend_user", house.subject, outcome.before), Refused)


@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate"])
def test_a_lost_answer_is_said_and_the_next_attempt_leaves_one_change(house, kind):
    house.fault("^PUT ", kind)
    with pytest.raises(AnswerLost):
        house.do("suspend_user", house.subject)

    house.do("suspend_user", house.subject)
    assert house.writes() == [f"user {house.subject.id} suspended True"]
    assert house.duplicates() == []


@pytest.mark.parametrize(("finder", "closer"), CLOSERS.items())
@pytest.mark.parametrize("kind", ["lose-answer", "reset", "truncate"])
def test_a_lost_answer_to_any_close_leaves_one_change_after_the_next_attempt(house, finder, closer, kind):
    thing = first(house, finder)
    house.fault(MUTATES, kind)
    with pytest.raises(AnswerLost):
        house.do(closer, house.subject, thing)

    house.do(closer, house.subject, thing)
    assert len(house.writes()) == 1
    assert thing.id not in [each.id for each in house.do(finder, house.subject)]


@pytest.mark.parametrize(("finder", "closer"), CLOSERS.items())
def test_a_close_google_accepts_without_doing_it_is_no_success(house, finder, closer):
    thing = first(house, finder)
    house.fault(MUTATES, "status", status=200, body={})

    with pytest.raises(ServiceError, match=r"after the call$"):
        house.do(closer, house.subject, thing)


@pytest.mark.parametrize("closer", ["suspend_user", "clear_recovery"])
def test_an_update_google_accepts_without_doing_it_is_no_success(house, closer):
    house.fault("^PUT ", "status", status=200, body={})

    with pytest.raises(ServiceError, match=r"after the call$"):
        house.do(closer, house.subject)


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


@pytest.mark.parametrize(("finder", "closer"), list(CLOSERS.items())[:3])
def test_what_is_gone_when_we_delete_it_is_done(house, finder, closer):
    thing = first(house, finder)
    house.fault(
        "^DELETE ", "status", status=404, body={"error": {"code": 404, "message": "Resource Not Found"}}
    )
    with pytest.raises(ServiceError, match=r"after the call$"):  # it said gone, and it is there
        house.do(closer, house.subject, thing)

    house.fault("^DELETE ", "status", status=403, body={"error": {"code": 403, "message": "Not Authorized"}})
    with pytest.raises(ServiceRefused, match="Not Authorized"):
        house.do(closer, house.subject, thing)


@pytest.mark.parametrize(("finder", "closer"), CLOSERS.items())
def test_planning_names_the_write_and_makes_none(house, finder, closer):
    for thing in house.do(finder, house.subject):
        assert house.plan(closer, house.subject, thing)["would"] == "write"
    for each in (
        "suspend_user",
        "sign_out",
        "invalidate_backup_codes",
        "clear_recovery",
        "keep_state",
        "keep_log",
        "place_holds",
    ):
        assert house.plan(each, house.subject)["would"] == "write"
    assert house.sent() == []
    assert house.items() == {}


@pytest.mark.parametrize(
    "hostile", ["a/../../users/1", "x\r\nHost: evil", "..", "a?b", "a%2fb", "", "a:b:c", "a b:c"]
)
def test_a_thing_whose_id_would_bend_the_address_reaches_none(house, hostile):
    assert isinstance(house.do("revoke_grant", house.subject, Thing(hostile, "x")), Unchanged)
    assert isinstance(house.do("delete_app_password", house.subject, Thing(hostile, "x")), Unchanged)
    assert isinstance(house.do("unassign_role", house.subject, Thing(hostile, "x")), Unchanged)
    with pytest.raises(RefusedError):
        house.do("block_device", house.subject, Thing(hostile, "x"))
    assert house.sent() == []


def test_a_client_id_that_would_bend_the_address_is_not_put_into_one(house, lab):
    bent = "../../users/somebody"
    mine = lab.world.tokens[house.subject.id]
    mine[bent] = {**next(iter(mine.values())), "clientId": bent}
    with pytest.raises(RefusedError):
        house.do("revoke_grant", house.subject, Thing(bent, "x"))
    assert house.sent() == []


def test_sessions_end_and_may_be_ended_again(house):
    assert house.do("sign_out", house.subject) == Changed(None, {"answered": 204})
    house.do("sign_out", house.subject)

    assert house.held()["sessions"] == 0
    assert house.writes() == [f"user {house.subject.id} signed out"]
    assert len(house.sent()) == 2


def test_backup_codes_are_made_void_unseen(house):
    assert house.held()["codes"] == 10
    assert house.do("invalidate_backup_codes", house.subject) == Changed(None, {"answered": 204})
    house.do("invalidate_backup_codes", house.subject)

    assert house.held()["codes"] == 0
    assert house.writes() == [f"user {house.subject.id} backup codes void"]
    assert [each for each in house.requests() if each.endswith("/verificationCodes")] == []


def test_where_google_refuses_to_make_codes_void_that_is_said(house):
    house.fault(
        "invalidate$", "status", status=400, body={"error": {"code": 400, "message": "Invalid Input"}}
    )

    with pytest.raises(ServiceRefused, match="Invalid Input"):
        house.do("invalidate_backup_codes", house.subject)


def test_recovery_data_is_cleared_and_comes_back_as_it_was(house):
    before = house.held()["recovery"]
    outcome = house.do("clear_recovery", house.subject)

    assert outcome.before == {"recoveryEmail": before[0], "recoveryPhone": PHONE}
    assert outcome.after == {"recoveryEmail": "", "recoveryPhone": ""}
    assert house.held()["recovery"] == ["", ""]
    assert isinstance(house.do("clear_recovery", house.subject), Unchanged)

    again = house.do("restore_recovery", house.subject, outcome.before)
    assert (again.before, again.after) == (outcome.after, outcome.before)
    assert isinstance(house.do("restore_recovery", house.subject, outcome.before), Unchanged)
    assert house.held()["recovery"] == before
    assert len(house.sent()) == len(house.writes()) == 2


def test_a_password_is_never_set(house):
    house.do("clear_recovery", house.subject)
    bodies = [each["body"] for each in house.entries() if each["method"] == "PUT"]

    assert bodies == ['{"recoveryEmail":null,"recoveryPhone":null}']


def test_only_the_recovery_data_there_was_is_cleared_and_given_back(house):
    house.act("set-recovery", field="recoveryEmail", value="")
    before = house.do("clear_recovery", house.subject).before
    house.do("restore_recovery", house.subject, before)

    assert before == {"recoveryEmail": "", "recoveryPhone": PHONE}
    assert house.held()["recovery"] == ["", PHONE]


def test_recovery_data_somebody_set_since_is_not_overwritten(house):
    before = house.do("clear_recovery", house.subject).before
    house.act("set-recovery", field="recoveryPhone", value="+12025550199")

    outcome = house.do("restore_recovery", house.subject, before)
    assert isinstance(outcome, Refused)
    assert house.held()["recovery"] == ["", "+12025550199"]


def test_a_half_restored_account_is_restored_whole(house):
    before = house.do("clear_recovery", house.subject).before
    house.act("set-recovery", field="recoveryPhone", value=PHONE)

    assert isinstance(house.do("restore_recovery", house.subject, before), Changed)
    assert house.held()["recovery"] == [before["recoveryEmail"], PHONE]


def test_the_other_peoples_things_stay(house):
    before, twin = house.held(NEIGHBOUR), house.held(PERSONAS[1])
    for each in ("suspend_user", "sign_out", "invalidate_backup_codes", "clear_recovery"):
        house.do(each, house.subject)
    for finder, closer in CLOSERS.items():
        for thing in house.do(finder, house.subject):
            house.do(closer, house.subject, thing)

    assert house.held(NEIGHBOUR) == before
    assert house.held(PERSONAS[1]) == twin


def test_a_device_of_somebody_else_is_refused(house):
    (theirs,) = house.do("find_devices", house.person(NEIGHBOUR))

    assert isinstance(house.do("block_device", house.subject, theirs), Refused)
    assert house.held(NEIGHBOUR)["devices"] == ["APPROVED"]


def test_what_was_made_in_the_meantime_is_found(house):
    house.act("consent", app="Late one")
    house.act("app-password", name="late")

    assert "Late one" in [each.label for each in house.do("find_grants", house.subject)]
    assert "late" in [each.label for each in house.do("find_app_passwords", house.subject)]


def test_the_companys_devices_and_those_others_use_are_shared(house):
    assert [each.shared for each in house.do("find_devices", house.subject)] == [False]
    house.act("company-laptop")
    assert [each.shared for each in house.do("find_devices", house.subject)] == [False, True]
    house.act("share-device", **{"with": NEIGHBOUR.mail})
    assert [each.shared for each in house.do("find_devices", house.subject)] == [True, True]


def test_blocking_a_shared_device_blocks_one_person_on_it(house):
    house.act("share-device", **{"with": NEIGHBOUR.mail})
    house.do("block_device", house.subject, first(house, "find_devices"))

    assert house.held()["devices"] == ["BLOCKED"]
    assert house.held(NEIGHBOUR)["devices"] == ["APPROVED", "APPROVED"]


def test_a_device_that_waited_for_approval_is_blocked_and_not_approved_by_the_way_back(house, lab):
    use = next(each for each in lab.world.uses.values() if each["userEmail"] == SUBJECT.mail)
    use["managementState"] = "PENDING_APPROVAL"
    thing = first(house, "find_devices")
    before = house.do("block_device", house.subject, thing).before

    assert isinstance(house.do("approve_device", house.subject, thing, before), Refused)
    assert house.held()["devices"] == ["BLOCKED"]


@pytest.mark.parametrize("state", ["UNENROLLED", "WIPED", "WIPING"])
def test_a_device_that_is_shut_already_is_left_alone(house, lab, state):
    thing = first(house, "find_devices")
    use = next(each for each in lab.world.uses.values() if each["userEmail"] == SUBJECT.mail)
    use["managementState"] = state

    assert isinstance(house.do("block_device", house.subject, thing), Unchanged)
    assert isinstance(
        house.do("approve_device", house.subject, thing, {"managementState": "APPROVED"}), Refused
    )
    assert house.do("find_devices", house.subject) == []


def test_a_device_google_knows_no_more_is_shut(house, lab):
    thing = first(house, "find_devices")
    lab.world.uses.clear()

    assert isinstance(house.do("block_device", house.subject, thing), Unchanged)


def test_a_device_that_answers_later_than_the_call_is_not_called_blocked(house):
    thing = first(house, "find_devices")
    house.fault(":block$", "status", status=200, body={"name": "operations/1", "done": False})

    with pytest.raises(ServiceError, match="reads APPROVED after the call"):
        house.do("block_device", house.subject, thing)


def test_a_role_that_comes_with_a_group_is_refused_with_the_way_to_end_it(house):
    house.act("group-role", role="Audit reader")
    thing = next(each for each in house.do("find_roles", house.subject) if each.label == "Audit reader")

    outcome = house.do("unassign_role", house.subject, thing)
    assert isinstance(outcome, Refused)
    assert "take the person out of it" in outcome.why
    assert house.sent() == []


def test_what_was_suspended_is_given_back_once(house):
    before = house.do("suspend_user", house.subject).before
    outcome = house.do("unsuspend_user", house.subject, before)

    assert (outcome.before["suspended"], outcome.after) == (True, {"suspended": False})
    assert isinstance(house.do("unsuspend_user", house.subject, before), Unchanged)
    assert len(house.sent()) == 2


def test_an_account_google_suspended_since_is_not_reopened(house):
    before = house.do("suspend_user", house.subject).before
    house.act("suspend-by-google", reason="ABUSE")

    assert isinstance(house.do("unsuspend_user", house.subject, before), Refused)
    assert house.held()["suspended"] is True


def test_a_device_is_given_back_once(house):
    thing = first(house, "find_devices")
    before = house.do("block_device", house.subject, thing).before

    assert house.do("approve_device", house.subject, thing, before).after["managementState"] == "APPROVED"
    assert isinstance(house.do("approve_device", house.subject, thing, before), Unchanged)
    assert house.held()["devices"] == ["APPROVED"]


def test_a_role_is_given_back_once_with_its_limits(house):
    thing = first(house, "find_roles")
    roles = house.held()["roles"]
    before = house.do("unassign_role", house.subject, thing).before
    assert house.held()["roles"] == []
    outcome = house.do("assign_role", house.subject, thing, before)

    assert outcome.after["orgUnitId"] == before["orgUnitId"]
    assert isinstance(house.do("assign_role", house.subject, thing, before), Unchanged)
    assert house.held()["roles"] == roles


def test_the_same_role_without_its_limits_is_not_the_one_we_took(house, lab):
    thing = first(house, "find_roles")
    before = house.do("unassign_role", house.subject, thing).before
    lab.world.assignment(house.subject.id, "_GROUPS_ADMIN_ROLE")

    assert isinstance(house.do("assign_role", house.subject, thing, before), Changed)
    assert len(house.held()["roles"]) == 2


def test_a_role_of_a_group_is_given_to_nobody(house, lab):
    group = next(iter(lab.world.groups))
    before = lab.world.assignment(group, "Audit reader", "group")

    assert isinstance(house.do("assign_role", house.subject, Thing("x", "Audit reader"), before), Refused)
    assert house.sent() == []


@pytest.mark.parametrize(
    "busy",
    [
        {"status": 429},
        {"status": 503, "headers": {"Retry-After": "1"}},
        {"status": 403, "body": {"error": {"code": 403, "errors": [{"reason": "userRateLimitExceeded"}]}}},
        {"status": 403, "body": {"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}}},
    ],
)
def test_not_now_is_waited_out_and_the_write_happens_once(house, busy):
    house.fault("^PUT ", times=2, **busy)

    assert isinstance(house.do("suspend_user", house.subject), Changed)
    assert len(house.writes()) == 1


@pytest.mark.parametrize("status", [500, 502])
def test_a_broken_gateway_may_have_done_it(house, status):
    house.fault("^PUT ", status=status)

    with pytest.raises(AnswerLost):
        house.do("suspend_user", house.subject)

"""Proofs: what is read back, what can only be inferred, and what is said instead of guessed."""

import pytest

from integrations.lab.company import SUBJECT
from runner.actions.contract import ACTIONS, SERVICES
from runner.actions.values import Account
from runner.errors import RefusedError, ServiceRefused
from tests.integrations.google.test_closing import CLOSERS

PROOFS = {
    "find_grants": "grants_are_revoked", "find_app_passwords": "app_passwords_are_deleted",
    "find_roles": "roles_are_removed", "find_devices": "devices_are_blocked",
}  # fmt: skip
NEVER = ("delete_user", "wipe", "reset_password", "release", "list_backup_codes", "generate")


@pytest.mark.parametrize(("finder", "proof"), PROOFS.items())
def test_a_layer_is_open_until_the_last_thing_is_closed(house, finder, proof):
    things = house.do(finder, house.subject)
    for thing in things:
        assert house.do(proof, house.subject).verdict == "open"
        house.do(CLOSERS[finder], house.subject, thing)

    assert house.do(proof, house.subject).verdict == "closed"


def test_the_account_is_closed_while_an_administrators_suspension_stands(house):
    assert house.do("user_is_suspended", house.subject).verdict == "open"
    assert house.do("find_open_account", house.subject)
    after = house.do("suspend_user", house.subject).after

    proof = house.do("user_is_suspended", house.subject)
    assert proof.verdict == "closed"
    assert house.do("find_open_account", house.subject) == []
    assert {key: after[key] for key in proof.state} == proof.state, (
        "undo compares what it left with what is there"
    )


@pytest.mark.parametrize("reason", ["ABUSE", "UNDER13", "WEB_LOGIN_REQUIRED"])
def test_a_suspension_by_google_is_no_closed_door(house, reason):
    house.act("suspend-by-google", reason=reason)

    proof = house.do("user_is_suspended", house.subject)
    assert proof.verdict == "open"
    assert reason in proof.why
    assert house.do("find_open_account", house.subject)


def test_sessions_are_unknown_until_the_log_shows_their_end_and_never_more_than_inferred(house):
    assert house.do("sessions_are_ended", house.subject).verdict == "unknown"
    house.do("sign_out", house.subject)

    proof = house.do("sessions_are_ended", house.subject)
    assert proof.verdict == "inferred"
    assert "lists no sessions" in proof.why
    assert "60 minutes" in proof.why


def test_a_sign_out_the_log_does_not_show_yet_proves_nothing(house):
    house.do("sign_out", house.subject)
    house.lab.log["admin"].clear()

    proof = house.do("sessions_are_ended", house.subject)
    assert proof.verdict == "unknown"
    assert "lags" in proof.why


def test_a_sign_out_that_is_long_past_proves_nothing(house):
    house.do("sign_out", house.subject)
    house.lab.log["admin"][-1]["id"]["time"] = "2026-01-01T00:00:00.000Z"

    assert house.do("sessions_are_ended", house.subject).verdict == "unknown"


def test_a_sign_out_at_the_suspension_is_proof_for_as_long_as_it_stands(house, lab):
    house.do("suspend_user", house.subject)
    house.do("sign_out", house.subject)
    lab.world.users[house.subject.id]["suspensionTime"] = "2026-09-01T08:00:00Z"
    lab.log["admin"][-1]["id"]["time"] = "2026-09-01T07:59:59.000Z"
    lab.log["login"] = [each for each in lab.log["login"] if each["id"]["time"] < "2026-09-01"]

    assert house.do("sessions_are_ended", house.subject).verdict == "inferred"


def test_the_sign_out_of_somebody_else_proves_nothing(house):
    house.do("sign_out", house.person(SUBJECT))
    house.lab.log["admin"][-1]["events"][0]["parameters"][0]["value"] = "maren.okafor@fjordlight.example"

    assert house.do("sessions_are_ended", house.subject).verdict == "unknown"


def test_a_sign_in_after_the_end_opens_the_door_again_and_a_failed_one_does_not(house):
    house.do("sign_out", house.subject)
    assert house.act("sign-in") == {"allowed": True}
    assert house.do("sessions_are_ended", house.subject).verdict == "open"

    house.do("suspend_user", house.subject)
    house.do("sign_out", house.subject)
    assert house.act("sign-in") == {"allowed": False}
    assert house.do("sessions_are_ended", house.subject).verdict == "inferred"


def test_recovery_is_open_while_anything_is_set(house):
    house.do("invalidate_backup_codes", house.subject)
    assert "recovery mail, recovery phone" in house.do("recovery_is_closed", house.subject).why
    house.do("clear_recovery", house.subject)
    house.act("set-recovery", field="recoveryPhone", value="+12025550199")

    proof = house.do("recovery_is_closed", house.subject)
    assert (proof.verdict, proof.why) == ("open", "still set: recovery phone")


def test_backup_codes_are_unknown_until_the_log_shows_their_end_and_never_more_than_inferred(house):
    house.do("clear_recovery", house.subject)
    assert house.do("recovery_is_closed", house.subject).verdict == "unknown"
    house.do("invalidate_backup_codes", house.subject)

    proof = house.do("recovery_is_closed", house.subject)
    assert proof.verdict == "inferred"
    assert "never listed" in proof.why


def test_new_backup_codes_open_the_door_again(house):
    house.do("clear_recovery", house.subject)
    house.do("invalidate_backup_codes", house.subject)
    house.act("new-codes")

    assert house.do("recovery_is_closed", house.subject).verdict == "open"


def test_undo_recognises_its_own_cleared_recovery_data(house):
    after = house.do("clear_recovery", house.subject).after
    state = house.do("recovery_is_closed", house.subject).state

    assert {key: state[key] for key in after} == after


def test_a_device_is_proved_by_what_google_says_and_not_by_what_was_asked(house, lab):
    house.do("block_device", house.subject, house.do("find_devices", house.subject)[0])
    use = next(each for each in lab.world.uses.values() if each["userEmail"] == SUBJECT.mail)
    use["managementState"] = "APPROVED"

    assert house.do("devices_are_blocked", house.subject).verdict == "open"


def test_a_log_that_may_not_be_read_is_no_proof(house):
    house.do("sign_out", house.subject)
    house.fault(
        "/reports/", status=403, body={"error": {"code": 403, "message": "Not Authorized"}}, times=None
    )

    with pytest.raises(ServiceRefused):
        house.do("sessions_are_ended", house.subject)


def test_a_mail_that_would_widen_a_filter_is_in_none(house, lab):
    lab.world.users[house.subject.id]["primaryEmail"] = "a@b.example,eventName==X"

    with pytest.raises(RefusedError):
        house.do("sessions_are_ended", house.subject)
    assert [each for each in house.requests() if "/reports/" in each] == []


def test_a_mail_with_a_colon_is_in_no_search_of_devices(house, lab):
    lab.world.users[house.subject.id]["primaryEmail"] = "a b:c@d.example"

    with pytest.raises(RefusedError):
        house.do("find_devices", house.subject)


def test_every_layer_has_a_door_or_a_reason():
    google = SERVICES["google"]
    closed = {each.layer for each in ACTIONS.values() if each.vendor == "google" and each.kind == "close"}

    assert closed == {"account", "session", "grant", "token", "key", "device", "role"}
    assert set(google.by_hand) == {"app", "shared"}
    assert set(google.lacks) == {"membership"}


def test_nothing_here_deletes_a_person_lets_go_of_a_hold_or_wipes_a_device():
    names = " ".join(each for each in ACTIONS if each.startswith("google."))

    assert [each for each in NEVER if each in names] == []


@pytest.mark.parametrize(
    "hostile",
    ["me", "all", SUBJECT.mail, "1" * 20, "1" * 22, "1" * 20 + "é", "1" * 20 + "/", "1" * 21 + "\n", ""],
)
def test_an_id_google_does_not_issue_is_refused_before_anything_is_sent(house, hostile):
    account = Account("google", hostile, "x")
    about = [
        each.name.partition(".")[2] for each in ACTIONS.values()
        if each.vendor == "google" and each.kind in {"keep", "prove"}
    ]  # fmt: skip
    for name in [*about, "suspend_user", "sign_out", "clear_recovery", "find_apps", "find_observations"]:
        with pytest.raises(RefusedError):
            house.do(name, account)
    assert house.requests(tokens=True) == []

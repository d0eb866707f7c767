"""Proofs: what is read back, what lasts until a stated time, what can only be inferred, what is a person's task."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.lab.entra import GUEST, HYBRID
from integrations.lab.entra.shapes import spelled
from runner.actions.contract import ACTIONS, SERVICES
from tests.integrations.entra.test_closing import CLOSERS, close_all_of

PROOFS = {
    "find_grants": "grants_are_revoked", "find_roles": "roles_are_removed",
    "find_assignments": "assignments_are_removed", "find_devices": "devices_are_disabled",
    "find_methods": "methods_are_removed", "find_keys": "keys_are_removed",
}  # fmt: skip


def ended(house, ago):
    """Let sessions have been ended a while ago, and nobody have signed in since."""
    moment = datetime.now(UTC) - ago
    house.user()["signInSessionsValidFromDateTime"] = spelled(moment)
    house.lab.sign_ins = [each for each in house.lab.sign_ins if each["createdDateTime"] < spelled(moment)]


def proof(house, name="sessions_are_ended"):
    return house.do(name, house.subject)


@pytest.mark.parametrize(("finder", "name"), PROOFS.items())
def test_a_layer_is_open_until_the_last_thing_is_closed(house, finder, name):
    for thing in house.things(finder):
        assert proof(house, name).verdict == "open"
        house.do(CLOSERS[finder], house.subject, thing)

    assert proof(house, name).verdict == "closed"


@pytest.mark.parametrize("enabled", [True, False])
def test_the_account_is_closed_only_while_entra_says_so(house, enabled):
    house.act("set-enabled", enabled=enabled)

    assert proof(house, "user_is_disabled").verdict == ("open" if enabled else "closed")
    assert (house.things("find_open_account") == []) is not enabled


def test_a_synchronised_account_is_never_called_closed_and_says_what_a_person_is_to_do(house):
    hybrid = house.person(HYBRID)
    assert house.do("user_is_disabled", hybrid).verdict == "open"
    house.do("disable_user", hybrid)

    found = house.do("user_is_disabled", hybrid)
    assert found.verdict == "by-hand"
    assert "disable it there, reset its password there twice" in found.why
    (thing,) = house.do("find_open_account", hybrid)
    assert "disable it there too" in thing.label
    house.act("synchronise", HYBRID)
    assert house.do("user_is_disabled", hybrid).verdict == "open"


def test_a_synchronised_computer_is_a_persons_task_too(house):
    house.act("hybrid-device")
    close_all_of(house, "find_devices")

    found = proof(house, "devices_are_disabled")
    assert found.verdict == "by-hand"
    assert "cork-" in found.why


def test_sessions_are_open_until_they_are_ended_and_then_pending_until_tokens_expired(house):
    assert proof(house).verdict == "open"
    house.do("end_sessions", house.subject)

    found = proof(house)
    since = datetime.fromisoformat(found.state["signInSessionsValidFromDateTime"])
    assert found.verdict == "pending"
    assert datetime.fromisoformat(found.until) == since + timedelta(minutes=90)
    assert "15 minutes" in found.why
    assert "app cookies" in found.why


def test_afterwards_sessions_are_never_more_than_inferred_and_it_says_why(house):
    ended(house, timedelta(minutes=91))

    found = proof(house)
    assert found.verdict == "inferred"
    assert "lists no sessions" in found.why
    assert found.until == ""


@pytest.mark.parametrize(("minutes", "verdict"), [(0, "inferred"), (60, "inferred"), (240, "pending")])
def test_tokens_live_as_long_as_the_tenants_policy_says(make, minutes, verdict):
    house = make(token_minutes=minutes)
    ended(house, timedelta(minutes=70))

    assert proof(house).verdict == verdict


def test_a_sign_in_after_the_end_opens_the_door_again(house):
    ended(house, timedelta(hours=2))
    assert house.act("sign-in") == {"errorCode": 0}

    assert "signed in again at" in proof(house).why
    assert proof(house).verdict == "open"


def test_a_failed_sign_in_after_the_end_opens_nothing(house):
    house.do("disable_user", house.subject)
    house.do("end_sessions", house.subject)

    assert house.act("sign-in") == {"errorCode": 50057}
    assert proof(house).verdict == "pending"


def test_an_end_that_is_long_past_proves_nothing_while_the_account_is_open(house):
    ended(house, timedelta(days=8))

    assert proof(house).verdict == "open"


def test_a_disabled_account_nobody_signed_in_to_since_needs_no_recent_end(house):
    ended(house, timedelta(days=8))
    house.act("set-enabled", enabled=False)

    assert proof(house).verdict == "inferred"


@pytest.mark.parametrize(
    ("enabled", "ago", "verdict"),
    [
        (True, timedelta(hours=2), "open"),
        (False, timedelta(hours=2), "inferred"),
        (False, timedelta(minutes=2), "pending"),
        (False, timedelta(days=8), "open"),
    ],
)
def test_without_a_licence_for_the_log_only_a_disabled_account_ended_lately_is_inferred(
    house, lab, enabled, ago, verdict
):
    ended(house, ago)
    house.act("set-enabled", enabled=enabled)
    lab.premium = False

    found = proof(house)
    assert found.verdict == verdict
    assert "Entra ID P1" in found.why or verdict == "pending"


def test_a_user_entra_shows_no_time_for_is_open(house):
    house.user()["signInSessionsValidFromDateTime"] = None

    assert proof(house).verdict == "open"


def test_the_sessions_of_a_guest_are_a_persons_task(house):
    found = house.do("sessions_are_ended", house.person(GUEST))

    assert found.verdict == "by-hand"
    assert "home tenant" in found.why


def test_apps_that_come_with_a_group_are_named_beside_the_closed_door(house):
    close_all_of(house, "find_assignments")

    assert "1 come with groups" in proof(house, "assignments_are_removed").why
    assert {each.label for each in house.things("find_apps")} == {"Harbour CI"}


def test_two_apps_of_one_name_are_told_apart_and_an_app_without_a_name_keeps_its_id(house, lab):
    twin = lab.world.principal("twin")
    lab.world.principals[twin]["displayName"] = "Tidewater Boards"
    lab.world.assign(house.subject.id, "User", twin, "00000000-0000-0000-0000-000000000000")

    assert f"Tidewater Boards {twin}" in {each.label for each in house.things("find_apps")}


def test_every_layer_has_a_door_or_a_reason():
    entra = SERVICES["entra"]
    closed = {each.layer for each in ACTIONS.values() if each.vendor == "entra" and each.kind == "close"}

    assert sorted([*closed, *entra.lacks, *entra.by_hand]) == sorted(
        ["account", "session", "grant", "token", "key", "device", "role", "membership", "shared", "app"]
    )

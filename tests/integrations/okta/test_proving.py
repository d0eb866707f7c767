"""Proofs and evidence: what is read back, what can only be inferred, and what is kept as received."""

import json

import pytest

from integrations.lab.company import SUBJECT
from runner.actions.contract import ACTIONS, SERVICES
from runner.errors import RateLimited, ServiceRefused
from tests.integrations.okta.test_closing import CLOSERS

PROOFS = {
    "find_grants": "grants_are_revoked", "find_api_tokens": "api_tokens_are_revoked", "find_roles": "roles_are_removed",
    "find_devices": "devices_are_suspended",
}  # fmt: skip


@pytest.mark.parametrize(("finder", "proof"), PROOFS.items())
def test_a_layer_is_open_until_the_last_thing_is_closed(house, finder, proof):
    things = house.do(finder, house.subject)
    for thing in things:
        assert house.do(proof, house.subject).verdict == "open"
        house.do(CLOSERS[finder], house.subject, thing)

    assert house.do(proof, house.subject).verdict == "closed"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("ACTIVE", "open"),
        ("LOCKED_OUT", "open"),
        ("STAGED", "open"),
        ("SUSPENDED", "closed"),
        ("DEPROVISIONED", "closed"),
    ],
)
def test_the_account_is_closed_only_while_okta_says_so(house, status, verdict):
    house.act("set-status", status=status)

    assert house.do("user_is_suspended", house.subject).verdict == verdict
    assert (house.do("find_open_account", house.subject) == []) == (verdict == "closed")


def test_sessions_are_never_more_than_inferred_and_it_says_why(house):
    assert house.do("sessions_are_ended", house.subject).verdict == "open"
    house.do("end_sessions", house.subject)

    proof = house.do("sessions_are_ended", house.subject)
    assert proof.verdict == "inferred"
    assert "lists no sessions" in proof.why


def test_a_sign_in_after_the_end_opens_the_door_again(house):
    house.do("end_sessions", house.subject)
    assert house.act("sign-in") == {"result": "SUCCESS"}

    assert house.do("sessions_are_ended", house.subject).verdict == "open"


def test_an_end_that_is_long_past_proves_nothing(house):
    house.do("end_sessions", house.subject)
    house.lab.log[-1]["published"] = "2026-01-01T00:00:00.000Z"

    assert house.do("sessions_are_ended", house.subject).verdict == "open"


def test_a_failed_sign_in_after_the_end_opens_nothing(house):
    house.do("suspend_user", house.subject)
    house.do("end_sessions", house.subject)

    assert house.act("sign-in") == {"result": "FAILURE"}
    assert house.do("sessions_are_ended", house.subject).verdict == "inferred"


def test_the_state_is_kept_as_received(house):
    kept = house.do("keep_state", house.subject)
    items = house.items()

    assert kept.missing == ""
    assert len(kept.items) == len(items)
    assert {name.rpartition("-")[0] for name in items} == {
        "user", "roles", "grants", "clients", "groups", "factors", "appLinks", "devices", "refresh-tokens-of-client-1",
        "refresh-tokens-of-client-2", "api-token-1",
    }  # fmt: skip
    assert json.loads(items["user-0001.json"])["profile"]["login"] == SUBJECT.mail
    assert json.loads(items["api-token-1-0001.json"])["name"] == "build-notifier"
    assert house.sent() == []


def test_the_state_of_others_is_not_kept(house):
    house.do("keep_state", house.subject)

    assert b"release-pipeline" not in b"".join(house.items().values())


def test_keeping_the_state_twice_gives_the_same_bytes(house):
    house.do("keep_state", house.subject)
    first = dict(house.items())
    house.do("keep_state", house.subject)

    assert house.items() == first


@pytest.mark.parametrize("part", ["groups", "factors", "appLinks", "devices"])
def test_what_closing_does_not_destroy_may_be_missing_by_name(house, part):
    house.fault(f"/{part}$", status=403, body={"errorCode": "E0000006"})

    assert house.do("keep_state", house.subject).missing == f"refused by Okta: {part} (403)"


@pytest.mark.parametrize("part", ["roles", "grants", "clients", r"api-tokens/\w+"])
def test_what_closing_destroys_must_be_kept(house, part):
    house.fault(f"/{part}$", status=403, body={"errorCode": "E0000006"})

    with pytest.raises(ServiceRefused):
        house.do("keep_state", house.subject)


def test_the_log_is_kept_oldest_first_page_by_page(house):
    house.do("suspend_user", house.subject)
    kept = house.do("keep_log", house.subject)
    pages = [json.loads(body) for body in house.items().values()]
    events = [event for page in pages for event in page]

    assert [len(page) for page in pages][:-1] == [1000] * (len(pages) - 1)
    assert len(kept.items) == len(pages) == 2
    assert events == sorted(events, key=lambda each: each["published"])
    assert events[-1]["eventType"] == "user.lifecycle.suspend"
    assert "severance/0 (amber-falcon-7)" in events[-1]["client"]["userAgent"]["rawUserAgent"]
    assert {each["actor"]["id"] for each in events[:-1]} == {house.subject.id}


def test_a_rate_limit_in_the_middle_of_the_log_cuts_nothing_off(house):
    house.fault("/api/v1/logs$", status=429, headers={"X-Rate-Limit-Reset": "0"}, times=2)
    house.do("keep_log", house.subject)
    whole = sum(len(json.loads(body)) for body in house.items().values())
    house.items().clear()
    house.lab.faults.clear()
    house.do("keep_log", house.subject)

    assert sum(len(json.loads(body)) for body in house.items().values()) == whole > 1000


def test_a_log_that_stays_limited_is_an_error_and_not_half_a_log(house):
    house.fault("/api/v1/logs$", status=429, headers={"Retry-After": "3600"}, times=None)

    with pytest.raises(RateLimited):
        house.do("keep_log", house.subject)


def test_the_apps_are_named_as_okta_names_them_and_two_instances_are_told_apart(house, lab):
    assert {each.label for each in house.do("find_apps", house.subject)} == {"github_enterprise", "miro"}

    link = next(each for each in lab.world.links[house.subject.id] if each["appName"] == "miro")
    lab.world.links[house.subject.id].append({**link, "appInstanceId": "0oaSecond"})
    assert {each.label for each in house.do("find_apps", house.subject)} == {
        "github_enterprise", f"miro {link['appInstanceId']}", "miro 0oaSecond",
    }  # fmt: skip


def test_every_layer_has_a_door_or_a_reason():
    okta = SERVICES["okta"]
    closed = {each.layer for each in ACTIONS.values() if each.vendor == "okta" and each.kind == "close"}
    layers = [*closed, *okta.lacks, *okta.by_hand]

    assert sorted(layers) == sorted(
        ["account", "session", "grant", "token", "key", "device", "role", "membership", "shared", "app"]
    )


def test_every_close_has_a_proof_and_an_undo_or_a_reason():
    for each in ACTIONS.values():
        if each.vendor == "okta" and each.kind == "close":
            assert ACTIONS[each.proof].layer == each.layer
            assert bool(each.no_undo) != (each.undo in ACTIONS)
            assert each.destroys is None or ACTIONS[each.destroys.kept_by].kind == "keep"


def test_nothing_here_deactivates_or_deletes_a_person():
    names = " ".join(each for each in ACTIONS if each.startswith("okta."))

    assert "deactivate" not in names
    assert "delete" not in names

"""Proofs and evidence: what is read back, what can only be inferred, and what is kept as received."""

import json

import pytest

from integrations.lab.company import NEIGHBOUR, SUBJECT
from integrations.lab.slack_org import GUEST
from runner.actions.contract import ACTIONS, SERVICES
from runner.actions.values import Account
from runner.errors import CredentialsError, RateLimited, ServiceError, ServiceRefused


def test_the_account_is_closed_only_while_slack_says_so(house):
    assert house.do("account_is_deactivated", house.subject).verdict == "open"
    house.do("deactivate_user", house.subject)
    assert house.do("account_is_deactivated", house.subject).verdict == "closed"
    assert house.do("find_open_account", house.subject) == []
    house.act("reactivate")
    assert house.do("account_is_deactivated", house.subject).verdict == "open"


def test_sessions_are_closed_when_none_is_listed_and_open_again_with_the_next_sign_in(house):
    assert house.do("sessions_are_ended", house.subject).verdict == "open"
    house.do("end_sessions", house.subject)
    assert house.do("sessions_are_ended", house.subject).verdict == "closed"

    house.act("sign-in")
    proof = house.do("sessions_are_ended", house.subject)
    assert proof.verdict == "open"
    assert "203.0.113.99" in proof.why


def test_the_workspaces_an_account_had_are_looked_at_after_slack_names_none(house):
    house.do("deactivate_user", house.subject)
    house.lab.world.sessions[house.subject.id] = [
        {
            "user_id": house.subject.id,
            "team_id": house.lab.world.labs,
            "session_id": 7,
            "created": {"ip": "192.0.2.9"},
        }
    ]  # a session that outlived the deactivation

    assert house.do("sessions_are_ended", house.subject).verdict == "open"
    assert house.do("end_sessions", house.subject).after == {"sessions": []}
    assert house.do("sessions_are_ended", house.subject).verdict == "closed"


def test_where_no_workspace_is_known_sessions_are_inferred_or_unknown_and_never_closed(house):
    bare = Account("slack_org", house.subject.id, house.subject.login)
    house.lab.world.users[bare.id]["enterprise_user"]["teams"] = []

    assert house.do("sessions_are_ended", bare).verdict == "unknown"
    with pytest.raises(Exception, match="names no workspace"):
        house.do("find_sessions", bare)
    assert "names no workspace" in house.do("end_sessions", bare).why
    house.act("deactivate")
    assert house.do("sessions_are_ended", bare).verdict == "inferred"


def test_an_account_slack_no_longer_finds_in_a_workspace_is_inferred(house):
    house.act("deactivate")
    house.says("session.list$", "user_not_found", times=None)

    assert house.do("sessions_are_ended", house.subject).verdict == "inferred"
    assert house.do("find_sessions", house.subject) == []


def test_a_session_says_what_it_is_and_from_where(house):
    labels = {each.label for each in house.do("find_sessions", house.subject)}

    assert labels == {"MacBookPro18,3 macOS 15.1 from 192.0.2.77", "iPhone16,1 macOS 15.1 from 203.0.113.50"}


def test_the_state_is_kept_as_received(house):
    kept = house.do("keep_state", house.subject)
    main, labs = house.lab.world.main, house.lab.world.labs
    items = house.items()

    assert len(kept.items) == len(items)
    assert {name.rpartition("-")[0] for name in items} == {
        "user", f"conversations-{main}", f"conversations-{labs}", f"sessions-{main}", f"sessions-{labs}",
        f"integrations-{main}", f"integrations-{labs}", f"approved-apps-{main}", f"approved-apps-{labs}", "scim",
    }  # fmt: skip
    user = items["user-0001.json"]
    assert json.loads(user)["user"]["profile"]["email"] == SUBJECT.mail
    assert user == json.dumps({"ok": True, "user": house.lab.person(house.subject.id)}).encode()
    assert house.writes() == []


def test_what_slack_lists_to_nobody_is_said_every_time(house):
    assert "private channels" in house.do("keep_state", house.subject).missing


def test_the_state_of_others_is_not_kept(house):
    house.do("keep_state", house.subject)

    assert NEIGHBOUR.mail.encode() not in b"".join(house.items().values())
    assert house.user(NEIGHBOUR).encode() not in b"".join(house.items().values())


def test_keeping_the_state_twice_gives_the_same_bytes(house):
    house.do("keep_state", house.subject)
    first = dict(house.items())
    house.do("keep_state", house.subject)

    assert house.items() == first


@pytest.mark.parametrize("scope", ["groups:read", "im:read", "admin"])
def test_what_closing_destroys_must_be_kept(house, scope):
    house.act("take-scope", scope=scope)

    with pytest.raises(CredentialsError, match=scope):
        house.do("keep_state", house.subject)


def test_what_closing_does_not_destroy_may_be_missing_by_name(house):
    house.says("approved.list$", "feature_not_enabled", times=None)

    assert f"approved apps of {house.lab.world.main}" in house.do("keep_state", house.subject).missing


def test_an_account_without_sessions_is_kept_all_the_same(house):
    house.do("end_sessions", house.subject)
    house.do("keep_state", house.subject)

    assert not [name for name in house.items() if name.startswith("sessions")]


def test_channels_are_kept_to_the_last_page(house):
    world = house.lab.world
    for number in range(450):
        world.channel(f"project-{number:03d}", world.main).members.add(house.subject.id)
    house.do("keep_state", house.subject)

    pages = [
        json.loads(body)
        for name, body in house.items().items()
        if name.startswith(f"conversations-{world.main}")
    ]
    assert len(pages) == 3
    assert sum(len(page["channels"]) for page in pages) > 450


def fill(house, number=2500):
    for _ in range(number):
        house.lab.world.note("file_downloaded", house.subject.id, house.subject.id)


def test_the_audit_log_is_kept_page_by_page_what_they_did_and_what_they_suffered(house):
    fill(house)
    house.do("deactivate_user", house.subject)
    kept = house.do("keep_log", house.subject)
    did = [json.loads(body) for name, body in house.items().items() if name.startswith("audit-did")]
    suffered = [json.loads(body) for name, body in house.items().items() if name.startswith("audit-suffered")]

    assert len(kept.items) == len(house.items()) == len(did) + len(suffered)
    assert [len(page["entries"]) for page in did] == [1000, 1000, 502]
    assert {row["actor"]["user"]["id"] for page in did for row in page["entries"]} == {house.subject.id}
    assert suffered[0]["entries"][0]["action"] == "user_deactivated"


def test_a_rate_limit_in_the_middle_of_the_log_cuts_nothing_off(house):
    fill(house)
    house.fault("/audit/v1/logs$", status=429, headers={"Retry-After": "1"}, times=2)
    house.do("keep_log", house.subject)

    assert (
        sum(len(json.loads(body)["entries"]) for name, body in house.items().items() if "did" in name) > 2500
    )


def test_a_log_that_stays_limited_is_an_error_and_not_half_a_log(house):
    house.fault("/audit/v1/logs$", status=429, headers={"Retry-After": "3600"}, times=None)

    with pytest.raises(RateLimited):
        house.do("keep_log", house.subject)


def test_a_cursor_that_comes_back_ends_in_an_error(house):
    again = {"ok": True, "channels": [], "response_metadata": {"next_cursor": "5"}}
    house.fault("users.conversations$", status=200, body=again, times=None)

    with pytest.raises(ServiceError, match="never end"):
        house.do("keep_state", house.subject)


def test_without_a_token_for_it_the_audit_log_is_said_to_be_missing(make):
    house = make(audit_token="")
    kept = house.do("keep_log", house.subject)

    assert (kept.items, "audit_token" in kept.missing) == ((), True)


def test_a_hold_is_placed_under_the_code_name_and_its_receipt_kept(house):
    kept = house.do("hold_messages", house.subject)
    [(name, held)] = house.lab.state()["holds"].items()
    receipt = json.loads(house.items()["legal-hold.json"])

    assert len(kept.items) == 1
    assert name.startswith("amber-falcon-7 ")
    assert SUBJECT.name.split()[0].lower() not in name
    assert held == [house.subject.id]
    assert receipt["policy"]["status"] == "ACTIVE"
    assert [each["entity_id"] for each in receipt["custodians"]] == [house.subject.id]


def test_one_person_is_held_once_a_case_however_many_steps_ask(house):
    house.do("hold_messages", house.subject)
    house.do("hold_messages", house.subject, key="another step")
    assert len(house.lab.state()["holds"]) == 1

    house.do("hold_messages", house.subject, case="quiet-otter-2")
    assert len(house.lab.state()["holds"]) == 2


def test_another_person_of_the_case_gets_a_hold_of_their_own(house):
    house.do("hold_messages", house.subject)
    house.do("hold_messages", house.found(GUEST), key="another")

    held = house.lab.state()["holds"].values()
    assert sorted(map(len, held)) == [1, 1]


@pytest.mark.parametrize("method", ["policies.create", "entities.add"])
@pytest.mark.parametrize("kind", ["lose-answer", "reset"])
def test_a_hold_whose_answer_was_lost_is_not_placed_twice(house, method, kind):
    house.fault(f"{method}$", kind)
    with pytest.raises(ServiceError):
        house.do("hold_messages", house.subject)

    house.do("hold_messages", house.subject)
    assert list(house.lab.state()["holds"].values()) == [[house.subject.id]]
    assert house.duplicates() == []


def test_a_released_hold_is_no_hold(house):
    house.do("hold_messages", house.subject)
    house.act("release-holds")
    house.do("hold_messages", house.subject, key="later")

    assert list(house.lab.state()["holds"].values()) == [[house.subject.id]]


def test_a_token_without_legal_holds_fails_aloud(house):
    house.act("take-scope", scope="admin.legal_holds:read")

    with pytest.raises(CredentialsError, match="no legal holds"):
        house.do("hold_messages", house.subject)


def test_a_hold_slack_refuses_is_an_error_with_its_code(house):
    house.says("entities.add$", "max_active_entities_reached")

    with pytest.raises(ServiceRefused, match="max_active_entities_reached"):
        house.do("hold_messages", house.subject)


def test_every_layer_has_a_door_or_a_reason():
    org = SERVICES["slack_org"]
    closed = {each.layer for each in ACTIONS.values() if each.vendor == "slack_org" and each.kind == "close"}

    assert closed == {"account", "session", "role", "app"}
    assert set(org.by_hand) == {"token"}
    assert set(org.lacks) == {"grant", "key", "device", "membership", "shared"}


def test_nothing_here_deletes_or_releases():
    names = " ".join(each for each in ACTIONS if each.startswith("slack_org."))

    assert not {word for word in ("delete", "release", "remove_user", "archive") if word in names}

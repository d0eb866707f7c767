"""What Slack delivers is read into one shape; what has another shape is nothing, and never an exception."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings, strategies as st

from runner.chat.payloads import fits, read

COMMAND = {
    "token": "x", "team_id": "T0FJORDLIGHT", "api_app_id": "A0SEVERANCE", "user_id": "U1", "command": "/ops",
    "text": "status", "trigger_id": "1.2.3", "response_url": "http://127.0.0.1/r", "channel_id": "C1",
}  # fmt: skip
PRESS = {
    "type": "block_actions", "api_app_id": "A0SEVERANCE", "user": {"id": "U1", "team_id": "T0FJORDLIGHT"},
    "trigger_id": "1.2.4", "response_url": "http://127.0.0.1/r", "channel": {"id": "C1"},
    "actions": [{"action_id": "review", "value": "amber-falcon-71 approve-lockdown 0123456789ab"}],
}  # fmt: skip
FORM = {
    "type": "view_submission", "api_app_id": "A0SEVERANCE", "user": {"id": "U1", "team_id": "T0FJORDLIGHT"},
    "trigger_id": "1.2.5",
    "view": {
        "id": "V1", "callback_id": "approve", "private_metadata": '{"code": "amber-falcon-71", "n": 3}',
        "state": {"values": {
            "code": {"value": {"type": "plain_text_input", "value": "amber-falcon-71"}},
            "door": {"value": {"selected_option": {"value": "okta/account/1"}}},
            "value": {"value": {"selected_options": [{"value": "a"}, {"value": "b"}]}},
            "empty": {"value": {"type": "plain_text_input", "value": None}},
        }},
    },
}  # fmt: skip
HOME = {
    "type": "event_callback", "team_id": "T0FJORDLIGHT", "api_app_id": "A0SEVERANCE", "event_id": "Ev1",
    "event": {"type": "app_home_opened", "user": "U1", "tab": "home"},
}  # fmt: skip


def test_a_command_a_press_a_form_and_an_event():
    command, press, form, home = map(read, (COMMAND, PRESS, FORM, HOME))

    assert (command.kind, command.user, command.text, command.name) == ("command", "U1", "status", "/ops")
    assert (press.kind, press.name, press.value.split()[0]) == ("button", "review", "amber-falcon-71")
    assert (form.kind, form.name, form.view, form.told) == (
        "submit",
        "approve",
        "V1",
        {"code": "amber-falcon-71"},
    )
    assert form.values == {
        "code": ("amber-falcon-71",), "door": ("okta/account/1",), "value": ("a", "b"), "empty": ()
    }  # fmt: skip
    assert (home.kind, home.user, home.team) == ("home", "U1", "T0FJORDLIGHT")


def test_copies_share_a_key_and_other_acts_have_another():
    later = {**PRESS, "trigger_id": "1.2.9"}

    assert read(PRESS).key == read(json.loads(json.dumps(PRESS))).key != read(later).key


def test_a_person_of_a_connected_workspace_is_of_that_team():
    stranger = {**PRESS, "team": {"id": "T0FJORDLIGHT"}, "user": {"id": "U9", "team_id": "T0ELSEWHERE"}}

    assert read(stranger).team == "T0ELSEWHERE"


def test_who_did_it_is_never_taken_from_what_a_button_or_a_form_says():
    forged = {**PRESS, "actions": [{"action_id": "review", "value": '{"user": {"id": "U0BOSS"}}'}]}

    assert read(forged).user == "U1"


@pytest.mark.parametrize("junk", ["", " ", "U", "u1", "U1 ", "U1\n", "<!channel>", "U" + "\u0130", None, 5, ["U1"], {"id": "U1"}])
def test_what_has_not_the_form_of_an_id_is_nobodys(junk):
    assert read({**COMMAND, "user_id": junk}) is None
    assert read({**COMMAND, "team_id": junk}) is None
    assert read({**COMMAND, "api_app_id": junk}) is None
    assert read({**COMMAND, "command": junk}) is None
    assert read({**PRESS, "user": {"id": "U1", "team_id": junk}, "team": {"id": "T0FJORDLIGHT"}}) is None


def test_a_person_without_a_team_is_of_the_workspace():
    assert read({**PRESS, "user": {"id": "U1"}, "team": {"id": "T0FJORDLIGHT"}}).team == "T0FJORDLIGHT"


@pytest.mark.parametrize(("kind", "payload"), [("slash_commands", COMMAND), ("interactive", PRESS), ("interactive", FORM), ("events_api", HOME)])
def test_an_envelope_is_of_the_kind_of_its_payload(kind, payload):
    assert fits({"envelope_id": "e", "type": kind, "payload": payload})
    for wrong in {"slash_commands", "interactive", "events_api", "hello", ""} - {kind}:
        assert not fits({"envelope_id": "e", "type": wrong, "payload": payload})
    for junk in (None, 5, [], {}, ""):
        assert not fits({"envelope_id": junk, "type": kind, "payload": payload})
        assert not fits({"envelope_id": "e", "type": junk, "payload": payload})
        assert not fits({"envelope_id": "e", "type": kind, "payload": junk})


def mangled(payload):
    """Payloads in which parts are something else, or missing."""
    junk = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just("\ud800"),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=6,
    )
    return st.fixed_dictionaries({}, optional={key: st.just(value) | junk for key, value in payload.items()})


@settings(max_examples=400, deadline=None)
@given(st.one_of(*map(mangled, (COMMAND, PRESS, FORM, HOME))))
def test_nothing_malformed_raises(payload):
    found = read(payload)

    assert found is None or all((found.kind, found.key, found.user, found.team, found.app))

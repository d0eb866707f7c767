"""What people do, as their client lets them, and how Slack tells an app of it."""

import pytest

from integrations.lab.slack import GUEST, LEAVER, OTHER_BOT, PUBLIC_CHANNEL, STRANGER
from tests.lab.slack.conftest import (
    ME,
    OTHER,
    ROOM,
    SUBJECTS,
    actions,
    asking,
    button,
    modal,
    plain,
    refusal,
    section,
)

MENU = {
    "type": "static_select", "action_id": "door", "placeholder": plain("Door"),
    "options": [{"text": plain("Okta"), "value": "okta"}],
}  # fmt: skip


@pytest.fixture
def card(web):
    posted = web.chat_postMessage(
        channel=ROOM, text="amber-falcon-7", blocks=[section(), actions(button(), button("deny"), MENU)]
    )
    return posted["ts"]


def only(app):
    [envelope] = app.envelopes
    return envelope["payload"]


def test_a_command_tells_who_and_where_and_what(house, connected):
    app = connected()
    told = house.act("command", {"user": ME, "channel": ROOM, "text": "status  amber-falcon-7"})
    payload = only(app)
    assert payload == {
        "token": payload["token"], "api_app_id": "A0SEVERANCE", "team_id": "T0FJORDLIGHT", "team_domain": "fjordlight",
        "channel_id": ROOM, "channel_name": "privategroup", "user_id": ME, "user_name": "maren.okafor",
        "command": "/ops", "text": "status  amber-falcon-7", "is_enterprise_install": "false",
        "response_url": payload["response_url"], "trigger_id": told["trigger_id"],
    }  # fmt: skip
    assert payload["response_url"].startswith(f"{house.url}/commands/T0FJORDLIGHT/")


@pytest.mark.parametrize(
    ("user", "name", "team"),
    [
        (ME, "general", "T0FJORDLIGHT"),
        (SUBJECTS, "general", "T0FJORDLIGHT"),
        (GUEST, "directmessage", "T0FJORDLIGHT"),
        (STRANGER, "directmessage", "T0ELSEWHERE"),
        (OTHER_BOT, "directmessage", "T0FJORDLIGHT"),
        (LEAVER, "directmessage", "T0FJORDLIGHT"),
    ],
)
def test_anybody_can_type_the_command_somewhere(house, connected, user, name, team):
    app = connected()
    assert house.act("command", {"user": user, "text": "help"})["acks"]
    payload = only(app)
    assert (payload["user_id"], payload["channel_name"], payload["team_id"]) == (user, name, team)


def test_a_click_tells_of_the_button_and_its_message(house, connected, card):
    app = connected()
    told = house.act("click", {"user": ME, "channel": ROOM, "ts": card, "action_id": "deny"})
    payload = only(app)
    [action] = payload["actions"]
    assert action["value"] == button()["value"]
    assert {"action_id", "block_id", "action_ts", "text", "type", "value"} == set(action)
    assert payload["container"] == {
        "type": "message", "message_ts": card, "channel_id": ROOM, "is_ephemeral": False
    }  # fmt: skip
    assert payload["user"] == {
        "id": ME, "username": "maren.okafor", "name": "maren.okafor", "team_id": "T0FJORDLIGHT"
    }  # fmt: skip
    assert payload["team"] == {"id": "T0FJORDLIGHT", "domain": "fjordlight"}
    assert payload["enterprise"] is None
    assert payload["is_enterprise_install"] is False
    assert payload["message"]["ts"] == card
    assert payload["message"]["app_id"] == payload["api_app_id"] == "A0SEVERANCE"
    assert payload["trigger_id"] == told["trigger_id"]
    assert payload["channel"] == {"id": ROOM, "name": "privategroup"}


def test_a_menu_tells_what_was_chosen(house, connected, card):
    app = connected()
    house.act("click", {"user": ME, "channel": ROOM, "ts": card, "action_id": "door", "value": "okta"})
    [action] = only(app)["actions"]
    assert action["selected_option"] == MENU["options"][0]
    with pytest.raises(ValueError, match="none of"):
        house.act("click", {"user": ME, "channel": ROOM, "ts": card, "action_id": "door", "value": "x"})


def test_a_forged_value_is_sent_as_it_is(house, connected, card):
    app = connected()
    forged = "amber-falcon-7 lockdown ffffffffffff"
    house.act("click", {"user": ME, "channel": ROOM, "ts": card, "action_id": "review", "value": forged})
    assert only(app)["actions"][0]["value"] == forged


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"user": SUBJECTS}, "is not in"),
        ({"user": "U0NOBODY001"}, "nobody"),
        ({"channel": "C0NOWHERE01"}, "is not in"),
        ({"channel": PUBLIC_CHANNEL}, "no message"),
        ({"ts": "1.000000"}, "no message"),
        ({"action_id": "approve"}, "nothing called"),
    ],
)
def test_the_client_lets_nobody_click_what_they_do_not_see(house, connected, card, change, why):
    app = connected()
    with pytest.raises(ValueError, match=why):
        house.act("click", {"user": ME, "channel": ROOM, "ts": card, "action_id": "review", **change})
    assert app.seen == []


def test_a_button_that_is_gone_cannot_be_clicked(house, web, card):
    web.chat_update(channel=ROOM, ts=card, text="decided", blocks=[section("decided")])
    with pytest.raises(ValueError, match="nothing called"):
        house.act("click", {"user": ME, "channel": ROOM, "ts": card, "action_id": "review"})


def test_a_whispers_button_is_clicked_by_its_reader_alone(house, web, connected):
    app = connected()
    ts = web.chat_postEphemeral(channel=ROOM, user=ME, text="x", blocks=[actions(button())])["message_ts"]
    house.act("click", {"user": ME, "channel": ROOM, "ts": ts, "action_id": "review"})
    payload = only(app)
    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload
    with pytest.raises(ValueError, match="no message"):
        house.act("click", {"user": OTHER, "channel": ROOM, "ts": ts, "action_id": "review"})


def test_a_click_in_a_view_carries_the_view(house, web, connected):
    app = connected()
    view = web.views_open(
        trigger_id=house.world.trigger(ME), view=modal(asking("code"), actions(button("brief", value="x")))
    )["view"]
    house.act("view_click", {"user": ME, "view_id": view["id"], "action_id": "brief"})
    payload = only(app)
    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["view"]["hash"] == view["hash"]
    assert not {"message", "channel", "response_url"} & set(payload)


def test_a_click_on_the_home_tab_is_a_click_in_a_view(house, web, connected):
    app = connected()
    home = web.views_publish(user_id=ME, view={"type": "home", "blocks": [actions(button("open"))]})["view"]
    house.act("view_click", {"user": ME, "view_id": home["id"], "action_id": "open", "value": "forged"})
    assert only(app)["view"]["type"] == "home"
    assert only(app)["actions"][0]["value"] == "forged"


def test_a_shortcut_tells_of_the_message(house, connected):
    app = connected()
    ts = house.act("say", {"user": OTHER, "channel": ROOM, "text": "they called again"})["ts"]
    house.act("shortcut", {"user": ME, "channel": ROOM, "ts": ts, "callback_id": "add_to_case"})
    payload = only(app)
    assert (payload["type"], payload["callback_id"]) == ("message_action", "add_to_case")
    assert (payload["message"]["text"], payload["message"]["user"]) == ("they called again", OTHER)


def event(envelope):
    assert (envelope["type"], envelope["payload"]["type"]) == ("events_api", "event_callback")
    assert not envelope["accepts_response_payload"]
    return envelope["payload"]["event"]


def test_opening_the_home_tab_is_an_event(house, connected):
    app = connected()
    assert len(house.act("home", {"user": ME})["acks"]) == 1
    [envelope] = app.envelopes
    told = event(envelope)
    assert (told["type"], told["user"], told["tab"]) == ("app_home_opened", ME, "home")
    [authorization] = envelope["payload"]["authorizations"]
    assert (authorization["user_id"], authorization["is_bot"]) == ("U0SEVERANCE", True)
    assert envelope["payload"]["event_id"].startswith("Ev0")


@pytest.mark.parametrize("user", [SUBJECTS, GUEST, STRANGER, OTHER_BOT])
def test_who_joins_and_leaves_a_channel_of_the_bot_is_told(house, connected, user):
    app = connected()
    house.act("join", {"user": user, "channel": ROOM, "by": ME})
    house.act("leave", {"user": user, "channel": ROOM})
    joined, left = (event(each) for each in app.envelopes)
    assert (joined["type"], joined["user"], joined["channel"], joined["inviter"]) == (
        "member_joined_channel", user, ROOM, ME,
    )  # fmt: skip
    assert (left["type"], left["user"], left["channel_type"]) == ("member_left_channel", user, "G")
    assert user not in house.channels[ROOM].members


def test_an_invitation_by_the_bot_is_an_event_too(house, web, connected):
    app = connected()
    web.conversations_invite(channel=ROOM, users=SUBJECTS)
    house.act("home", {"user": ME})
    assert event(app.envelopes[0])["inviter"] == "U0SEVERANCE"


def test_a_channel_is_shared_and_made_public_behind_the_apps_back(house, web, connected):
    app = connected()
    house.act("share", {"channel": ROOM, "pending": True})
    assert web.conversations_info(channel=ROOM)["channel"]["is_pending_ext_shared"]
    assert app.seen == []
    house.act("share", {"channel": ROOM})
    assert event(app.envelopes[0])["type"] == "channel_shared"
    assert web.conversations_info(channel=ROOM)["channel"]["is_ext_shared"]
    house.act("publicise", {"channel": ROOM})
    assert len(app.seen) == 1
    assert not house.state()["channels"][ROOM]["is_private"]


def test_a_bot_that_is_put_out_sees_the_channel_no_more_and_hears_nothing(house, web, connected):
    app = connected()
    house.act("leave", {"user": "U0SEVERANCE", "channel": ROOM})
    house.act("join", {"user": SUBJECTS, "channel": ROOM})
    assert app.seen == []
    assert refusal(web.conversations_info, channel=ROOM) == "channel_not_found"
    assert refusal(web.chat_postMessage, channel=ROOM, text="x") == "channel_not_found"


def test_a_deactivated_member_is_in_no_channel_and_nobody_is_told(house, web, connected):
    app = connected()
    house.act("deactivate", {"user": ME})
    assert ME not in house.channels[ROOM].members
    assert web.users_info(user=ME)["user"]["deleted"]
    assert app.seen == []


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("fly", {}),
        ("join", {"user": ME, "channel": ROOM}),
        ("join", {"user": ME, "channel": "C0NOWHERE01"}),
        ("leave", {"user": SUBJECTS, "channel": ROOM}),
        ("share", {"channel": "C0NOWHERE01"}),
        ("say", {"user": SUBJECTS, "channel": ROOM, "text": "x"}),
        ("command", {"user": SUBJECTS, "channel": ROOM, "text": "x"}),
        ("shortcut", {"user": ME, "channel": ROOM, "ts": "1.0", "callback_id": "x"}),
    ],
)
def test_what_cannot_be_done(house, act, given):
    with pytest.raises(ValueError, match=r".+"):
        house.act(act, given)

"""What the Web API of the stand-in refuses, as Slack does."""

import json
import urllib.error
import urllib.request

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from integrations.lab.company import PEOPLE, RESPONDERS
from integrations.lab.slack import (
    GUEST,
    LEAVER,
    OTHER_BOT,
    PUBLIC_CHANNEL,
    STRANGER,
    Channel,
    slack_id,
)
from tests.lab.slack.conftest import (
    APP_TOKEN,
    ME,
    OTHER,
    ROOM,
    SUBJECTS,
    TOKEN,
    actions,
    button,
    refusal,
    section,
)

BOT = "U0SEVERANCE"


@pytest.fixture
def room(web):
    return web.conversations_create(name="ops-amber-falcon-7", is_private=True)["channel"]["id"]


def test_everybody_is_a_member_with_an_id_of_the_right_shape(house):
    ids = {slack_id(each) for each in PEOPLE}
    assert len(ids) == len(PEOPLE)
    assert all(len(each) == 11 and each.isalnum() and each.isupper() and each[0] == "U" for each in ids)
    users = house.state()["users"]
    assert ids <= set(users)
    traits = {
        GUEST: "is_restricted",
        STRANGER: "is_stranger",
        OTHER_BOT: "is_bot",
        LEAVER: "deleted",
    }
    assert all(users[user][trait] for user, trait in traits.items())
    assert not any(users[each]["is_admin"] for each in map(slack_id, RESPONDERS))


@pytest.mark.parametrize(
    ("user", "told"),
    [
        (ME, {"team_id": "T0FJORDLIGHT", "is_restricted": False, "is_bot": False, "deleted": False}),
        (GUEST, {"is_restricted": True, "is_ultra_restricted": False}),
        (STRANGER, {"is_stranger": True, "team_id": "T0ELSEWHERE"}),
        (OTHER_BOT, {"is_bot": True}),
        (LEAVER, {"deleted": True}),
    ],
)
def test_users_info_tells_who_somebody_is_and_no_mail(web, user, told):
    shown = web.users_info(user=user)["user"]
    assert told.items() <= shown.items()
    assert "email" not in shown["profile"]


@pytest.mark.parametrize(
    ("token", "method", "code"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-wrong", "auth.test", "invalid_auth"),
        (APP_TOKEN, "auth.test", "not_allowed_token_type"),
        (TOKEN, "apps.connections.open", "not_allowed_token_type"),
        (TOKEN, "users.unheardOf", "unknown_method"),
    ],
)
def test_a_token_opens_what_it_is_for(house, token, method, code):
    client = WebClient(token=token, base_url=f"{house.url}/api/", retry_handlers=[])
    assert refusal(client.api_call, method) == code


def test_a_missing_scope_is_named_with_those_there_are(house, web):
    house.scopes.discard("groups:write")
    with pytest.raises(SlackApiError) as refused:
        web.conversations_create(name="ops-x", is_private=True)
    told = refused.value.response
    assert (told["error"], told["needed"]) == ("missing_scope", "groups:write")
    assert "groups:read" in told["provided"].split(",")
    assert "groups:write" not in told.headers["x-oauth-scopes"]


@pytest.mark.parametrize(
    ("method", "given", "needed"),
    [
        ("conversations.create", {"name": "ops-public"}, "channels:manage"),
        ("conversations.info", {"channel": PUBLIC_CHANNEL}, "channels:read"),
        ("conversations.open", {"users": f"{ME},{OTHER}"}, "mpim:write"),
    ],
)
def test_the_app_has_no_more_scopes_than_it_needs(web, method, given, needed):
    with pytest.raises(SlackApiError) as refused:
        web.api_call(method, json=given)
    assert refused.value.response["needed"] == needed


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Ops", "invalid_name_specials"),
        ("ops amber", "invalid_name_specials"),
        ("ops.amber", "invalid_name_specials"),
        ("o" * 81, "invalid_name_maxlength"),
        ("", "invalid_name_required"),
        ("amber-room", "name_taken"),
    ],
)
def test_a_channel_has_a_name_of_its_own_in_small_letters(web, name, code):
    assert refusal(web.conversations_create, name=name, is_private=True) == code


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ("U0NOBODY001", "user_not_found"),
        (BOT, "cant_invite_self"),
        (LEAVER, "cant_invite"),
        (STRANGER, "cant_invite"),
        ("", "no_user"),
    ],
)
def test_who_cannot_be_invited(web, room, user, code):
    assert refusal(web.conversations_invite, channel=room, users=user) == code


def test_people_are_invited_listed_and_taken_out(house, web, room):
    web.conversations_invite(channel=room, users=f"{ME},{OTHER}")
    assert refusal(web.conversations_invite, channel=room, users=ME) == "already_in_channel"
    assert web.conversations_members(channel=room)["members"] == [BOT, ME, OTHER]
    first = web.conversations_members(channel=room, limit=2)
    assert (first["members"], first["response_metadata"]["next_cursor"]) == ([BOT, ME], "2")
    assert web.conversations_members(channel=room, limit=2, cursor="2")["members"] == [OTHER]
    web.conversations_kick(channel=room, user=ME)
    assert refusal(web.conversations_kick, channel=room, user=ME) == "not_in_channel"
    assert house.state()["channels"][room]["members"] == [BOT, OTHER]


def test_an_invitation_of_several_names_who_could_not_come(house, web, room):
    with pytest.raises(SlackApiError) as refused:
        web.conversations_invite(channel=room, users=f"{ME},U0NOBODY001")
    [error] = refused.value.response["errors"]
    assert (error["user"], error["error"]) == ("U0NOBODY001", "user_not_found")
    assert ME not in house.channels[room].members


def test_a_private_channel_without_the_bot_does_not_exist(house, web):
    house.channels["C0HIDDEN001"] = Channel("hidden", is_member=False)
    for call in (web.conversations_info, web.conversations_members, web.conversations_archive):
        assert refusal(call, channel="C0HIDDEN001") == "channel_not_found"
    assert refusal(web.chat_postMessage, channel="C0HIDDEN001", text="x") == "channel_not_found"


def test_an_archived_channel_takes_nothing(web, room):
    posted = web.chat_postMessage(channel=room, text="x")["ts"]
    web.conversations_archive(channel=room)
    assert refusal(web.conversations_archive, channel=room) == "already_archived"
    assert refusal(web.chat_postMessage, channel=room, text="x") == "is_archived"
    assert refusal(web.conversations_invite, channel=room, users=ME) == "is_archived"
    assert refusal(web.chat_update, channel=room, ts=posted, text="y") == "is_inactive"
    assert web.conversations_info(channel=room)["channel"]["is_archived"]


def test_a_channel_is_renamed_and_given_a_topic(house, web, room):
    web.conversations_rename(channel=room, name="ops-amber-falcon-8")
    web.conversations_setTopic(channel=room, topic="amber-falcon-7")
    assert refusal(web.conversations_setTopic, channel=room, topic="x" * 251) == "too_long"
    seen = house.state()["channels"][room]
    assert (seen["name"], seen["topic"]) == ("ops-amber-falcon-8", "amber-falcon-7")


def test_a_direct_message_is_opened_once_and_written_to_by_either_name(house, web):
    key = web.conversations_open(users=ME)["channel"]["id"]
    assert web.conversations_open(users=ME)["channel"]["id"] == key
    assert web.chat_postMessage(channel=ME, text="one")["channel"] == key
    web.chat_postMessage(channel=key, text="two")
    assert house.state()["ims"] == {ME: key}
    assert [each["text"] for each in house.channels[key].messages] == ["one", "two"]
    assert (
        refusal(web.conversations_invite, channel=key, users=OTHER) == "method_not_supported_for_channel_type"
    )


@pytest.mark.parametrize(
    ("user", "code"),
    [
        (LEAVER, "user_disabled"),
        (OTHER_BOT, "cannot_dm_bot"),
        ("U0NOBODY001", "user_not_found"),
        ("", "users_list_not_supplied"),
    ],
)
def test_who_cannot_be_written_to(web, user, code):
    assert refusal(web.conversations_open, users=user) == code


def test_nobody_is_written_to_while_the_app_has_no_messages_tab(house, web):
    house.messages_tab = False
    assert refusal(web.chat_postMessage, channel=ME, text="x") == "messages_tab_disabled"
    assert web.chat_postMessage(channel=ROOM, text="x")["ok"]


def test_a_message_is_changed_in_place_and_taken_back(house, web):
    blocks = [section(), actions(button())]
    posted = web.chat_postMessage(channel=ROOM, text="amber-falcon-7", blocks=blocks)
    web.chat_update(channel=ROOM, ts=posted["ts"], text="amber-falcon-7 approval")
    [seen] = house.state()["channels"][ROOM]["messages"]
    assert (seen["text"], seen["edits"], len(seen["blocks"])) == ("amber-falcon-7 approval", 1, 2)
    web.chat_update(channel=ROOM, ts=posted["ts"], text="decided", blocks=[section("decided")])
    [seen] = house.state()["channels"][ROOM]["messages"]
    assert [each["type"] for each in seen["blocks"]] == ["section"]
    assert [each["ts"] for each in house.state()["edits"]] == [posted["ts"]] * 2
    web.chat_delete(channel=ROOM, ts=posted["ts"])
    assert house.channels[ROOM].messages == []


def test_only_ones_own_messages_are_changed(house, web):
    ts = house.act("say", {"user": ME, "channel": ROOM, "text": "hello"})["ts"]
    assert refusal(web.chat_update, channel=ROOM, ts=ts, text="x") == "cant_update_message"
    assert refusal(web.chat_delete, channel=ROOM, ts=ts) == "cant_delete_message"
    assert refusal(web.chat_update, channel=ROOM, ts="1.000000", text="x") == "message_not_found"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [{"type": "marquee"}]}, "invalid_blocks"),
        ({"text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
        ({"text": "x", "metadata": {"a": 1}}, "metadata_must_be_sent_with_event_type_and_payload"),
    ],
)
def test_what_is_no_message(web, given, code):
    assert refusal(web.api_call, "chat.postMessage", json={"channel": ROOM, **given}) == code


def test_an_edit_is_shorter_than_a_message(web):
    posted = web.chat_postMessage(channel=ROOM, text="x" * 4_001)["ts"]
    assert refusal(web.chat_update, channel=ROOM, ts=posted, text="x" * 4_001) == "msg_too_long"


def test_a_reply_stands_in_its_thread(house, web):
    first = web.chat_postMessage(channel=ROOM, text="one")["ts"]
    web.chat_postMessage(channel=ROOM, text="two", thread_ts=first)
    assert [each["thread_ts"] for each in house.state()["channels"][ROOM]["messages"]] == ["", first]


def test_a_whisper_is_seen_by_one_person_in_the_room(house, web):
    web.chat_postEphemeral(channel=ROOM, user=ME, text="only you")
    assert [each["text"] for each in house.state()["ephemerals"][ME]] == ["only you"]
    assert house.channels[ROOM].messages == []
    assert refusal(web.chat_postEphemeral, channel=ROOM, user=SUBJECTS, text="x") == "user_not_in_channel"


def limited(call, **named):
    with pytest.raises(SlackApiError) as refused:
        call(**named)
    told = refused.value.response
    assert (told.status_code, told["error"]) == (429, "ratelimited")
    return int(told.headers["Retry-After"])


def test_one_channel_takes_a_message_a_second_after_a_small_burst(house, web, clock):
    for _ in range(5):
        web.chat_postMessage(channel=ROOM, text="x")
    assert limited(web.chat_postMessage, channel=ROOM, text="x") == 1
    web.chat_postMessage(channel=ME, text="another channel has its own limit")
    clock.now += 1
    web.chat_postMessage(channel=ROOM, text="x")
    assert limited(web.chat_postMessage, channel=ROOM, text="x") == 1
    assert len(house.channels[ROOM].messages) == 6


def test_fifty_edits_a_minute_and_no_more(house, web, clock):
    ts = web.chat_postMessage(channel=ROOM, text="x")["ts"]
    for count in range(50):
        web.chat_update(channel=ROOM, ts=ts, text=str(count))
        clock.now += 1
    assert limited(web.chat_update, channel=ROOM, ts=ts, text="x") == 10
    clock.now += 10
    web.chat_update(channel=ROOM, ts=ts, text="at last")
    assert house.channels[ROOM].messages[0]["text"] == "at last"


def respond(url, **given):
    asked = urllib.request.Request(url, json.dumps(given).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return json.loads(refused.read())["error"]


def test_a_response_url_is_good_five_times_within_half_an_hour(house, clock):
    url = house.url + house.world.callback(ME, ROOM)
    assert [respond(url, text=str(at)) for at in range(6)] == ["ok"] * 5 + ["used_url"]
    assert [each["text"] for each in house.state()["ephemerals"][ME]] == list("01234")
    late = house.url + house.world.callback(ME, ROOM)
    clock.now += 1_801
    assert respond(late, text="x") == "expired_url"
    assert respond(f"{house.url}/commands/T0FJORDLIGHT/1/x", text="x") == "invalid_url"


def test_a_response_url_of_a_message_changes_it_or_takes_it_back(house, web):
    ts = web.chat_postMessage(channel=ROOM, text="x", blocks=[actions(button())])["ts"]
    url = house.url + house.world.callback(ME, ROOM, ts)
    assert respond(url, text="to all", response_type="in_channel") == "ok"
    assert respond(url, replace_original=True, text="changed", blocks=[section("changed")]) == "ok"
    assert [each["text"] for each in house.channels[ROOM].messages] == ["changed", "to all"]
    assert respond(url, blocks=[{"type": "marquee"}]) == "invalid_blocks"
    assert respond(url, delete_original=True) == "ok"
    assert [each["text"] for each in house.channels[ROOM].messages] == ["to all"]


def test_an_outage_answers_503_to_all(house, web, clock):
    house.act("outage", {"seconds": 30})
    with pytest.raises(SlackApiError) as refused:
        web.auth_test()
    assert refused.value.response.status_code == 503
    clock.now += 31
    assert web.auth_test()["team_id"] == "T0FJORDLIGHT"


def test_what_is_called_is_counted(house, web):
    web.auth_test()
    web.users_info(user=ME)
    web.users_info(user=OTHER)
    assert house.state()["calls"] == {"auth.test": 1, "users.info": 2}

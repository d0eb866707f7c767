"""A case's channel holds those who may know of it and nobody else, or nothing is said there."""

from __future__ import annotations

import json
import re
import time

import pytest

from integrations.lab.company import PERSONAS, SUBJECT
from integrations.lab.slack import GUEST, LEAVER, OTHER_BOT, STRANGER
from runner.actions.values import as_json
from runner.chat.workspace import FRESH_S
from runner.desk.claim import Claim
from tests.chat.in_workspace import ID, SUBJECT_ID, Room, as_a_member

DULL = "This channel is not used any more."
CASES_PEOPLE = {ID[name] for name in (
    "maren", "tomas", "ingrid", "rohan", "beatriz", "anselm", "helene", "samuel", "katarina",
)}  # fmt: skip
DECIDERS = [ID[name] for name in ("maren", "tomas", "beatriz", "anselm", "katarina")]


@pytest.fixture
def room(company):
    return Room(company)


def blocks_of(made):
    return json.dumps([each["messages"] for each in made.values()])


def test_it_is_private_named_by_the_code_and_holds_those_who_may_know_each_invited_alone(room):
    channel = room.look()
    [(key, made)] = room.made().items()
    assert (key, made["name"], made["is_private"], made["topic"]) == (channel, f"ops-{room.code}", True, "")
    assert room.members(channel) == CASES_PEOPLE
    changed = [each["changed"] for each in room.company.ledger("slack") if each["changed"]]
    invited = [re.fullmatch(rf"members {key} (\S+) \d+", each) for each in changed]
    assert {each[1] for each in invited if each} == CASES_PEOPLE
    assert room.asked("conversations.invite") == len(CASES_PEOPLE)


def test_nobody_is_brought_in_who_may_not_know_of_it(founded):
    """The subject, somebody on never, somebody without a role of the case: each is pinned, and a full member."""
    milan = PERSONAS[1]

    def edit(text):
        text = as_a_member(SUBJECT.mail, "jonas")(as_a_member(milan.mail, "milan")(text))
        text = text.replace("never: []", 'never: ["milan", "tomas"]')
        return text.replace('"roles": ["hr"]', '"roles": ["press"]')

    room = Room(founded(edit=edit))
    assert room.members(room.look()) == CASES_PEOPLE - {ID["tomas"], ID["samuel"]}


class TestWhatIsAskedBeforeEachPost:
    def test_the_channel_its_members_and_each_of_them(self, room):
        room.look()
        asked = {
            name: room.asked(name) for name in ("conversations.info", "conversations.members", "users.info")
        }
        assert asked["conversations.info"] >= 1
        assert asked["conversations.members"] >= 1
        assert asked["users.info"] == len(CASES_PEOPLE)
        for _ in range(5):
            room.look()
        after = {name: room.asked(name) for name in asked}
        assert after["users.info"] == asked["users.info"]  # believed for ten seconds
        assert after["conversations.members"] - asked["conversations.members"] <= 1

    def test_they_are_asked_again_once_somebody_came_or_went(self, room):
        channel = room.look()
        room.look()
        room.act("join", user=GUEST, channel=channel)
        assert room.ready() == channel  # what was asked a moment ago is still believed
        room.workspace.forget(channel)  # as the event does
        assert room.ready() != channel

    def test_ten_seconds_are_the_most(self, room):
        channel = room.look()
        room.ready()
        room.act("join", user=GUEST, channel=channel)
        time.sleep(FRESH_S + 0.2)
        assert room.ready() != channel


def archive(room, channel):
    with room.line.passing():
        room.line.client.conversations_archive(channel=channel)


def take_out(room, channel):
    """Somebody takes the bot out: the channel is not there any more, as far as it can tell."""
    room.slack.channels[channel].is_member = False


WRONG = {
    "the subject joins": lambda room, channel: room.act("join", user=SUBJECT_ID, channel=channel),
    "a guest is let in": lambda room, channel: room.act("join", user=GUEST, channel=channel, by=ID["rohan"]),
    "a stranger of another company": lambda room, channel: room.act("join", user=STRANGER, channel=channel),
    "another app's bot": lambda room, channel: room.act("join", user=OTHER_BOT, channel=channel),
    "somebody who left the company": lambda room, channel: room.act("join", user=LEAVER, channel=channel),
    "it is made public": lambda room, channel: room.act("publicise", channel=channel),
    "it is shared": lambda room, channel: room.act("share", channel=channel),
    "it is archived": archive,
    "the bot is taken out": take_out,
}


@pytest.mark.parametrize("how", WRONG)
def test_where_it_is_not_as_it_must_be_nothing_more_is_said_and_the_case_moves(room, how):
    channel = room.look()
    before = room.texts(channel)
    WRONG[how](room, channel)
    room.workspace.forget(channel)
    for _ in range(3):
        other = room.look()
    assert other
    assert other != channel
    said = room.texts(channel)[len(before) :]
    assert said in ([DULL], []) if how in ("it is archived", "the bot is taken out") else said == [DULL]
    made = room.made()[other]
    assert (made["name"], made["is_private"]) == (f"ops-{room.code}-2", True)
    assert room.members(other) == CASES_PEOPLE
    assert room.texts(other) == [f"{room.code}: the case"] or room.texts(other)[0].startswith(room.code)
    assert {each: len(room.told(each)) for each in DECIDERS} == dict.fromkeys(DECIDERS, 1)
    assert room.told(SUBJECT_ID) == []
    assert room.told(ID["rohan"]) == []  # who decides is told, once


def test_a_responder_who_is_deactivated_is_left_out_and_the_case_moves_only_while_they_are_in_it(room):
    channel = room.look()
    room.act("deactivate", user=ID["samuel"])  # Slack takes them out of every channel
    room.workspace.forget(channel, ID["samuel"])
    assert room.look() == channel
    assert room.members(channel) == CASES_PEOPLE - {ID["samuel"]}


def test_a_responder_who_is_a_guest_now_moves_the_case(room):
    channel = room.look()
    room.slack.world.users[ID["samuel"]].is_restricted = True
    room.workspace.forget(ID["samuel"])
    other = room.look()
    assert other != channel
    assert room.members(other) == CASES_PEOPLE - {ID["samuel"]}


def test_a_responder_who_turns_out_to_be_linked_is_left_behind_and_told_nothing(founded):
    company = founded(edit=as_a_member(PERSONAS[1].mail, "milan"))
    room, milan = Room(company), None
    channel = room.look()
    [milan] = room.members(channel) - CASES_PEOPLE
    other = company.open(subject=PERSONAS[1].mail)
    accounts = [as_json(each) for each in company.case(other).accounts]
    company.office.journal(room.code).write(
        "link.confirmed", request="", accounts=accounts, by=["maren", "rohan"]
    )
    moved = room.look()
    assert moved not in ("", channel)
    assert room.members(moved) == CASES_PEOPLE
    assert room.told(milan) == []
    assert room.texts(channel)[-1] == DULL


def test_a_name_that_is_taken_is_numbered(room):
    with room.line.passing():
        room.line.client.conversations_create(name=f"ops-{room.code}", is_private=True)
    channel = room.look()
    assert room.made()[channel]["name"] == f"ops-{room.code}-2"


class TestSomebodyWhoCannotBeInvited:
    def test_does_not_keep_the_others_waiting_and_is_not_asked_for_at_each_look(self, room):
        assert room.workspace.member(ID["beatriz"])
        room.act("deactivate", user=ID["beatriz"])  # and for ten seconds we do not know
        channel = room.look()
        assert room.members(channel) == CASES_PEOPLE - {ID["beatriz"]}
        calls = [room.asked(name) for name in ("conversations.invite", "conversations.members")]
        for _ in range(5):
            assert room.look() == channel
        after = [room.asked(name) for name in ("conversations.invite", "conversations.members")]
        assert after[0] == calls[0] == len(CASES_PEOPLE)
        assert after[1] - calls[1] <= 1

    def test_an_id_nobody_has_does_not_stop_the_case_either(self, founded):
        room = Room(founded(edit=lambda text: text.replace(ID["samuel"], "U0NOBODY000")))
        assert room.members(room.look()) == CASES_PEOPLE - {ID["samuel"]}


def marked_up(given):
    """Yield every text in which Slack would make a mention of `<@…>`: all but what is declared plain."""
    if isinstance(given, list):
        for each in given:
            yield from marked_up(each)
    elif isinstance(given, dict) and given.get("type") != "plain_text":
        yield from (each for key, each in given.items() if key == "text" and isinstance(each, str))
        yield from marked_up([each for each in given.values() if isinstance(each, list | dict)])


@pytest.mark.parametrize("detail", ["codes", "summary", "full"])
def test_the_subject_is_in_no_name_topic_or_preview_and_nobody_is_mentioned(founded, detail):
    company = founded(edit=lambda text: text.replace('"detail": "summary"', f'"detail": "{detail}"'))
    room = Room(company)
    room.company.desk.object(
        room.code, f"<@{SUBJECT_ID}> <!channel> {SUBJECT.name}", claim=Claim(None, None, account=ID["helene"])
    )
    channel = room.look()
    for each in room.cards():
        room.workspace.post(channel, each.text, each.blocks)
    made = room.made()[channel]
    previews = [made["name"], made["topic"], *(each["text"] for each in made["messages"])]
    words = [
        *SUBJECT.name.lower().split(),
        SUBJECT.mail,
        SUBJECT.staff_id.lower(),
        SUBJECT_ID.lower(),
        "rehearsal",
    ]
    assert [(word, each) for word in words for each in previews if word in each.lower()] == []
    everything = json.dumps(made["messages"])
    assert re.findall(r"<[@!#][^>]*>", " ".join(marked_up(made["messages"]))) == []
    if detail == "codes":
        assert SUBJECT.mail not in everything


def test_whoever_follows_into_each_new_channel_reads_nothing_that_is_said_from_then_on(room):
    left = []
    for _ in range(4):
        channel = room.look()
        room.act("join", user=SUBJECT_ID, channel=channel)
        room.workspace.forget(channel)
        left.append((channel, len(room.texts(channel))))
    room.look()
    assert {text for channel, seen in left for text in room.texts(channel)[seen:]} == {DULL}
    assert len({channel for channel, _ in left}) == 4
    assert len(room.told(ID["maren"])) == 4  # one alarm a channel

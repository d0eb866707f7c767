"""A channel shows what the case is within the pace Slack allows, whatever is deleted, refused or lost."""

from __future__ import annotations

import json
import time
from datetime import datetime
from itertools import pairwise

import pytest

from runner.chat.cards.blocks import Card
from runner.chat.posting import EDIT_EVERY_S, POST_EVERY_S
from runner.desk.chat_line import Posted
from tests.chat.in_workspace import Room

LOOK_S = 0.05


@pytest.fixture
def room(company):
    room = Room(company)
    room.channel = room.ready()
    return room


def card(key, text, *, button=""):
    """Return a card that says one thing, with a button where it is still asked."""
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": text}}]
    if button:
        told = {"type": "plain_text", "text": "Review"}
        blocks.append({
            "type": "actions", "elements": [{"type": "button", "action_id": "review", "value": button, "text": told}],
        })  # fmt: skip
    return Card(key, f"amber-falcon-7: {key}", tuple(blocks))


def show(room, cards, *, for_s=0.0):
    """Look as the chat does until everything is shown; or for a time. Returns when each message was sent."""
    end = time.monotonic() + (for_s or 20)
    while time.monotonic() < end:
        if (
            room.poster.bring_up_to_date(
                "amber-falcon-7", room.channel, cards() if callable(cards) else cards
            )
            and not for_s
        ):
            return
        time.sleep(LOOK_S)
    assert for_s, "it is not shown after twenty seconds"


def shown(room):
    """Return what each message says now, and how often it was edited."""
    messages = room.state()["channels"][room.channel]["messages"]
    return [(each["blocks"][0]["text"]["text"], each["edits"]) for each in messages]


def moments(room, method):
    """Return when a method was called, in seconds since 1970."""
    lines = [each for each in room.company.ledger("slack") if each["path"].endswith(f"/{method}")]
    return [datetime.fromisoformat(each["at"]).timestamp() for each in lines]


def test_new_cards_come_in_their_order_one_a_second(room):
    keys = ["case", "doors", "approval/a", "ask/b", "ended"]
    show(room, [card(each, each) for each in keys])
    assert [text for text, _ in shown(room)] == ["case", "approval/a", "ask/b", "doors", "ended"]
    assert min(after - before for before, after in pairwise(moments(room, "chat.postMessage"))) >= POST_EVERY_S


def test_what_changes_all_the_time_is_edited_once_in_three_seconds_and_ends_as_it_is(room):
    """Twenty changes a second, as in a lockdown."""
    count = iter(range(10_000))
    show(room, [card("doors", "0 of 60")])
    show(room, lambda: [card("doors", f"{next(count)} of 60")], for_s=7)
    show(room, [card("doors", "60 of 60")])
    edits = [each["at"] for each in room.state()["edits"] if each["channel"] == room.channel]
    assert 2 <= len(edits) <= 5
    assert min(after - before for before, after in pairwise(edits)) >= EDIT_EVERY_S
    assert shown(room) == [("60 of 60", len(edits))]


def test_what_people_are_asked_is_edited_before_the_sums_and_no_sum_waits_for_ever(room):
    show(room, [card("case", "0"), card("approval/a", "open"), card("doors", "0")])
    order, last = [], dict.fromkeys(("case", "doors", "approval/a"), 0)
    count = iter(range(1, 10_000))

    def now():
        number = str(next(count))
        return [card("case", number), card("approval/a", "decided"), card("doors", number)]

    end = time.monotonic() + 4 * EDIT_EVERY_S
    while time.monotonic() < end:
        room.poster.bring_up_to_date("amber-falcon-7", room.channel, now())
        edits = dict(zip(("case", "approval/a", "doors"), [edits for _, edits in shown(room)], strict=True))
        order += [each for each in edits if edits[each] > last[each]]
        last = edits
        time.sleep(LOOK_S)
    assert order[0] == "approval/a"
    assert order.count("approval/a") == 1
    assert set(order[1:3]) == {"case", "doors"}


def test_a_429_is_asked_again_only_after_what_it_says(room):
    room.company.fail(
        "slack", "chat.postMessage", "status", status=429, headers={"Retry-After": "3"}, times=1
    )
    began = time.monotonic()
    show(room, [card("case", "here")])
    assert time.monotonic() - began >= 3
    assert len(moments(room, "chat.postMessage")) == 2


def test_a_card_that_somebody_deleted_is_posted_anew_and_the_others_are_not_held_up(room):
    show(room, [card("case", "one"), card("approval/a", "open")])
    gone = room.state()["channels"][room.channel]["messages"][0]["ts"]
    with room.line.passing():
        room.line.client.chat_delete(channel=room.channel, ts=gone)
    show(room, [card("case", "two"), card("approval/a", "decided")])
    assert sorted(shown(room)) == [("decided", 1), ("two", 0)]


def test_after_a_crash_between_posting_and_remembering_there_are_two_cards_at_worst(room):
    """What was sent last is not remembered: it is posted once more, and from then on edited in place."""
    show(room, [card("case", "one"), card("approval/a", "open", button="amber-falcon-7 a 0123")])
    room.line.memory.gone("amber-falcon-7", "approval/a")
    again = Room.__new__(Room)
    again.__dict__.update(room.__dict__, poster=type(room.poster)(room.line, room.workspace))
    show(again, [card("case", "one"), card("approval/a", "open", button="amber-falcon-7 a 0123")])
    show(again, [card("case", "one"), card("approval/a", "decided")])
    assert shown(room) == [("one", 0), ("open", 0), ("decided", 1)]
    assert set(room.line.memory.cards("amber-falcon-7")) == {"case", "approval/a"}


def test_what_is_remembered_is_neither_posted_nor_edited_again(room):
    cards = [card("case", "one"), card("doors", "two")]
    show(room, cards)
    before = [len(moments(room, each)) for each in ("chat.postMessage", "chat.update")]
    again = type(room.poster)(room.line, room.workspace)
    for _ in range(10):
        assert again.bring_up_to_date("amber-falcon-7", room.channel, cards)
    assert [len(moments(room, each)) for each in ("chat.postMessage", "chat.update")] == before
    assert isinstance(room.line.memory.cards("amber-falcon-7")["case"], Posted)


def test_nothing_is_unfurled_or_read_as_markup_in_what_is_posted(room):
    show(room, [card("case", "https://evil.example <!channel> `x` @here")])
    [message] = room.state()["channels"][room.channel]["messages"]
    assert not message["unfurled"]
    assert not message["mrkdwn"]
    assert json.dumps(message["blocks"]).count("https://evil.example") == 1


def test_the_card_of_the_end_comes_when_every_other_one_is_final(room):
    show(room, [card("case", "open"), card("task/a", "open", button="x"), card("task/b", "open", button="x")])
    show(
        room, [card("case", "done"), card("task/a", "done"), card("task/b", "done"), card("ended", "the end")]
    )
    assert shown(room) == [("done", 1), ("done", 1), ("done", 1), ("the end", 0)]
    [*others, end] = [*moments(room, "chat.update"), moments(room, "chat.postMessage")[-1]]
    assert max(others) < end

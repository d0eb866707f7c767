"""Many cases are followed with few questions: Slack counts them, and a channel where nothing is due needs none."""

from __future__ import annotations

import time

import pytest

from runner.chat.alarm import Alarm
from runner.chat.bridge import Bridge
from runner.chat.following import Follower
from tests.chat.in_workspace import LOOKED, Room
from tests.chat.served import Idle


@pytest.fixture
def room(company):
    return Room(company)


@pytest.fixture
def follower(room):
    desk, line, workspace = room.company.desk, room.line, room.workspace
    made = Follower(Bridge(desk, line, workspace, Idle(desk)), room.channels, Alarm(desk, line, workspace))
    yield made
    made.close()


def show(room, follower, codes):
    """Look around until the channels show everything."""
    end = time.monotonic() + 60
    while not all(room.line.memory.channel(each) for each in codes) or any(
        room.poster.owes(each, cards_of(room, each)) for each in codes
    ):
        assert time.monotonic() < end, "it is not shown after a minute"
        follower._look_around()
        time.sleep(0.05)


def cards_of(room, code):
    room.code = code
    return room.cards()


def look_by_the_clock(room, follower, codes):
    """Look as a while later: every case is due again, and nothing is believed any more."""
    follower._again.clear()
    room.workspace.forget(*map(room.line.memory.channel, codes))
    before = room.asked("conversations.members")
    follower._look_around()
    return room.asked("conversations.members") - before


def test_a_channel_in_which_nothing_is_due_is_not_asked_about_at_every_look(room, follower):
    codes = [room.code, room.company.open(LOOKED, subject="milan.horvat@fjordlight.example")]
    room.company.run(codes[1])
    show(room, follower, codes)
    look_by_the_clock(room, follower, codes)

    assert look_by_the_clock(room, follower, codes) == 0
    room.line.memory.changed(room.line.memory.channel(codes[0]))
    assert look_by_the_clock(room, follower, codes) == 1
    room.company.desk.note(codes[0], "no card shows this")
    assert look_by_the_clock(room, follower, codes) == 0
    room.company.approve(codes[0], "maren")
    assert look_by_the_clock(room, follower, codes) >= 1


def test_who_came_in_unseen_is_found_all_the_same(room, follower):
    """No event says that a channel is not private any more."""
    show(room, follower, [room.code])
    before = room.line.memory.channel(room.code)
    room.act("publicise", channel=before)
    follower._checked[room.code] = -1e9
    look_by_the_clock(room, follower, [room.code])
    assert room.line.memory.channel(room.code) not in ("", before)

"""Slack goes away, comes back, says "not now" and "move": nothing is decided by it, and the channel catches up."""

from __future__ import annotations

import json
import logging
import time

import pytest

from runner.chat.socket_mode import Socket
from runner.desk.claim import Claim
from tests.chat.served import Served, account

MAREN = account("maren")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = Served(tmp_path_factory.mktemp("outage"))
    made.code = made.asked()
    made.serve()
    made.shown(made.code)
    yield made
    made.close()


def approval(house):
    return next(each for each in house.desk.board(house.code)["requests"] if each["kind"] == "approval")


def answers(house):
    """Wait until the command is answered again."""

    def answered():
        return house.act("command", MAREN, text="help")["acks"]

    house.until(answered)


def test_an_outage_neither_approves_nor_denies_and_the_cards_catch_up(house):
    before = approval(house)
    house.press(MAREN, "review", f"{house.code} {before['request']} {before['digest'][:12]}")
    form = house.form(MAREN, "approve")
    house.slack.act("outage", {"seconds": 4})
    gone = house.act("submit", MAREN, view_id=form["id"], values={"code": house.code})
    assert gone["acks"] == [], "who sends a form now sees Slack's own error"
    house.desk.answer(house.code, "seen", "yes", claim=Claim("maren", None))
    assert approval(house) == before
    answers(house)
    assert approval(house) == before
    house.shown(house.code)
    assert "Maren Okafor" in json.dumps(next(each for each in house.room(house.code)["messages"] if "question" in each["text"])["blocks"])
    house.press(MAREN, "review", f"{house.code} {before['request']} {before['digest'][:12]}")
    house.until(lambda: house.view(MAREN)["id"] != form["id"])
    assert house.submit(MAREN, house.form(MAREN, "approve"), {"code": house.code}) == f"{house.code}: recorded."
    assert approval(house)["counted"] == ["maren"]


@pytest.mark.parametrize("reason", ["refresh_requested", "warning", "link_disabled"])
def test_a_socket_that_is_to_move_moves_and_goes_on(house, reason):
    house.slack.act("disconnect", {"reason": reason})
    house.until(lambda: house.slack.link.count >= 1)
    answers(house)


def test_a_socket_that_is_cut_off_is_opened_again(house):
    for _ in range(3):
        house.slack.link.close_all()
        house.until(lambda: house.slack.link.count == 1)
    answers(house)


def test_not_now_is_waited_for_and_caught_up_with(house):
    house.company.fail("slack", "POST /api/chat.update", "status", status=429, headers={"Retry-After": "3"}, times=1)
    edits = house.state()["calls"].get("chat.update", 0)
    began = time.monotonic()
    house.desk.answer(house.code, "call", "done", claim=Claim("maren", None))
    house.shown(house.code)
    assert time.monotonic() - began >= 3
    asked = [each["at"] for each in house.company.ledger("slack") if each["path"] == "/api/chat.update"][edits:]
    assert len(asked) >= 2


class TestTheSocket:
    """The socket by itself: everything that comes is read whole, in however large a burst."""

    @pytest.fixture
    def seen(self):
        """What it hears."""
        return []

    @pytest.fixture
    def alone(self, tmp_path, seen):
        def hear(envelope):
            seen.extend([envelope] if envelope["type"] != "hello" else [])

        made = Served(tmp_path)
        socket = Socket(made.desk.chat_line(), hear, logging.getLogger("test"))
        socket.open()
        made.until(lambda: made.slack.link.count == 1)
        yield made
        socket.close()
        made.close()

    def test_a_burst_of_two_thousand_is_read_whole(self, alone, seen):
        burst = [{"envelope_id": f"b{at}", "type": "x", "payload": {"text": "\x81\x7e" * 300}} for at in range(2000)]
        for each in burst:
            assert alone.slack.link.send(json.dumps(each))
        alone.until(lambda: len(seen) >= len(burst))
        assert seen == burst

    def test_a_large_message_is_read_whole_and_one_beyond_all_measure_ends_nothing_for_long(self, alone, seen):
        large = {"envelope_id": "large", "type": "x", "payload": {"text": "x" * 1_000_000}}
        alone.slack.link.send(json.dumps(large))
        alone.until(lambda: seen == [large])
        alone.slack.link.send(json.dumps({**large, "payload": {"text": "x" * 8_000_000}}))
        alone.until(lambda: alone.slack.link.count == 1 and alone.slack.link.send(json.dumps({**large, "payload": {}})) and len(seen) > 1)
        assert seen[-1]["payload"] == {}


"""Whatever comes over the socket, and however broken, does nothing, prints no traceback, and ends nothing."""

from __future__ import annotations

import json
import random

import pytest

from tests.chat.served import Served, account

MAREN = account("maren")
SEED, HOW_MANY = 20_261_125, 300
JUNK = [None, True, 0, -1, 1e308, "", "x", "\ud800", "\u202e", "x" * 70_000, [], {}, [[]], [None], {"id": None}, {"type": []}, [{"a": 1}], "{}", "null"]
BROKEN = [
    "", "x", "{", "[]", "null", "3", '"x"', "{}", '{"type": null}', '{"type": "hello"}', "[" * 50_000, '{"a":' * 50_000, "\x00", '{"type": "\ud83d"}',
    '{"type": "interactive"}', '{"type": "interactive", "envelope_id": 3, "payload": null}', '{"type": "slash_commands", "envelope_id": "x"}',
    '{"type": "events_api", "envelope_id": "x", "payload": []}', '{"type": "interactive", "envelope_id": "x", "payload": "x"}',
    '{"type": "interactive", "envelope_id": ["x"], "payload": {"type": "block_actions"}}', '{"envelope_id": "x", "payload": {"command": "/ops"}}',
    '{"type": "x", "type": "slash_commands", "envelope_id": "a", "payload": {}}', '{"type": "interactive", "envelope_id": "x", "payload": NaN}',
]  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = Served(tmp_path_factory.mktemp("malformed"))
    made.code = made.asked()
    made.serve()
    made.shown(made.code)
    yield made
    made.close()


def whole(house):
    """Return whole payloads of every kind, each of which would do something."""
    view = {
        "type": "modal", "callback_id": "note", "title": {"type": "plain_text", "text": "x"}, "submit": {"type": "plain_text", "text": "x"},
        "blocks": [{"type": "input", "block_id": "value", "label": {"type": "plain_text", "text": "x"}, "element": {"type": "plain_text_input", "action_id": "value"}}],
    }  # fmt: skip
    return [
        ("slash_commands", house.typed(MAREN, f"note {house.code} words")),
        ("interactive", house.pressed(MAREN, "review", f"{house.code} approve-lockdown")),
        ("interactive", house.sent_in(MAREN, view, {"case": house.code, "value": "words"})),
        ("interactive", house.chosen(MAREN, "note")),
        ("events_api", house.happened({"type": "app_home_opened", "user": MAREN})),
        ("events_api", house.happened({"type": "member_joined_channel", "user": MAREN, "channel": "C1", "team": "T0FJORDLIGHT"})),
    ]


REQUIRED = {
    "slash_commands": ("user_id", "team_id", "api_app_id", "command"),
    "interactive": ("type", "user", "api_app_id"),
    "events_api": ("type", "event", "api_app_id"),
}


def broken(payload, kind, dice):
    """Return a payload in which something without which it is nothing is something else, and more besides."""
    made = json.loads(json.dumps(payload))
    for _ in range(dice.randint(0, 4)):
        spoil(made, dice)
    name = dice.choice(REQUIRED[kind])
    if dice.random() < 0.5:
        made.pop(name, None)
    else:
        made[name] = dice.choice([each for each in JUNK if not each or not isinstance(each, str)])
    return made


def spoil(made, dice):
    """Put junk somewhere into it."""
    part = made
    while isinstance(part, dict) and part:
        key = dice.choice(sorted(part))
        if not isinstance(part[key], dict) or dice.random() < 0.4:
            part[key] = dice.choice(JUNK)
            return
        part = part[key]


def alive(house):
    before = len(house.whispers(MAREN))
    house.act("command", MAREN, text="help")
    return house.until(lambda: any(each.startswith("/ops") for each in house.whispers(MAREN)[before:]))


def test_three_hundred_broken_payloads_do_nothing_and_are_acknowledged_or_ignored(house, capfd, caplog):
    dice, templates = random.Random(SEED), whole(house)
    rows, outbox, calls = house.rows(), house.outbox(), house.state()["calls"]
    for at in range(HOW_MANY):
        kind, payload = dice.choice(templates)
        envelope = {"envelope_id": f"broken-{at}", "type": kind, "payload": broken(payload, kind, dice)}
        house.slack.act("raw", {"envelope": envelope})
    assert alive(house)
    house.until(lambda: not house.servers[0]._receiver._workers._work_queue.qsize())
    seen = house.outbox(MAREN)
    assert house.rows() == rows
    assert {key: seen[key] for key in ("channels", "users", "failures")} == {key: outbox[key] for key in ("channels", "users", "failures")}
    assert {name: count for name, count in house.state()["calls"].items() if name.startswith(("views.", "chat."))} == {
        name: count for name, count in calls.items() if name.startswith(("views.", "chat."))
    }
    quiet(capfd, caplog)


@pytest.mark.parametrize("at", range(len(BROKEN)))
def test_what_is_no_envelope_is_ignored(house, at, capfd, caplog):
    rows = house.rows()
    house.slack.act("raw", {"envelope": BROKEN[at].encode("utf-8", "replace").decode()})
    assert alive(house)
    assert house.rows() == rows
    quiet(capfd, caplog)


def test_junk_in_what_is_optional_raises_nothing(house, capfd, caplog):
    dice = random.Random(SEED + 1)
    for at in range(HOW_MANY // 3):
        kind, payload = dice.choice(whole(house))
        made = json.loads(json.dumps(payload))
        for _ in range(3):
            spoil(made, dice)
        house.slack.act("raw", {"envelope": {"envelope_id": f"junk-{at}", "type": kind, "payload": made}})
    assert alive(house)
    house.until(lambda: not house.servers[0]._receiver._workers._work_queue.qsize())
    quiet(capfd, caplog)


def quiet(capfd, caplog):
    """Check that nothing was printed that says where the program stood, nor what was sent."""
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    assert not [each for each in caplog.records if each.exc_info or "defect" in each.getMessage()]
    assert house_secrets(caplog) == []


def house_secrets(caplog):
    return [each.getMessage() for each in caplog.records if "verification-token" in each.getMessage() or "x" * 1000 in each.getMessage()]

"""Malformed envelopes, drawn from one seed: broken as text, as envelope, as payload, or in one field that counts.

A field that counts is one without which nothing can be done: who did it, where, by which form, and for which
case. What only describes (the name of a channel) is left alone: with another one, the act is as good.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["wrecks"]

_JUNK: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, [], {}, [[]], {"": ""}, ["U"], "", " ", "\x00", "\ud800", "x" * 5_000, "<!channel>", "../../etc/passwd", "U",
    "\u202egnihtemos", "null", "{{ 7 * 7 }}", "' OR 1=1 --", "\n", "T", "{", "[]", "{}",
)  # fmt: skip
"""None of it has the form of a user id, a command, a form's or a button's name, or a case's code."""
_WHO = (("user", "id"), ("user", "team_id"), ("api_app_id",), ("type",), ("user",))
_FORM = (*_WHO, ("view",), ("view", "callback_id"))
_FIELDS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "command": (("user_id",), ("team_id",), ("api_app_id",), ("text",), ("command",)),
    "event_callback": (("event", "type"), ("event",), ("api_app_id",), ("type",)),
    "block_actions": (*_WHO, ("actions",), ("actions", 0), ("actions", 0, "action_id"), ("actions", 0, "value")),
    "object": (*_FORM, ("view", "private_metadata")),
    "note": (
        *_FORM, ("view", "state"), ("view", "state", "values"), ("view", "state", "values", "case"),
        ("view", "state", "values", "case", "value"), ("view", "state", "values", "case", "value", "value"),
    ),
}  # fmt: skip
Whole = dict[str, Any]


def wrecks(whole: Callable[[int], Whole], count: int, seed: int) -> Iterator[str]:
    """Yield texts for the socket. whole: makes a good envelope, anew for each number."""
    chance = random.Random(seed)
    ways = (_text, _envelope, _payload, _field)
    for number in range(count):
        yield ways[number % len(ways)](whole(number // len(ways)), chance)


def _text(whole: Whole, chance: random.Random) -> str:
    good = json.dumps(whole)
    return chance.choice([
        lambda: good[: chance.randrange(len(good))],
        lambda: good[chance.randrange(1, len(good)) :],
        lambda: "".join(chr(chance.randrange(1, 0xD7FF)) for _ in range(chance.randrange(200))),
        lambda: "[" + good + "]",
        lambda: good.replace(":", chance.choice(("", "::", "=")), 1),
        lambda: '{"envelope_id": "x", "type": "interactive", "payload": ' + "[" * chance.randrange(10_000),
        lambda: json.dumps(chance.choice(_JUNK)),
        lambda: '{"type": "interactive", "envelope_id": "x", "payload": ' + "9" * 5_000 + "}",
    ])()  # fmt: skip


def _envelope(whole: Whole, chance: random.Random) -> str:
    name = chance.choice(("envelope_id", "type", "payload"))
    if chance.random() < 0.3:
        del whole[name]
    else:
        whole[name] = chance.choice([each for each in _JUNK if name != "envelope_id" or not _is_name(each)])
    return json.dumps(whole)


def _payload(whole: Whole, chance: random.Random) -> str:
    """Wreck what is below the envelope as a whole: another kind, half of it gone, or wrapped once more."""
    payload = whole["payload"]
    whole["payload"] = chance.choice([
        lambda: {"payload": payload},
        lambda: [payload],
        lambda: json.dumps(payload),
        lambda: dict.fromkeys(payload),
        lambda: {name: [value] for name, value in payload.items()},
        lambda: {name.upper(): value for name, value in payload.items()},
        lambda: {**payload, **{name: chance.choice(_JUNK[:10]) for name in ("user", "user_id", "event", "api_app_id")}},
    ])()  # fmt: skip
    return json.dumps(whole)


def _field(whole: Whole, chance: random.Random) -> str:
    payload = copy.deepcopy(whole["payload"])
    path = chance.choice(_FIELDS[_kind(payload)])
    part = payload
    for each in path[:-1]:
        part = part[each]
    if isinstance(part, dict) and chance.random() < 0.25 and path[-1] != "team_id":
        del part[path[-1]]
    else:
        part[path[-1]] = chance.choice(_JUNK)
    return json.dumps({**whole, "payload": payload})


def _kind(payload: Whole) -> str:
    """Return which fields count in a payload: those of a command, of an event, of a press, or of one form."""
    if payload.get("type") == "view_submission":
        return str(payload["view"]["callback_id"])
    return "command" if "command" in payload else str(payload["type"])


def _is_name(junk: Any) -> bool:
    """Tell whether this could be an id as well as any other: an envelope's means nothing to us."""
    return isinstance(junk, str) and bool(junk)

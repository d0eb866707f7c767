"""Hypothesis strategies, one for each kind of field a stranger can write into.

The suite draws few examples, the same on every machine. More, and other ones each time:
`HOSTILE_EXAMPLES=5000 pytest tests/hostile`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from tests.corpus.entries import BYTES, TEXTS, into

__all__ = [
    "EXAMPLES", "FEW", "addresses", "commands", "every", "headers", "ids", "json_texts", "json_values", "links", "mails",
    "payloads", "references", "texts", "yaml_texts",
]  # fmt: skip

FEW = 25
EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", FEW))


def every(*given_by: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> Callable[[Any], Any]:
    """Run a test on examples of these strategies; as `hypothesis.given`, under this project's one profile."""
    profile = settings(
        max_examples=EXAMPLES,
        derandomize=EXAMPLES <= FEW,
        deadline=None,  # time is never asserted
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    return lambda test: profile(given(*given_by, **named)(test))


_CORPUS = [each.value for each in TEXTS if len(each.value) <= 2000]
_EVERYTHING = st.characters(codec=None) | st.characters(categories=["Cs"])
"""Half surrogate pairs too: JSON may carry them (RFC 8259 section 8.2)."""
_PIECES = st.sampled_from(_CORPUS) | st.text(_EVERYTHING, max_size=20)


def _joined(pieces: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    return st.lists(pieces, max_size=most).map("".join)


texts = _joined(_PIECES, 4)
"""Names, titles, notes, subjects, labels."""

ids = st.one_of(
    texts,
    st.text("abcXYZ0189-_.", min_size=1, max_size=24),
    _joined(st.sampled_from(["00u1", "..", "/", "\\", "%2f", "%", "?", "#", ";", "@", ":", "\r\n", "\0", " ", "é", "\ud800"]), 5),
)
"""What a service calls a thing."""

addresses = _joined(
    st.sampled_from([
        "http", "https", "file", "javascript", ":", "//", "/", "\\", "@", "[", "]", "::1", "127.0.0.1", "0x7f.1", "2852039166",
        "okta.example", "evil.example", ":443", ":99999", "?q=", "#", "%00", "\t", "\n", " ", "。", "xn--", "\ud800", "\uff45", "..",
    ]),
    8,
)  # fmt: skip
links = st.one_of(
    st.builds('<{}>; rel="next"'.format, addresses),
    _joined(st.sampled_from(["<", ">", ";", ",", "rel=", "rel=next", '"next"', '"', " ", "http://h.example/2", "/2"]), 9),
)
"""A `Link` header."""

headers = st.dictionaries(
    st.sampled_from(["retry-after", "x-rate-limit-reset", "x-ratelimit-reset", "date", "x-ratelimit-remaining"]),
    st.one_of(
        st.sampled_from([each.value for each in into("wait")]),
        st.integers().map(str),
        st.floats().map(str),
        _joined(st.sampled_from(["Mon, ", "1", " Jan ", "9999", "20", " ", ":", "+", "-", "GMT", "99999999999999999999"]), 9),
    ),
    max_size=4,
)
"""What a service says about when to come back."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
json_texts = st.one_of(
    json_values.map(lambda value: json.dumps(value).encode()),
    _joined(st.sampled_from([*'[]{}":,-+.eE0129\\', "null", "NaN", "1e999", '"a":', "\\ud800", " "]), 14).map(str.encode),
    st.sampled_from(BYTES),
    st.binary(max_size=60),
)
"""A body that may be JSON."""

commands = st.one_of(
    texts,
    _joined(st.sampled_from(["note", "approve", "answer", "deny", " ", "amber-falcon-71", "--", "—", "yes", "\n", "same-person"]), 7),
)
"""What follows the slash command."""

references = _joined(
    st.sampled_from([*"{}()[]|.<>=!'\"% ", "{{", "}}", "inputs", "seen", "{%", "and", "not", "7*7", "__class__"]), 9
)
"""Text of a playbook that may hold references."""

yaml_texts = st.one_of(
    texts,
    _joined(st.sampled_from([
        "a", "b", ": ", ":", "\n", "- ", "  ", "[", "]", "{", "}", "'", '"', "&x ", "*x", "!t ", "<<: ", "|\n", ">-\n", "# ", "---\n",
        "...\n", "? ", "\t", "\r", "%YAML 1.1\n", "null", "~", "0123", "é", "\ufeff", "\x85", "\u2028", ",", "\\", "\\x00",
    ]), 16),
)  # fmt: skip

mails = st.lists(
    st.sampled_from([
        b"From: a@mailbox.example", b"Subject: =?utf-7?q?+2AA-?=", b"Content-Type: multipart/mixed; boundary=b", b"--b", b"--b--",
        b"Content-Type: text/html; charset=utf-16", b"Content-Transfer-Encoding: base64", b"Date: Mon, 99999 Jan 99999 +99999999999",
        b"Received: by a; Wed, 25 Nov 2026 09:14:02 +9999", b"Content-Disposition: attachment; filename*0*=utf-8''..%2f..%2fx", b"",
        b"Pay 2 BTC by Friday 25:61 to bc1qxxxxxxxxxx", b"within 99999999999999999999 hours", b"by 31.02.2026", b"$1.000.000,5,5",
    ]) | st.binary(max_size=40) | texts.map(lambda text: text.encode("utf-8", "replace")),
    max_size=16,
).map(b"\r\n".join)  # fmt: skip

_JUNK = st.none() | st.integers() | texts | st.lists(texts, max_size=2) | st.just({}) | st.just("[" * 4000)
payloads = st.fixed_dictionaries(
    {},
    optional={
        "command": st.just("/ops") | _JUNK,
        "type": st.sampled_from(["block_actions", "view_submission", "view_closed", "shortcut", "event_callback"]) | _JUNK,
        "user_id": st.just("U1") | _JUNK,
        "team_id": st.just("T1") | _JUNK,
        "api_app_id": st.just("A1") | _JUNK,
        "text": commands | _JUNK,
        "trigger_id": _JUNK,
        "user": st.fixed_dictionaries({}, optional={"id": st.just("U1") | _JUNK, "team_id": st.just("T1") | _JUNK}) | _JUNK,
        "team": st.just({"id": "T1"}) | _JUNK,
        "actions": st.lists(st.dictionaries(st.sampled_from(["action_id", "value", "selected_option"]), _JUNK), max_size=2) | _JUNK,
        "event": st.dictionaries(st.sampled_from(["type", "user", "channel", "team"]), st.just("app_home_opened") | _JUNK) | _JUNK,
        "view": st.fixed_dictionaries(
            {},
            optional={
                "id": _JUNK,
                "callback_id": _JUNK,
                "private_metadata": json_values.map(json.dumps) | _JUNK,
                "state": st.fixed_dictionaries({"values": st.dictionaries(texts, st.dictionaries(texts, _JUNK, max_size=2), max_size=2) | _JUNK}),
            },
        ) | _JUNK,
    },
)  # fmt: skip
"""What comes over Slack's socket."""

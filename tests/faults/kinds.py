"""The ways in which the answer to a write goes wrong, by name; whether the write was applied is part of each."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field

from integrations.lab.faults import Fault
from runner.actions.values import Json

__all__ = ["ANSWER_S", "KINDS", "SILENCE_S", "Wrong"]

_PAGE = b"<html><head><title>Bad Gateway</title></head><body>nginx</body></html>"
_HTML = {"Content-Type": "text/html"}
_FORBIDDEN = {"error": {"code": 403, "message": "Insufficient privileges"}, "errorCode": "E0000006"}
_QUERY = b"<ErrorResponse><Error><Type>Sender</Type><Code>LimitExceeded</Code></Error></ErrorResponse>"
_BOMB = gzip.compress(b"[" + b" " * (64 << 20) + b"]", 1)  # twice what the client takes of one answer
SILENCE_S, ANSWER_S = 1.0, 2.0  # how long the clients of these tests wait for a byte, and for a whole answer


@dataclass(frozen=True)
class Wrong:
    """One way in which an answer goes wrong."""

    name: str
    fields: Json
    """Of the fault, without its match."""
    vendors: frozenset[str] = frozenset()
    """Those that say errors so; all when empty."""
    body: Json | bytes = None
    slow: bool = field(default=False)
    """It is given up on by the clock."""

    def fault(self, request: str, times: int | None = 1) -> Fault:
        """Return the fault for requests of these words, `METHOD /path`, by default for the next one alone."""
        given = {"match": f"^{re.escape(request)}$", "times": times, "body": self.body, **self.fields}
        return Fault.of(given)

    def __str__(self) -> str:
        return self.name


def _applied(name: str, body: Json | bytes, status: int = 200, **headers: str) -> Wrong:
    return Wrong(name, {"kind": "answer", "status": status, "headers": headers}, body=body)


def _unapplied(name: str, body: Json | bytes, status: int = 200, **headers: str) -> Wrong:
    return Wrong(name, {"kind": "status", "status": status, "headers": headers}, body=body)


_SLACK, _AWS = frozenset({"slack", "slack_org"}), frozenset({"aws"})
KINDS = {each.name: each for each in (
    Wrong("answer lost after it was applied", {"kind": "lose-answer"}),
    Wrong("reset before it was applied", {"kind": "reset"}),
    Wrong("body cut after it was applied", {"kind": "truncate"}),
    Wrong("HTML with 200 after it was applied", {"kind": "garbage"}),
    _unapplied("HTML with 200 before it was applied", _PAGE, **_HTML),
    _applied("502 after it was applied", _PAGE, 502, **_HTML),
    _applied("504 after it was applied", _PAGE, 504, **_HTML),
    _unapplied("502 before it was applied", _PAGE, 502, **_HTML),
    _unapplied("500 before it was applied", {"message": "internal"}, 500),
    _unapplied("403 before it was applied", _FORBIDDEN, 403),
    _unapplied("401, the token was revoked", {"message": "Bad credentials"}, 401),
    Wrong("200 with Slack's revoked token", {"kind": "status", "status": 200}, _SLACK, {"ok": False, "error": "token_revoked"}),
    _unapplied("200 with an error inside", _FORBIDDEN),
    Wrong("200 with Slack's refusal", {"kind": "status", "status": 200}, _SLACK, {"ok": False, "error": "invalid_arguments"}),
    Wrong("200 with Slack's half-done", {"kind": "answer", "status": 200}, _SLACK, {"ok": False, "error": "fatal_error"}),
    Wrong("200 with AWS's error", {"kind": "status", "status": 200}, _AWS, _QUERY),
    Wrong("other ids and other words", {"kind": "strange"}),
    Wrong("no field at all", {"kind": "bare"}),
    _applied("nothing with 200", b""),
    _applied("null", b"null"),
    _applied("a list for an object", b"[[], 7, null]"),
    _applied("ten thousand brackets", b"[" * 10_000 + b"]" * 10_000),
    _applied("numbers that are none", b'{"id": NaN, "ok": true, "at": Infinity, "n": 1e999}'),
    _applied("every key twice", b'{"id": "a", "ok": true, "id": "b", "ok": true}'),
    _applied("a bomb in gzip", _BOMB, **{"Content-Encoding": "gzip"}),
    Wrong("a body without an end", {"kind": "endless"}),
    Wrong("silence after it was applied", {"kind": "drip", "seconds": 60}, slow=True),
    Wrong("a byte at a time", {"kind": "drip", "seconds": SILENCE_S / 8}, slow=True),
    Wrong("a byte of the body at a time", {"kind": "drip-body", "seconds": SILENCE_S / 8}, slow=True),
)}  # fmt: skip
assert json.loads(gzip.decompress(_BOMB)[:1] + b"]") == []

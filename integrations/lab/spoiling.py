"""Turn an honest answer into the one a fault wants: another page, or words nobody ever documented."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from integrations.lab.exchange import Reply
from integrations.lab.faults import Fault
from runner.actions.values import Json

__all__ = ["spoilt"]

_GARBAGE = b"<html><body>Please sign in to the guest network</body></html>"  # what a captive portal answers
_TEXT = re.compile(rb">([^<>]+)<")


def spoilt(reply: Reply, fault: Fault | None) -> Reply:
    """Return the answer as this fault leaves it; what breaks on the wire is left to the wire."""
    match fault and fault.kind:
        case "garbage":
            return replace(reply, status=200, body=_GARBAGE)
        case "answer" if fault:
            return replace(reply, status=fault.status, body=fault.body, headers=fault.headers)
        case "strange":
            return replace(reply, body=_strange(reply.content()))
        case "swap" if fault and isinstance(fault.body, dict):
            old, new = str(fault.body["old"]).encode(), str(fault.body["new"]).encode()
            return replace(reply, body=reply.content().replace(old, new))
        case "bare":
            return replace(reply, body=_bare(reply.content()))
    return reply


def _strange(body: bytes) -> bytes:
    if body.lstrip().startswith(b"<"):
        return _TEXT.sub(rb">x\1<", body)
    return _written(_renamed(json.loads(body))) if body.strip() else body


def _renamed(value: Json) -> Json:
    match value:
        case str():
            return f"x{value}"
        case list():
            return [_renamed(each) for each in value]
        case dict():
            return {name: _renamed(each) for name, each in value.items()}
    return value


def _bare(body: bytes) -> bytes:
    if body.lstrip().startswith(b"<"):
        return _TEXT.sub(b"><", body)
    told = json.loads(body) if body.strip() else None
    return _written([{} for _ in told] if isinstance(told, list) else {}) if told is not None else body


def _written(value: Json) -> bytes:
    return json.dumps(value).encode()

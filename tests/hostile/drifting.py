"""A stand-in whose answers are not what its vendor documents: one value of each is gone, or is something else."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

__all__ = ["DRIFTS", "Drifting"]

Way = tuple[Any, ...]
"""How to reach a value: keys and places."""
_LEAF = re.compile(rb"<(\w+)>[^<>]*</\1>")


def _gone(parent: Any, key: Any, _dice: random.Random) -> None:
    del parent[key]


def _becomes(*values: Any) -> Callable[[Any, Any, random.Random], None]:
    def put(parent: Any, key: Any, dice: random.Random) -> None:
        parent[key] = dice.choice(values)

    return put


DRIFTS: dict[str, Callable[[Any, Any, random.Random], None]] = {
    "a field is gone": _gone,
    "null": _becomes(None),
    "a number": _becomes(0, -1, 2**70, 1.5, True),
    "a list or an object": _becomes([], {}, [None], {"id": None}, [[]], "[]"),
    "a text of a stranger's": _becomes("", "../x", "\ud800", "a\0b\r\nX-Evil: 1", "{{7*7}}", "\u202e", "x" * 9000, "http://evil.example/"),
}  # fmt: skip
"""What becomes of one value of an answer, by what an engineer would call it."""


class Drifting:
    """Serves what another stand-in serves, each JSON answer spoilt in one place."""

    def __init__(self, standin: Any, drift: str, seed: object, *, spared: str = r"$^") -> None:
        """spared: pattern of the paths that are answered as documented."""
        self._standin, self._drift, self._dice = standin, DRIFTS[drift], random.Random(f"{drift}/{seed}")
        self._spared = re.compile(spared)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._standin, name)

    def _serve(self, request: Any) -> Any:
        reply, fault = self._standin._serve(request)
        content = reply.content()
        if self._spared.search(request.path):
            return reply, fault
        made = self._spoilt_xml(content) if content.startswith(b"<") else self._spoilt_json(content)
        return replace(reply, body=made), fault

    def _spoilt_json(self, content: bytes) -> bytes:
        try:
            made = json.loads(content)
        except ValueError:
            return content
        ways = list(_ways(made))
        if not ways:
            return content
        *path, key = self._dice.choice(ways)
        parent = made
        for each in path:
            parent = parent[each]
        self._drift(parent, key, self._dice)
        return json.dumps(made).encode()

    def _spoilt_xml(self, content: bytes) -> bytes:
        leaves = list(_LEAF.finditer(content))
        if not leaves:
            return content
        leaf, holder = self._dice.choice(leaves), {"text": ""}
        self._drift(holder, "text", self._dice)
        name = leaf[1].decode()
        text = escape(str(holder["text"])).encode("utf-8", "replace") if holder else b""
        made = f"<{name}>".encode() + text + f"</{name}>".encode() if holder else b""
        return content[: leaf.start()] + made + content[leaf.end() :]


def _ways(value: Any, way: Way = ()) -> Iterator[Way]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*way, key)
        yield from _ways(each, (*way, key))

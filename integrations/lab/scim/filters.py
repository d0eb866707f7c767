"""Understand the one comparison we send, `attribute eq "text"`; many providers understand no more.

RFC 7644 section 3.4.2.2 has the whole grammar.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from runner.actions.values import Json

__all__ = ["matcher"]

_EQ = re.compile(r'(?P<attribute>[A-Za-z][\w:.]*) eq (?P<text>"(?:[^"\\]|\\.)*")', re.IGNORECASE)
_EXACT = frozenset({"id", "externalId"})  # RFC 7643 sections 3.1 and 4.1.1: case matters there only


def matcher(expression: str) -> Callable[[Json], bool]:
    """Return a test over a user. Raises ValueError for what this stand-in does not understand."""
    found = _EQ.fullmatch(expression)
    if not found:
        raise ValueError(f"not understood: {expression}")
    schema, _, name = found["attribute"].rpartition(":")
    wanted = json.loads(found["text"])
    fold = str if name in _EXACT else str.casefold

    def test(user: Json) -> bool:
        start = user.get(schema, {}) if schema else user
        texts = [each for each in _values(start, name.split(".")) if isinstance(each, str)]
        return fold(wanted) in [fold(each) for each in texts]

    return test


def _values(row: Json, names: list[str]) -> list[Json]:
    if isinstance(row, list):
        return [value for each in row for value in _values(each, names)]
    if not names:
        return [row]
    return _values(row.get(names[0]), names[1:]) if isinstance(row, dict) else []

"""Understand the part of Okta's search language that we send: `eq`, `and`, `or`, parentheses.

RFC 7644 section 3.4.2.2 has the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from runner.actions.values import Json

__all__ = ["matcher"]

Test = Callable[[Json], bool]
_TOKEN = re.compile(r'\s*(?:(?P<mark>[()])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[A-Za-z][\w.]*))\s*')


def matcher(expression: str) -> Test:
    """Return a test over a JSON object. Raises ValueError for what this stand-in does not understand."""
    parser = _Parser(expression)
    test = parser.either()
    if parser.peek():
        raise ValueError(f"Invalid search criteria: {parser.peek()} was not expected")
    return test


class _Parser:
    """Recursive descent: either = both (or both)*; both = one (and one)*; one = (either) | name eq "text"."""

    def __init__(self, expression: str) -> None:
        self._tokens, place = [""], 0
        while place < len(expression):
            found = _TOKEN.match(expression, place)
            if not found:
                raise ValueError(f"Invalid search criteria at {place}")
            self._tokens.insert(-1, found.group().strip())
            place = found.end()

    def peek(self) -> str:
        return self._tokens[0]

    def take(self) -> str:
        if not self._tokens[0]:
            raise ValueError("Invalid search criteria: it ends early")
        return self._tokens.pop(0)

    def either(self) -> Test:
        tests = [self.both()]
        while self.peek() == "or":
            self.take()
            tests.append(self.both())
        return lambda row: any(test(row) for test in tests)

    def both(self) -> Test:
        tests = [self.one()]
        while self.peek() == "and":
            self.take()
            tests.append(self.one())
        return lambda row: all(test(row) for test in tests)

    def one(self) -> Test:
        if self.peek() == "(":
            self.take()
            test = self.either()
            if self.take() != ")":
                raise ValueError("Invalid search criteria: a parenthesis is missing")
            return test
        attribute, operator, text = self.take(), self.take(), self.take()
        if operator != "eq" or not text.startswith('"'):
            raise ValueError(f"Invalid search criteria: {attribute} {operator} {text}")
        wanted = re.sub(r"\\(.)", r"\1", text[1:-1])
        return lambda row: wanted in _values(row, attribute.split("."))


def _values(row: Json, names: list[str]) -> Iterator[Json]:
    """Yield what an attribute path leads to; a list on the way means any of its elements."""
    if isinstance(row, list):
        for each in row:
            yield from _values(each, names)
    elif not names:
        yield row
    elif isinstance(row, dict):
        yield from _values(row.get(names[0]), names[1:])

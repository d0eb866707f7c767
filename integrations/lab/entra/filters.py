"""Understand the part of OData's `$filter` that we send: `eq`, `ge`, `and`, `or`, parentheses, `any`.

Grammar: OData version 4.01, part 2, section 5.1.1. Text compares without case, as in Entra.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from runner.actions.values import Json

__all__ = ["matcher"]

Test = Callable[[Json], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z)|(?P<mark>[():])|(?P<word>[^\s():']+))\s*"
)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def matcher(expression: str) -> Test:
    """Return a test over a JSON object. Raises ValueError for what this stand-in does not understand."""
    parser = _Parser(expression)
    test = parser.either("")
    if parser.peek():
        raise ValueError(f"Invalid filter clause: {parser.peek()} was not expected")
    return test


class _Parser:
    """Recursive descent: either = both (or both)*; both = one (and one)*; one = (either) | any | test."""

    def __init__(self, expression: str) -> None:
        self._tokens, place = [""], 0
        while place < len(expression):
            found = _TOKEN.match(expression, place)
            if not found:
                raise ValueError(f"Invalid filter clause at {place}")
            self._tokens.insert(-1, found.group().strip())
            place = found.end()

    def peek(self) -> str:
        return self._tokens[0]

    def take(self, wanted: str = "") -> str:
        token = self._tokens[0]
        if not token or (wanted and token != wanted):
            raise ValueError(f"Invalid filter clause: {wanted or 'more'} was expected")
        return self._tokens.pop(0)

    def either(self, variable: str) -> Test:
        tests = [self.both(variable)]
        while self.peek() == "or":
            self.take()
            tests.append(self.both(variable))
        return lambda row: any(test(row) for test in tests)

    def both(self, variable: str) -> Test:
        tests = [self.one(variable)]
        while self.peek() == "and":
            self.take()
            tests.append(self.one(variable))
        return lambda row: all(test(row) for test in tests)

    def one(self, variable: str) -> Test:
        if self.peek() == "(":
            self.take()
            test = self.either(variable)
            self.take(")")
            return test
        names = self.take().split("/")
        if names[-1] == "any":
            return self._any(names[:-1])
        return self._comparison(names[1:] if variable and names[0] == variable else names)

    def _any(self, names: list[str]) -> Test:
        self.take("(")
        variable = self.take()
        self.take(":")
        test = self.either(variable)
        self.take(")")
        return lambda row: any(test(each) for value in _values(row, names) for each in value or [])

    def _comparison(self, names: list[str]) -> Test:
        operator, literal = self.take(), self.take()
        if operator not in {"eq", "ge"}:
            raise ValueError(f"Invalid filter clause: {operator} is not understood here")
        wanted = _literal(literal)
        if operator == "eq":
            return lambda row: any(_folded(value) == _folded(wanted) for value in _values(row, names))
        return lambda row: any(_time(each) >= wanted for each in _values(row, names) if each)


def _literal(token: str) -> Json:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if _TIME.fullmatch(token):
        return datetime.fromisoformat(token)
    return {"true": True, "false": False, "null": None}.get(token, int(token) if token.isdigit() else token)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _folded(value: Json) -> Json:
    return value.casefold() if isinstance(value, str) else value


def _values(row: Json, names: list[str]) -> Iterator[Json]:
    """Yield what a property path leads to; an empty path is the element itself."""
    if not names:
        yield row
    elif isinstance(row, dict):
        yield from _values(row.get(names[0]), names[1:])

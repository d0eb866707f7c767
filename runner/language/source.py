"""Reads a YAML file strictly: what a reviewer sees on the page is what the machine gets.

PyYAML's own loaders keep the last of two equal keys, turn `NO` into false and expand aliases without
bound. So only its parse events and nodes are used (the C parser where present), and everything
that can hide a meaning is refused: anchors, aliases, tags, merge keys, duplicate keys, a second
document, hidden characters. Scalars stay text; models convert what they want to convert.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from runner.language.characters import first_bad, hidden
from runner.language.problems import At, Problem, lines_of, quoted

__all__ = ["LARGEST", "Source", "Where", "parse", "read"]

LARGEST = 1024 * 1024
"""Bytes of a file."""
DEEPEST = 50
_TOO_DEEP = f"expected at most {DEEPEST} levels, found more"

Where: TypeAlias = tuple[str | int, ...]
"""The way to a value: `("phases", 0, "steps", 2, "do")`."""

_Loader = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader  # neither resolves types


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read: plain values (dict, list, str, None for nothing) and the place of each."""

    name: str
    text: str
    value: Any = None
    """None when the file could not be read as one plain YAML document."""
    problems: tuple[Problem, ...] = ()
    sha256: str = ""
    """Of the bytes as stored."""
    keys: Mapping[Where, At] = field(default_factory=dict)
    values: Mapping[Where, At] = field(default_factory=dict)

    def at(self, where: Where, *, key: bool = False) -> At:
        """Return the place of a value (or of its key); of the nearest parent when it has none."""
        for end in range(len(where), -1, -1):
            if key and where[:end] in self.keys:
                return self.keys[where[:end]]
            if where[:end] in self.values:
                return self.values[where[:end]]
        return At(1, 1)


class _Refused(Exception):
    def __init__(self, *problems: Problem) -> None:
        super().__init__()
        self.problems = problems


def read(path: Path) -> Source:
    """Return the file's content; what cannot be opened or decoded is a problem at line 1."""
    name = str(path)
    try:
        content = _bytes(path)
    except ValueError as why:
        return Source(name, "", problems=(Problem(name, At(1, 1), str(why), "not-readable"),))
    except OSError as why:
        said = "expected a regular file, found a symbolic link" if why.errno == errno.ELOOP else why.strerror
        return Source(name, "", problems=(Problem(name, At(1, 1), f"{said}", "not-readable"),))
    digest = hashlib.sha256(content).hexdigest()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        line = content[: why.start].count(b"\n") + 1
        found = (
            "UTF-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else f"the byte 0x{content[why.start]:02x}"
        )
        problem = Problem(name, At(line, 1), f"expected UTF-8 text, found {found}", "encoding")
        return Source(name, "", problems=(problem,), sha256=digest)
    return parse(text, name, sha256=digest)


def _bytes(path: Path) -> bytes:
    """O_NOFOLLOW and fstat on what was opened: no symlink, no FIFO that would block, no device."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("expected a regular file, found something else")
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError("expected at most 1 MiB, found a larger file")
    return content


def parse(text: str, name: str, *, sha256: str = "") -> Source:
    """Return the one document of a text; `problems` says, with places, what was refused."""
    digest = sha256 or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    body = text.removeprefix("\ufeff")
    try:
        problems = _inspect(body, name)
        tree = yaml.compose(body, Loader=_Loader)
    except _Refused as refused:
        return Source(name, body, problems=refused.problems, sha256=digest)
    except yaml.YAMLError as error:
        return Source(name, body, problems=(_syntax(error, body, name),), sha256=digest)
    walk = _Walk(name, problems)
    value = walk.value(tree, ()) if tree is not None else None
    plain = all(each.rule in ("duplicate-key", "hidden-character") for each in problems)
    return Source(name, body, value if plain else None, tuple(problems), digest, walk.keys, walk.values)


def _inspect(text: str, name: str) -> list[Problem]:
    """Judge the events, before a tree exists: a parser that recurses must not see a deep file."""
    if len(text) > LARGEST:
        raise _Refused(Problem(name, At(1, 1), "expected at most 1 MiB, found more", "not-readable"))
    bad = first_bad(text)
    if bad is not None:
        raise _Refused(Problem(name, bad[0], f"expected text, found the character {bad[1]}", "encoding"))
    judge = _Judge(name)
    for event in yaml.parse(text, Loader=_Loader):
        judge.hear(event)
    shown = "expected visible characters outside quotes, found"
    hits = hidden(text, judge.quotes)
    return judge.problems + [Problem(name, at, f"{shown} {code}", "hidden-character") for at, code in hits]


class _Judge:
    """Hears the parse events of a file, one by one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.quotes: list[tuple[int, int, int, int]] = []
        self.depth = self.documents = 0

    def hear(self, event: Any) -> None:
        if isinstance(event, yaml.CollectionStartEvent):
            self.depth += 1
            if self.depth > DEEPEST:
                self._stop(event, _TOO_DEEP, "too-deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            self.depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._stop(event, "expected one document, found another", "many-documents")
        elif isinstance(event, yaml.ScalarEvent) and event.style in ("'", '"'):
            start, end = _marks(event)
            self.quotes.append((start.line, start.column, end.line, end.column))
        self.problems += _extras(event, self.name)

    def _stop(self, event: Any, message: str, rule: str) -> None:
        raise _Refused(*self.problems, Problem(self.name, _at(event), message, rule))


def _extras(event: Any, name: str) -> list[Problem]:
    """Refuse what gives one text two meanings: aliases, anchors, tags."""
    if isinstance(event, yaml.AliasEvent):
        return [
            Problem(name, _at(event), f'expected a plain value, found the alias "*{event.anchor}"', "alias")
        ]
    problems = []
    if getattr(event, "anchor", None) is not None:
        problems.append(
            Problem(name, _at(event), f'expected a plain value, found the anchor "&{event.anchor}"', "anchor")
        )
    if getattr(event, "tag", None) is not None:
        problems.append(
            Problem(name, _at(event), f"expected a plain value, found the tag {quoted(event.tag)}", "tag")
        )
    return problems


class _Walk:
    """Turns nodes into plain values and writes down where each stood."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.name, self.problems = name, problems
        self.keys: dict[Where, At] = {}
        self.values: dict[Where, At] = {}
        self._seen: set[int] = set()  # an alias makes one node appear twice: visited once, it cannot explode

    def value(self, node: Any, where: Where) -> Any:
        if id(node) in self._seen:
            return None
        self._seen.add(id(node))
        self.values[where] = _at(node)
        if isinstance(node, yaml.ScalarNode):
            return None if node.value == "" and not node.style else node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*where, index)) for index, each in enumerate(node.value)]
        return self._mapping(node, where)

    def _mapping(self, node: Any, where: Where) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            at = _at(key)
            if not isinstance(key, yaml.ScalarNode):
                self._refuse(at, "expected text as a key, found a list or a mapping", "syntax")
            elif key.value == "<<" and not key.style:
                self._refuse(at, 'expected a key, found the merge key "<<"', "merge-key")
            elif key.value in found:
                first = self.keys[(*where, key.value)].line
                self._refuse(
                    at, f"expected each key once, found {quoted(key.value)} again", "duplicate-key", first
                )
            else:
                self.keys[(*where, key.value)] = at
                found[key.value] = self.value(value, (*where, key.value))
        return found

    def _refuse(self, at: At, message: str, rule: str, first: int = 0) -> None:
        hint = f"it stands in line {first} already" if first else ""
        self.problems.append(Problem(self.name, at, message, rule, hint))


def _marks(piece: Any) -> tuple[Any, Any]:
    return piece.start_mark, piece.end_mark


def _at(piece: Any) -> At:
    """Return the place of an event or a node; PyYAML counts lines and columns from 0, in characters."""
    start, end = _marks(piece)
    length = end.column - start.column if end.line == start.line else 1
    return At(start.line + 1, start.column + 1, max(1, length))


def _syntax(error: yaml.YAMLError, text: str, name: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or "something that is not YAML"
    lines = lines_of(text)
    line = min(mark.line, len(lines) - 1) if mark else 0
    column = min(mark.column, len(lines[line])) if mark and mark.line < len(lines) else 0
    if lines[line][: column + 1].strip(" ").startswith("\t"):
        return Problem(name, At(line + 1, column + 1), "expected spaces, found a tab", "syntax")
    if "maximum nesting depth" in said:  # libyaml's own limit, met while it looks ahead of our count
        return Problem(name, At(line + 1, column + 1), _TOO_DEEP, "too-deep")
    return Problem(name, At(line + 1, column + 1), f"expected YAML, found a mistake: {said}", "syntax")

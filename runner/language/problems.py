"""What is wrong in a file, and how it is shown: text with a caret, JSON, GitHub annotations.

Whatever comes out of a file is untrusted: control and direction characters are shown as escapes
(https://www.unicode.org/reports/tr36/, "Bidirectional Text Spoofing"), secrets as asterisks.
"""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from runner.language.tokens import masked

__all__ = [
    "At", "Format", "Problem", "in_order", "lines_of", "nearest", "quoted", "rendered", "safe", "visible",
]  # fmt: skip

Format = Literal["text", "json", "github"]

_SHOWN = 140  # characters of a source line beside the caret; the rest says nothing about the slip
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufff9-\ufffb]"
)


@dataclass(frozen=True, slots=True, order=True)
class At:
    """A place in a file."""

    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    length: int = 1
    """Characters to underline, all on this line."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    file: str
    at: At
    message: str
    """One line: `expected X, found Y`."""
    rule: str
    help: str = ""
    """What to write instead."""


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems by file and place, each once."""
    return tuple(
        sorted(dict.fromkeys(problems), key=lambda each: (each.file, each.at, each.rule, each.message))
    )


def safe(text: str) -> str:
    """Return text fit for a terminal: controls and direction marks as escapes, secrets as asterisks."""
    return visible(masked(text))


def visible(text: str) -> str:
    """Return text with every control and direction mark as an escape; nothing else is changed."""
    return _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def quoted(value: object) -> str:
    """Return a found value in words, short enough for a message."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = safe(str(value))
    return f'"{text}"' if len(text) <= 80 else f'"{text[:77]}..."'


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a help line: the nearest known name, or all of them when they are few."""
    names = sorted(set(known))
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"known: {', '.join(names)}" if 0 < len(names) <= 20 else ""


def rendered(problems: Iterable[Problem], texts: Mapping[str, str], form: Format = "text") -> str:
    """Return all problems as one text; texts: the content of each file by name, for the source lines."""
    ordered = in_order(problems)
    if form == "json":
        return (
            json.dumps({"schema_version": 1, "problems": [_as_json(each) for each in ordered]}, indent=2)
            + "\n"
        )
    if form == "github":
        return "".join(f"{_as_annotation(each)}\n" for each in ordered)
    return "\n".join(_as_text(each, texts.get(each.file, "")) for each in ordered)


def _as_text(problem: Problem, text: str) -> str:
    at = problem.at
    head = f"{safe(problem.file)}:{at.line}:{at.column}: {safe(problem.message)} [{problem.rule}]\n"
    lines = lines_of(text)
    margin = " " * len(str(at.line))
    if at.line <= len(lines):
        shown, before, under = _excerpt(lines[at.line - 1], at)
        head += f"{margin} |\n{at.line} | {shown}\n{margin} | {' ' * before}^{'~' * (under - 1)}\n"
    return head + (f"{margin} = help: {safe(problem.help)}\n" if problem.help else "")


def lines_of(text: str) -> list[str]:
    """Return the lines as YAML counts them (`str.splitlines` also breaks at form feeds and others)."""
    return re.split(r"\r\n|\r|\n", text)


def _excerpt(line: str, at: At) -> tuple[str, int, int]:
    """Return what is shown of a line, the width before the caret and the width to underline."""
    line = masked(line).replace("\t", " ")
    first = max(0, at.column - 1 - _SHOWN // 2) if len(line) > _SHOWN else 0
    start = at.column - 1 - first
    window = line[first : first + _SHOWN]
    hit = window[start : start + at.length]
    return safe(window), _width(safe(window[:start])), max(1, _width(safe(hit)))


def _width(text: str) -> int:
    """Return the terminal cells a text takes (UAX 11: wide and full-width characters take two)."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


def _as_json(problem: Problem) -> dict[str, str | int]:
    return {
        "file": safe(problem.file),
        "line": problem.at.line,
        "column": problem.at.column,
        "length": problem.at.length,
        "rule": problem.rule,
        "message": safe(problem.message),
        "help": safe(problem.help),
    }


def _as_annotation(problem: Problem) -> str:
    """GitHub, "Workflow commands": data escapes % CR LF; properties also colon and comma."""
    data = ". ".join(part for part in (problem.message, problem.help) if part)
    file = safe(problem.file).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    place = f"file={file},line={problem.at.line},col={problem.at.column},title={problem.rule}"
    return f"::error {place}::{safe(data).replace('%', '%25')}"

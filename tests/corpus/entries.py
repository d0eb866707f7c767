"""Reads the corpus of hostile inputs: one JSON object a line, in ASCII, in the files beside this one.

`id` is unique. `rows`: of the threat model's list of bad inputs, 1 to 44. `fields`: what it is put into, each the
business of one test of tests/hostile. `value`, or `base64` for bytes, or `make` for what is too large for a file:
then `made.py` makes it, or, where the world must be brought about, the test does. `expected`: what must come of it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.corpus.made import MADE

__all__ = ["ALL", "BYTES", "TEXTS", "Entry", "into"]

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Entry:
    """One hostile input."""

    id: str
    rows: tuple[int, ...]
    fields: tuple[str, ...]
    expected: str
    written: Any = None
    """JSON, or bytes, as the file has it."""
    make: str = ""

    def __str__(self) -> str:
        return self.id

    @property
    def value(self) -> Any:
        """What is put into the fields: JSON, or bytes; large ones are made anew each time."""
        return MADE[self.make]() if self.make in MADE else self.written

    @property
    def content(self) -> bytes:
        """The value as bytes: of a text its UTF-8, half pairs of surrogates included, as some programs write them."""
        value = self.value
        return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


def _entry(line: str) -> Entry:
    told = json.loads(line)
    written = base64.b64decode(told["base64"]) if "base64" in told else told.get("value")
    return Entry(told["id"], tuple(told["rows"]), tuple(told["fields"]), told["expected"], written, told.get("make", ""))


ALL = [_entry(line) for path in sorted(HERE.glob("*.jsonl")) for line in path.read_text("ascii").splitlines()]


def into(field: str) -> list[Entry]:
    """Return what is put into a field."""
    return [each for each in ALL if field in each.fields]


TEXTS = into("text")
"""What people and services call things, and say."""
BYTES = [each.content for each in ALL if isinstance(each.written, str | bytes)]
"""Everything that is short, as bytes: what a fuzzer starts from."""

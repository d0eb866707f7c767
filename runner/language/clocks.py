"""Legal deadlines as data: the rows of `playbooks/clocks.yaml`, each dated and sourced.

The tool proposes a row; only counsel starts, declines or stops a clock. Nothing here is legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from runner.actions.values import Json
from runner.errors import UsageError
from runner.language.blame import problems_of
from runner.language.durations import is_zone
from runner.language.fields import Name, Part, Text, Whole, YesNo, read_by, wrong
from runner.language.problems import rendered
from runner.language.source import read
from runner.language.terms import EXPECTED_TERM, Term, term

__all__ = ["Clock", "load_clocks"]


def _formed(pattern: str, expected: str) -> BeforeValidator:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(text)
        return text

    return read_by(parse, "bad-value", expected)


def _zone(text: str) -> str:
    if not is_zone(text):
        raise ValueError(text)
    return text


Row = Annotated[str, _formed(r"[0-9]{1,2}[a-z]?", "the number of a duty, such as 6 or 6b")]
Address = Annotated[str, _formed(r"https?://\S+", "an address that begins with http")]
Day = Annotated[str, _formed(r"\d{4}-\d{2}-\d{2}", "a day such as 2026-11-25")]
Zone = Annotated[str, read_by(_zone, "bad-value", "a time zone such as Europe/London")]
Length = Annotated[Term, read_by(term, "bad-duration", EXPECTED_TERM)]


class Clock(Part):
    """One deadline."""

    row: Row
    """Which duty of the list it belongs to; one duty may have several deadlines."""
    about: Text
    """What is owed, to whom."""
    owed_by: Text
    """Whom it binds."""
    starts: Text
    """The event it runs from, in words."""
    within: Length | None = None
    """How long it runs."""
    as_soon_as: Text | None = None
    """What the law says instead of a length of time."""
    zone: Zone | None = None
    """Whose calendar counts days and months."""
    late: Text | None = None
    """What to do when it cannot be met."""
    source: Text
    """The law, by article."""
    url: Address | None = None
    """Where it was read; where it can be read, for a source nobody has read yet."""
    confidence: Literal["read", "second-hand", "unread"]
    """Whether the source itself was read, a report of it, or neither."""
    checked: Day | None = None
    """The day the row was last compared with what was read; none where nothing was."""
    in_force: YesNo = True
    """What is not law (yet) is never proposed."""
    supersedes: Name | None = None
    """The row it will take the place of."""
    note: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.within is None) == (self.as_soon_as is None):
            raise wrong("bad-clock", "one of `within` and `as_soon_as`", self.about)
        if self.within and self.within.days == "business" and not self.zone:
            raise wrong("bad-clock", "a `zone` beside business days", self.about)
        if (self.confidence == "unread") == (self.checked is not None):
            raise wrong("bad-clock", "the day it was `checked`, and none where nothing was read", self.about)
        return self

    def as_data(self) -> Json:
        """Return the row as a case freezes it: plain text, what is not given empty."""
        said = self.model_dump(exclude={"within", "in_force", "supersedes"})
        plain = {key: value or "" for key, value in said.items()}
        within, days = (self.within.text, self.within.days) if self.within else ("", "")
        return {**plain, "within": within, "days": days}


class _Clocks(Part):
    version: Whole
    clocks: Annotated[dict[Name, Clock], Field(min_length=1)]


def load_clocks(path: Path) -> Mapping[str, Clock]:
    """Return the clocks by name. Raises UsageError with every problem of the file."""
    source = read(path)
    problems = list(source.problems)
    if not problems:
        try:
            return _Clocks.model_validate(source.value).clocks
        except ValidationError as error:
            problems = problems_of(error, source, _Clocks)
    raise UsageError(rendered(problems, {source.name: source.text}).rstrip("\n"))

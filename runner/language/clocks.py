"""Legal deadlines as data: the rows of `playbooks/clocks.yaml`, each dated and sourced."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from runner.errors import UsageError
from runner.language.blame import problems_of
from runner.language.fields import Duration, Name, Part, Text, Whole
from runner.language.problems import rendered
from runner.language.source import read

__all__ = ["Clock", "load_clocks"]


class Clock(Part):
    """One deadline. No legal advice: a person starts or declines it."""

    about: Text
    """What is owed, to whom."""
    owed_by: Text
    """Whom it binds."""
    within: Duration
    """Seconds from the start."""
    starts: Text
    """The event it runs from, in words."""
    late: Text | None = None
    """What to do when it cannot be met."""
    source: Text
    """The law, by article."""
    checked: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    """The day somebody last read the source."""


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

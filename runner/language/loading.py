"""From a path to a playbook, or to every reason why it is none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from runner.language.blame import problems_of
from runner.language.playbook import Playbook
from runner.language.problems import At, Problem, in_order
from runner.language.salvage import salvaged
from runner.language.source import Source, parse, read

__all__ = ["Loaded", "load", "load_text"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file as far as it could be read."""

    path: Path
    source: Source
    playbook: Playbook | None
    """None when a problem stands in the way."""
    problems: tuple[Problem, ...]
    rest: Playbook | None = None
    """Where there is no playbook: what is left of it without the broken pieces, for further checks."""

    @property
    def text(self) -> str:
        """The file's text, without a byte order mark."""
        return self.source.text

    @property
    def sha256(self) -> str:
        """Of the file's bytes."""
        return self.source.sha256


def load(path: Path) -> Loaded:
    """Return the playbook at this path; never raises for what the file holds."""
    return _validated(path, read(path))


def load_text(text: str, name: str) -> Loaded:
    """Return the playbook in this text, as a case froze it; name: shown in problems."""
    return _validated(Path(name), parse(text, name))


def _validated(path: Path, source: Source) -> Loaded:
    problems = list(source.problems)
    if source.value is None:
        if not problems:
            problems = [Problem(source.name, At(1, 1), "expected a playbook, found nothing", "wrong-type")]
        return Loaded(path, source, None, in_order(problems))
    try:
        playbook = Playbook.model_validate(source.value)
    except ValidationError as error:
        found = in_order([*problems, *problems_of(error, source)])
        return Loaded(path, source, None, found, salvaged(source.value, error))
    return Loaded(path, source, None if problems else playbook, in_order(problems), playbook)

"""The scenarios there are, and how one is read: as strictly as a playbook.

They come with the simulated company, `integrations/lab/scenarios/NAME.yaml`; a path names another one.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from runner.desk.scenarios import Scenario
from runner.errors import PlaybookError, UsageError
from runner.language.blame import problems_of
from runner.language.problems import At, Problem, in_order, rendered
from runner.language.source import Source, read

__all__ = ["known", "scenario"]

_SHIPPED = Path(__file__).resolve().parents[2] / "integrations" / "lab" / "scenarios"


def known() -> dict[str, Path]:
    """Return the file of every scenario that is shipped, by name."""
    return {each.stem: each for each in sorted(_SHIPPED.glob("*.yaml"))}


def scenario(name: str) -> Scenario:
    """Return a scenario: a shipped one by name, or the file where the name has a folder or an ending.

    Raises UsageError when there is none, and PlaybookError with every problem as `file:line:column`.
    """
    path = known().get(name)
    if path is None:
        path = Path(name)
        if os.sep not in name and not path.suffix:
            told = "".join(f"\n    {each}: {_load(file).story}" for each, file in known().items())
            raise UsageError(f'there is no scenario "{name}"', remedy=f"name one of these:{told}")
    return _load(path)


def _load(path: Path) -> Scenario:
    source = read(path)
    if source.problems or source.value is None:
        nothing = Problem(source.name, At(1, 1), "expected a scenario, found nothing", "wrong-type")
        raise _refused(source, list(source.problems) or [nothing])
    try:
        return Scenario.model_validate(source.value)
    except ValidationError as error:
        raise _refused(source, problems_of(error, source, Scenario)) from None


def _refused(source: Source, problems: list[Problem]) -> PlaybookError:
    return PlaybookError(rendered(in_order(problems), {source.name: source.text}).rstrip("\n"))

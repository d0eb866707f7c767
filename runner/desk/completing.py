"""What a shell may complete: code names, playbooks and scenarios.

Quick, and silent: a prompt is no place for errors.
"""

from __future__ import annotations

from runner.desk.repertoire import known
from runner.errors import SeveranceError
from runner.language.shipped import shipped
from runner.settings import load, locate

__all__ = ["cases", "playbooks", "scenarios"]


def cases(config: str | None) -> list[str]:
    """Return the code names in the store of the settings in use; none where these cannot be used."""
    try:
        folder = load(locate(config)).store_folder / "cases"
        return sorted(each.name for each in folder.iterdir())
    except (SeveranceError, OSError):
        return []


def playbooks() -> list[str]:
    """Return the names of the shipped playbooks."""
    return sorted(each.stem for each in shipped("playbooks").glob("*.yaml") if each.name != "clocks.yaml")


def scenarios() -> list[str]:
    """Return the names of the shipped scenarios."""
    return sorted(known())

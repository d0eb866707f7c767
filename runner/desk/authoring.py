"""What the author of a playbook asks for: problems, what a playbook will do, actions, the schema.

Needs no settings, no store and no network; where settings are found, they say how many people hold a role.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from runner.actions.contract import ACTIONS
from runner.actions.registry import discover
from runner.actions.values import Json
from runner.desk.naming import playbook_file
from runner.errors import PlaybookError, SettingsError, UsageError
from runner.language import pages, schema, showing
from runner.language.checks import check
from runner.language.loading import load
from runner.language.problems import Format, Problem, rendered
from runner.settings import load as load_settings, locate

__all__ = ["Linted", "action_listing", "action_page", "actions", "lint", "schema_text", "show"]

_NO_PLAYBOOKS = {"clocks.yaml"}
"""Files that stand beside playbooks and are none."""


@dataclass(frozen=True, slots=True)
class Linted:
    """What a check of playbooks found."""

    text: str
    """All problems, in the form that was asked for."""
    problems: int
    files: int


def lint(paths: Iterable[Path], form: Format, config: str | None = None) -> Linted:
    """Return every problem of these playbooks, and of those in these folders.

    config: settings to read the people from; without it those in use, where there are any.
    Raises UsageError for a path that is not there, SettingsError for settings that cannot be used.
    """
    people, counsel = _people(config)
    files = [file for path in paths for file in _files(path)]
    if not files:
        raise UsageError(
            "there is no playbook here", where=", ".join(map(str, paths)), remedy="correct the path"
        )
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for file in files:
        loaded = load(file)
        texts[loaded.source.name] = loaded.text
        problems += check(loaded, people, counsel=counsel)
    return Linted(rendered(problems, texts, form), len(problems), len(files))


def show(name: str) -> str:
    """Return, as Markdown, what a playbook will do. Raises PlaybookError with every problem it has."""
    file = playbook_file(name)
    loaded = load(file)
    if loaded.playbook is None:
        raise PlaybookError(
            rendered(check(loaded), {loaded.source.name: loaded.text}).rstrip("\n"),
            remedy=f"severance lint {file}",
        )
    discover()
    return showing.show(loaded.playbook, ACTIONS)


def actions() -> list[Json]:
    """Return every action: name, kind, layer, who notices, undo, proof, scopes, source."""
    discover()
    return [
        {
            "name": each.name,
            "kind": each.kind,
            "layer": each.layer,
            "noticed": each.noticed,
            "reach": each.reach,
            "undo": each.undo,
            "proof": each.proof,
            "scopes": list(each.scopes),
            "source": each.source,
        }
        for each in sorted(ACTIONS.values(), key=lambda each: each.name)
    ]


def action_listing() -> str:
    """Return a line an action."""
    discover()
    return pages.listing(ACTIONS.values())


def action_page(name: str) -> str:
    """Return one action's reference page, as Markdown. Raises UsageError with the nearest name."""
    discover()
    return pages.page(name, ACTIONS)


def schema_text() -> str:
    """Return the JSON Schema of playbooks, as it is committed."""
    discover()
    return schema.as_text(ACTIONS)


def _people(config: str | None) -> tuple[Mapping[str, int] | None, Collection[str]]:
    """Return how many people hold each role, and which roles are counsel's."""
    try:
        path = locate(config)
    except SettingsError:
        if config:
            raise
        return None, ()  # an author needs no settings
    settings = load_settings(path)
    roles = [role for each in settings.people for role in set(each.roles)]
    return {role: roles.count(role) for role in roles}, settings.counsel


def _files(path: Path) -> Iterator[Path]:
    if not os.path.lexists(path):
        raise UsageError("there is no such file or folder", where=str(path), remedy="correct the path")
    if path.is_dir():
        yield from sorted(file for file in path.glob("*.y*ml") if file.name not in _NO_PLAYBOOKS)
    else:
        yield path

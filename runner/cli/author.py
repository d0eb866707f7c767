"""AUTHOR: check a playbook, show what it will do, look up actions, and the schema for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from runner.cli.output import Terminal
from runner.cli.people import Playbook
from runner.cli.verbs import AUTHOR, verb
from runner.errors import Exit

__all__ = ["register"]


Form = Literal["text", "json", "github"]


def register(app: typer.Typer) -> None:
    """Add these verbs to the app."""
    for name, function in (("lint", lint), ("show", show), ("actions", actions), ("schema", schema)):
        verb(app, name, AUTHOR)(function)


def lint(
    terminal: Terminal,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Playbooks, or folders of them.")],
    form: Annotated[Form, typer.Option("--format", help="How problems are written.")] = "text",
) -> int:
    """Check playbooks: every problem, at its place.

    Each comes with what to write instead.
    Where settings are in use, they say how many people hold a role.
    """
    from runner.desk import authoring

    found = authoring.lint(paths, "json" if terminal.as_json else form, terminal.config)
    print(found.text, end="")
    if not found.text:
        terminal.say(f"no problems in {found.files} {'file' if found.files == 1 else 'files'}")
    return Exit.PROBLEMS if found.problems else Exit.DONE


def show(
    terminal: Terminal,
    playbook: Playbook,
) -> int:
    """Show what a playbook will do.

    Who approves, what the subject could notice, what can be undone,
    and the graph as Mermaid.
    """
    from runner.desk import authoring

    text = authoring.show(playbook)
    terminal.result({"playbook": playbook, "markdown": text}, text)
    return Exit.DONE


def actions(
    terminal: Terminal,
    name: Annotated[str | None, typer.Argument(help="One action, by its name.")] = None,
) -> int:
    """List every action, or show one.

    Its arguments and scopes, what the subject notices, what undoes it and
    what proves it.
    """
    from runner.desk import authoring

    if name:
        text = authoring.action_page(name)
        terminal.result({"action": name, "markdown": text}, text)
    else:
        terminal.result({"actions": authoring.actions()}, authoring.action_listing())
    return Exit.DONE


def schema(terminal: Terminal) -> int:  # noqa: ARG001  a schema is one document either way
    """Print the JSON Schema of playbooks, for editors."""
    from runner.desk import authoring

    print(authoring.schema_text(), end="")
    return Exit.DONE

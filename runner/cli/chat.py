"""The chat: set up its app in Slack, and serve it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runner.cli.listening import Listen
from runner.cli.output import Terminal
from runner.cli.verbs import RESPOND, SET_UP, verb
from runner.errors import Exit

__all__ = ["register"]

_NAME, _COMMAND = "Ops Desk", "/ops"  # held to the manifest's own by a test: help loads nothing of the chat

Name = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help=f"What everybody sees; dull words. {_NAME}")
]
Command = Annotated[
    str | None, typer.Option("--command", metavar="/WORD", help=f"The one slash command; dull. {_COMMAND}")
]
Why = Annotated[
    bool, typer.Option("--why", metavar="", help="Print why each permission is needed instead, in Markdown.")
]


def register(app: typer.Typer) -> None:
    """Add these verbs to the app."""
    verb(app, "chat", RESPOND)(chat)
    slack = typer.Typer(rich_markup_mode="rich", no_args_is_help=False)
    verb(slack, "manifest", SET_UP)(manifest)
    verb(slack, "scopes", SET_UP)(scopes)
    app.add_typer(
        slack,
        name="slack",
        rich_help_panel=SET_UP,
        help="Set up the Slack app: its manifest, its permissions.",
    )


def chat(terminal: Terminal, *, metrics: Listen = None) -> int:
    """Serve Slack: commands, approvals, case channels; runs the cases it opens, until Ctrl-C."""
    from runner.chat.server import serve

    desk = terminal.desk()
    with desk.observed(metrics):
        serve(desk)
    return Exit.DONE


def manifest(terminal: Terminal, *, name: Name = None, command: Command = None, why: Why = False) -> int:
    """Print the manifest of the Slack app: YAML, ready to paste.

    It asks for the fewest permissions. Name and command are seen by every
    member of the workspace; words that tell what the app is for are refused.
    With --json, `manifest` is the JSON form that Slack takes as well.
    """
    from runner.chat.manifest import manifest as app_of, written
    from runner.desk.completing import playbooks

    if why:
        return scopes(terminal)
    app = app_of(
        _said(terminal, name, "Name of the app", _NAME),
        _said(terminal, command, "Slash command", _COMMAND),
        playbooks(),
    )
    terminal.result({"manifest": app}, written(app))
    terminal.say(
        "  = next: api.slack.com/apps, Create New App, From a manifest; then `severance slack scopes`"
    )
    return Exit.DONE


def scopes(terminal: Terminal) -> int:
    """Print why each permission is needed, as a page in Markdown."""
    from dataclasses import asdict

    from runner.chat.manifest import APP_SCOPES, EVENTS, SCOPES, why_each

    found = {"bot": SCOPES, "app": APP_SCOPES, "events": EVENTS}
    terminal.result({key: [asdict(each) for each in value] for key, value in found.items()}, why_each())
    return Exit.DONE


def _said(terminal: Terminal, given: str | None, asked: str, usual: str) -> str:
    """Return what was given, else what the person at the terminal answers, else the usual."""
    if given is not None or terminal.no_input or not (sys.stdin and sys.stdin.isatty()):
        return usual if given is None else given
    print(f"{asked} [{usual}]: ", end="", file=sys.stderr, flush=True)  # stdout holds the result alone
    return sys.stdin.readline().strip() or usual

"""The worker: looks after the cases of a store, on as many machines as share it."""

from __future__ import annotations

from typing import Annotated

import typer

from runner.cli.listening import Listen
from runner.cli.output import Terminal
from runner.cli.verbs import RESPOND, verb
from runner.errors import Exit

__all__ = ["register"]

_AT_ONCE = 8  # held to the worker's own by a test: help loads nothing of it


def register(app: typer.Typer) -> None:
    """Add this verb to the app."""
    verb(app, "work", RESPOND)(work)


def work(
    terminal: Terminal,
    *,
    at_once: Annotated[
        int, typer.Option("--at-once", metavar="N", min=1, max=256, help="Cases run here at the same time.")
    ] = _AT_ONCE,
    metrics: Listen = None,
) -> int:
    """Run every case of the store when it is due, until Ctrl-C.

    Start as many as you like, on as many machines as share the database:
    each case has one runner, and one that dies is replaced in seconds.
    """
    from runner.fleet.server import serve

    desk = terminal.desk()
    with desk.observed(metrics):
        serve(desk, at_once=at_once)
    return Exit.DONE

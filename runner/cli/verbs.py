"""Registers the verbs of the command line, each with the options that every verb has.

A verb is a function of a `Terminal` and its own arguments that returns an exit code. The shared options
are added to its signature here, so that help and completion show them and no verb repeats them.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

from runner.cli.output import Terminal, unread
from runner.errors import Exit

__all__ = ["AUTHOR", "HAND_OVER", "KEEP", "RESPOND", "SET_UP", "Verb", "everywhere", "verb"]

AUTHOR, SET_UP, RESPOND, HAND_OVER, KEEP = "AUTHOR", "SET UP", "RESPOND", "HAND OVER", "KEEP"
"""Panels of the help page, in the order of a case's life."""

_PANEL = "Everywhere"

Verb = Callable[..., int]
"""A function of a `Terminal` and its own arguments, by name; returns an exit code."""


def everywhere(
    ctx: typer.Context,
    *,
    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="The settings to use, instead of SEVERANCE_CONFIG or the user's own.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", metavar="", help="Print one JSON document on stdout.", rich_help_panel=_PANEL),
    ] = False,
    no_input: Annotated[
        bool,
        typer.Option(
            "--no-input",
            metavar="",
            help="Never wait for a person: end with exit code 5.",
            rich_help_panel=_PANEL,
        ),
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", "-q", metavar="", help="Say only what needs a person.", rich_help_panel=_PANEL
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", metavar="", help="Say everything, a line an event.", rich_help_panel=_PANEL
        ),
    ] = False,
) -> None:
    """Close every door a departing or discovered worker still holds, prove it, and keep the evidence."""
    ctx.obj = Terminal(config, as_json=as_json, no_input=no_input, quiet=quiet, verbose=verbose)


def verb(app: typer.Typer, name: str, panel: str) -> Callable[[Verb], Verb]:
    """Return a decorator that makes a function the verb `name` of an app, listed in a panel of the help."""

    def register(function: Verb) -> Verb:
        def listed() -> None: ...

        listed.__doc__ = function.__doc__
        app.command(name, cls=_called(function), rich_help_panel=panel)(listed)
        return function

    return register


def _called(function: Verb) -> type[TyperCommand]:
    """Return a command whose options are worked out when it is called.

    Typer reads the signatures of all verbs before it knows which is meant; the help page, which names them
    only, took a sixth longer for it.
    """

    class Called(TyperCommand):
        def make_context(
            self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
        ) -> Any:
            return _command(function).make_context(info_name, args, parent, **extra)

    return Called


def _command(function: Verb) -> Any:
    @functools.wraps(function)
    def command(ctx: typer.Context, **given: Any) -> int:
        shared = {each.name: given.pop(each.name) for each in _shared()[1:]}
        before: Terminal = ctx.find_root().obj  # what was said in front of the verb counts as well
        code: int = Exit.DONE
        with unread():
            code = function(before.joined(Terminal(**shared)), **given)
        return code  # noqa: RET504  the block may have ended early

    # PEP 362: what inspect, and so typer, takes for the signature; its annotations are evaluated.
    vars(command).update(__signature__=_signature(function), __annotations__={})
    alone = typer.Typer(rich_markup_mode="rich", add_completion=False, pretty_exceptions_enable=False)
    alone.command()(command)
    return get_command(alone)


def _shared() -> tuple[inspect.Parameter, ...]:
    return tuple(inspect.signature(everywhere, eval_str=True).parameters.values())


def _signature(function: Verb) -> inspect.Signature:
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    named = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
    context, *options = _shared()
    return inspect.Signature([context, *named, *options])

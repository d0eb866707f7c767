"""RESPOND, for those who decide: approve, deny, object, overrule, answer. Each only records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from runner.cli.ending import recorded
from runner.cli.output import Terminal
from runner.cli.people import As, Because, Case, Reason, Sign, claim_of
from runner.cli.verbs import RESPOND, Verb, verb

__all__ = ["register"]

Plan = Annotated[
    str | None,
    typer.Option("--plan", metavar="DIGEST", help="The plan you read: its first characters will do."),
]


def register(app: typer.Typer) -> None:
    """Add these verbs to the app."""
    verbs: dict[str, Verb] = {
        "approve": approve,
        "deny": deny,
        "object": object_,
        "overrule": overrule,
        "answer": answer,
    }
    for name, function in verbs.items():
        verb(app, name, RESPOND)(function)


def approve(
    terminal: Terminal,
    case: Case,
    *,
    plan: Plan = None,
    because: Because = "",
    waive: Annotated[
        list[str] | None,
        typer.Option("--waive", metavar="OPERATION", help="Close this although its evidence is not kept."),
    ] = None,
    claimed: As = None,
    sign: Sign = None,
) -> int:
    """Approve a plan.

    It counts once, for this plan only, and expires.
    Whoever started the case never counts.
    Away from a lab it must be signed: without --sign, the command that makes
    the signature is printed.
    """
    done = terminal.desk().approve(
        case, plan, because, claim=claim_of(claimed, sign), waive=tuple(waive or ())
    )
    return recorded(terminal, done)


def deny(
    terminal: Terminal,
    case: Case,
    *,
    plan: Plan = None,
    because: Because = "",
    claimed: As = None,
    sign: Sign = None,
) -> int:
    """Deny a plan: it will not run."""
    return recorded(terminal, terminal.desk().deny(case, plan, because, claim=claim_of(claimed, sign)))


def object_(terminal: Terminal, case: Case, because: Reason, claimed: As = None, sign: Sign = None) -> int:
    """Object: approvals pause until a decider overrules you on record."""
    return recorded(terminal, terminal.desk().object(case, because, claim=claim_of(claimed, sign)))


def overrule(terminal: Terminal, case: Case, because: Reason, claimed: As = None, sign: Sign = None) -> int:
    """Overrule an objection, on record."""
    return recorded(terminal, terminal.desk().overrule(case, because, claim=claim_of(claimed, sign)))


def answer(
    terminal: Terminal,
    case: Case,
    step: Annotated[str, typer.Argument(help="What is asked, as `status` names it.")],
    value: Annotated[
        str, typer.Argument(help="yes, no, a choice, text, done, approve, start, decline or stop.")
    ],
    *,
    at: Annotated[
        str,
        typer.Option("--at", metavar="TIME", help="When a clock's event happened, RFC 3339; now without it."),
    ] = "",
    because: Because = "",
    item: Annotated[
        Path | None, typer.Option("--item", metavar="FILE", help="A file to keep as evidence.")
    ] = None,
    claimed: As = None,
    sign: Sign = None,
) -> int:
    """Answer a question, a task or a clock.

    Only counsel starts, declines and stops a clock, and approves the
    document of a task.
    """
    done = terminal.desk().answer(
        case, step, value, claim=claim_of(claimed, sign), item=item, at=at, because=because
    )
    return recorded(terminal, done)

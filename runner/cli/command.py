"""RESPOND, for whoever leads a case: an emergency, doors closed by hand, the brief, and handing it over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from runner.cli.ending import ended, kept_from_chat, recorded
from runner.cli.output import Terminal, lines
from runner.cli.people import As, Because, Beside, Case, Reason, Sign, claim_of, named
from runner.cli.verbs import RESPOND, Verb, verb
from runner.errors import Exit, UsageError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add these verbs to the app."""
    verbs: dict[str, Verb] = {
        "emergency": emergency, "adopt": adopt, "brief": brief, "hand-over": hand_over,
    }  # fmt: skip
    for name, function in verbs.items():
        verb(app, name, RESPOND)(function)


def emergency(
    terminal: Terminal,
    what: Annotated[
        str, typer.Argument(metavar="PLAYBOOK|CASE", help="A playbook, or the code name of an open case.")
    ],
    because: Reason,
    *,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="WHO", help="Work e-mail or staff id; exact.")
    ] = None,
    inputs: Annotated[
        list[str] | None, typer.Option("--input", metavar="NAME=VALUE", help="Another input of the playbook.")
    ] = None,
    beside: Beside = None,
    claimed: As = None,
    sign: Sign = None,
) -> int:
    """Data is leaving now: close the subject's own, reversible doors at once.

    One more person must confirm; security and counsel review it afterwards.
    With a playbook it opens a case and runs it; a case that is open already
    goes on where it runs.
    """
    from runner.cli.view import watching

    desk, claim = terminal.desk(), claim_of(claimed, sign)
    if what in desk.codes():
        return recorded(terminal, desk.declare(what, because, claim=claim), f"severance run {what}")
    given = dict(named(each) for each in inputs or []) | ({"subject": subject} if subject else {})
    code = desk.emergency(what, given, because, claim=claim, beside=beside)
    terminal.say(f"case {code}: an emergency is declared")
    with watching(terminal, code, desk.records(code)) as listen:
        document = desk.run(code, stay=not terminal.no_input, listen=listen)
    return ended(terminal, document)


def adopt(
    terminal: Terminal,
    case: Case,
    door: Annotated[str, typer.Argument(metavar="SERVICE/LAYER", help="As `status` names it.")],
    *,
    at: Annotated[
        str, typer.Option("--at", metavar="TIME", help="When it was closed, RFC 3339; now when left out.")
    ] = "",
    because: Because = "",
    item: Annotated[
        Path | None, typer.Option("--item", metavar="FILE", help="A file to keep as evidence.")
    ] = None,
    claimed: As = None,
    sign: Sign = None,
) -> int:
    """Record a door that somebody closed by hand.

    It is read back first; one that reads open is refused.
    """
    done = terminal.desk().adopt(case, door, at=at, because=because, claim=claim_of(claimed, sign), item=item)
    terminal.say(f"  {door}: {done['verdict']}, {done['why']}")
    return recorded(terminal, done)


def brief(terminal: Terminal, case: Case) -> int:
    """Show the one-minute brief of a case, for whoever takes it over."""
    found = terminal.desk().brief(case)
    terminal.result(found, lines(_lines(found)))
    return Exit.DONE


def hand_over(
    terminal: Terminal,
    case: Case,
    *,
    to: Annotated[str | None, typer.Option("--to", metavar="NAME", help="Who is to lead the case.")] = None,
    accept: Annotated[
        bool, typer.Option("--accept", metavar="", help="Take a case that is offered to you.")
    ] = False,
    decline: Annotated[bool, typer.Option("--decline", metavar="", help="Do not take it.")] = False,
    because: Because = "",
    claimed: As = None,
    sign: Sign = None,
) -> int:
    """Hand a case to somebody else; it is theirs once they accept it."""
    if (to is not None) + accept + decline != 1:
        raise UsageError("expected one of --to NAME, --accept and --decline", where="hand-over")
    desk, claim = terminal.desk(), claim_of(claimed, sign)
    if to is not None:
        return recorded(terminal, desk.hand_over(case, to, because, claim=claim), f"severance brief {case}")
    done = desk.take_over(case, because, claim=claim, accept=accept)
    return recorded(terminal, done, f"severance brief {case}")


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    offered = f", offered to {found['offered_to']}" if found["offered_to"] else ""
    yield f"{found['case']}  {found['shown_as']}  as of {found['as_of']}"
    yield f"  {found['outcome']}, phase {found['phase'] or 'none'}, led by {found['leads']}{offered}"
    if found["emergency"]:
        yield f"  EMERGENCY: {found['emergency']}"
    yield from (f"  about: {each}" for each in found["about"] or ["nobody yet"])
    yield from (f"  OVERDUE since {each['at']}: {each['what']}" for each in found["overdue"])
    yield from (f"  next {each['at']}: {each['what']}" for each in found["next"])
    yield from (f"  asked of {', '.join(each['who'])}: {each['command']}" for each in found["waiting"])
    yield from (
        f"  {each['verdict']}: {each['door']} of {each['login']}, {each['why']}" for each in found["open"]
    )
    yield from (f"  could read what we do: {each}" for each in found["watched"])
    yield from (f"  {each}" for each in kept_from_chat(found))
    yield "  if the worker rings:"
    yield from (f"    {each}" for each in found["if_they_ring"])

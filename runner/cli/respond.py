"""RESPOND: open a case, see its plan, run it, and read how it stands."""

from __future__ import annotations

from typing import Annotated

import typer

from runner.cli.demand import Demand, alarm, demand_in
from runner.cli.ending import ended, found_of, kept_from_chat, overview, recorded, standing
from runner.cli.output import Terminal, columns, lines
from runner.cli.people import As, Because, Beside, Case, Playbook, Reason, Sign, claim_of, named
from runner.cli.verbs import RESPOND, Verb, verb
from runner.errors import Exit, UsageError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add these verbs to the app."""
    verbs: dict[str, Verb] = {
        "open": open_case, "plan": plan, "run": run, "resume": run, "status": status, "stop": stop,
        "prove": prove, "undo": undo, "close": close, "note": note,
    }  # fmt: skip
    for name, function in verbs.items():
        verb(app, name, RESPOND)(function)


def open_case(
    terminal: Terminal,
    playbook: Playbook,
    *,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="WHO", help="Work e-mail or staff id; exact.")
    ] = None,
    demand: Demand = None,
    inputs: Annotated[
        list[str] | None, typer.Option("--input", metavar="NAME=VALUE", help="Another input of the playbook.")
    ] = None,
    beside: Beside = None,
    claimed: As = None,
    sign: Sign = None,
) -> int:
    """Open a case; nothing is done to anybody.

    Freezes the playbook and settles which accounts it is about. One case at
    a time closes a person's doors: a second is sent to the first. A demand is
    read and kept; nothing in it is answered, opened or fetched.
    Prints the case's code name.
    """
    given = dict(named(each) for each in inputs or [])
    given |= {"subject": subject} if subject else {}
    desk = terminal.desk()
    code = desk.open(playbook, given, claim=claim_of(claimed, sign), demand=demand, beside=beside)
    records = desk.records(code)
    terminal.result({"case": code, **demand_in(records)}, code)
    alarm(records)
    for each in found_of(records):
        terminal.say(lines([f"  {each}"]))
    terminal.say(terminal.following(f"severance plan {code}"))
    terminal.say(terminal.following(f"severance run {code}"))
    return Exit.DONE


def plan(
    terminal: Terminal,
    case: Case,
    phase: Annotated[str | None, typer.Option("--phase", help="Instead of the next one.")] = None,
    changes: Annotated[
        bool, typer.Option("--changes", metavar="", help="End with exit code 8 when it has changes.")
    ] = False,
) -> int:
    """Show what the next phase will do.

    Read live from every service; changes nothing and asks nobody.
    """
    found = terminal.desk().plan(case, phase)
    rows = [(each["action"], each["service"], each["login"], each["op"]) for each in found["operations"]]
    head = f"{found['case']}, phase {found['phase'] or 'none is left'}, plan {found.get('digest', '')[:12]}"
    parts = (lines([head]), lines(found["lines"]), lines(found["notices"]), columns(rows))
    terminal.result(found, "\n\n".join(part for part in parts if part))
    return Exit.CHANGES if changes and rows else Exit.DONE


def run(
    terminal: Terminal,
    case: Case,
    *,
    served: Annotated[
        bool, typer.Option("--served", hidden=True, help="For a server: stay while standard input is open.")
    ] = False,
) -> int:
    """Run a case, or go on with it.

    Until it is done or refused; it waits for people, unless told --no-input.
    The first Ctrl-C lets no further write go out and saves the state;
    `resume` goes on from there.
    """
    from runner.cli.served import open_stdin
    from runner.cli.view import watching

    desk = terminal.desk()
    for each in kept_from_chat(desk.brief(case)):
        terminal.say(each)
    with watching(terminal, case, desk.records(case)) as listen:
        stay = open_stdin() if served else not terminal.no_input
        document = desk.run(case, stay=stay, listen=listen)
    return ended(terminal, document)


def status(
    terminal: Terminal, case: Annotated[str | None, typer.Argument(help="All cases when none.")] = None
) -> int:
    """Show how a case stands, and what it waits for.

    All cases, a line each, come in the order in which they need a person:
    dead-lettered, stranded, waiting, running, at rest, done.
    For one case the exit code is the case's own:
    0 done, 5 waiting, 6 refused, 7 doors open, 130 stopped.
    """
    cases = terminal.desk().status(case)
    terminal.result({"cases": cases}, standing(terminal, cases[0]) if case else overview(terminal, cases))
    if not cases:
        terminal.say("no cases")
    return cases[0]["exit"] if case else Exit.DONE


def stop(terminal: Terminal, case: Case, because: Because = "") -> int:
    """Stop a running case from elsewhere; its state is saved."""
    return recorded(terminal, terminal.desk().stop(case, because), f"severance resume {case}")


def prove(terminal: Terminal, case: Case) -> int:
    """Read every door back now. Changes nothing."""
    found = terminal.desk().prove(case)
    rows = [
        (each["verdict"], each["service"], each["layer"], each["account"], each["why"])
        for each in found["doors"]
    ]
    terminal.result(found, columns(rows) or "no doors")
    return int(found["exit"])


def undo(terminal: Terminal, case: Case, because: Because = "", claimed: As = None, sign: Sign = None) -> int:
    """Ask to reopen what this case closed.

    Undo is a phase: planned, approved by its own quorum, run like any other.
    """
    done = terminal.desk().undo(case, because, claim=claim_of(claimed, sign))
    return recorded(terminal, done, f"severance run {case}")


def close(terminal: Terminal, case: Case, because: Reason, claimed: As = None, sign: Sign = None) -> int:
    """End a case that is not through; what is left is put on record.

    Nothing more is done in it, and another case may be about its person.
    """
    return recorded(terminal, terminal.desk().close(case, because, claim=claim_of(claimed, sign)))


def note(
    terminal: Terminal,
    case: Case,
    text: Annotated[str, typer.Argument(help="Facts only.")] = "",
    *,
    demand: Demand = None,
    delay_asked_by: Annotated[
        str, typer.Option("--delay-asked-by", metavar="AGENCY", help="The police asked to wait with notices.")
    ] = "",
    contact: Annotated[str, typer.Option("--contact", metavar="WHO", help="Their contact.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="When it ends, RFC 3339.")] = "",
    claimed: As = None,
    sign: Sign = None,
) -> int:
    """Put a note into the case's record.

    With --demand, a further message is read and kept as well; the note says
    how it came. The newest deadline counts, the earlier ones stay on record.
    Or the police's request to wait: who asks, their contact, and until
    when. It ends by itself.
    """
    desk, delayed = terminal.desk(), bool(delay_asked_by or contact or until)
    if demand is None:
        if claimed or sign:
            raise UsageError("--as and --sign go with --demand", remedy="leave them out of a plain note")
        if delayed:
            return recorded(terminal, desk.delay(case, delay_asked_by, contact, until, text))
        if not text.strip():
            raise UsageError("there is nothing to note", where="note", remedy="severance note CASE TEXT")
        return recorded(terminal, desk.note(case, text))
    if delayed or not text.strip():
        raise UsageError("a demand comes with a note of how it came, and with nothing else", where="note")
    done = desk.receive(case, demand, text, claim=claim_of(claimed, sign))
    records = [each for each in desk.records(case) if each["kind"] == "demand.received"][-1:]
    code = recorded(terminal, {**done, **demand_in(records)}, "")
    alarm(records)
    for each in found_of(records):
        terminal.say(lines([f"  {each}"]))
    return code

"""KEEP: back the store up, restore it, verify it; hold closed cases, and delete them when they are due."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from runner.cli.ending import recorded
from runner.cli.output import Terminal, columns
from runner.cli.people import As, Because, Case, Reason, Sign, claim_of
from runner.cli.verbs import KEEP, Verb, verb
from runner.errors import Exit, UsageError

__all__ = ["register"]

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The backup's folder.")]


def register(app: typer.Typer) -> None:
    """Add these verbs to the app."""
    verbs: dict[str, Verb] = {
        "backup": backup,
        "restore": restore,
        "verify-store": verify_store,
        "retention": retention,
        "hold": hold,
        "release": release,
        "forget": forget,
    }
    for name, function in verbs.items():
        verb(app, name, KEEP)(function)


def backup(terminal: Terminal, out: Folder) -> int:
    """Write a backup of the store into a new folder, while cases run.

    It holds the journal and every item, in the clear: keep it as closely
    as the store. What a bucket keeps stays there. A journal in PostgreSQL
    is backed up with its own tools.
    """
    about = terminal.desk().archive.back_up(out)
    terminal.result({"backup": str(out), **about}, _cases(about))
    terminal.say(f"  = next: cd {out} && sha256sum -c manifest-sha256.txt")
    return Exit.DONE


def restore(terminal: Terminal, source: Folder) -> int:
    """Restore a backup into the store the settings name, which must not be there yet.

    End every runner of the old store first: two stores must not act on one
    case.
    """
    from runner.desk.reception import restored

    about = restored(terminal.config, source)
    terminal.result({"restored": str(source), **about}, _cases(about))
    terminal.say(f"restored as of {about['made_at']}; what was done later is found when its case is resumed")
    return Exit.DONE


def verify_store(terminal: Terminal) -> int:
    """Read every record and every item, and compare them; changes nothing."""
    rows = terminal.desk().archive.verify_store()
    problems = [(each["case"], problem) for each in rows for problem in each["problems"]]
    terminal.result({"cases": rows}, columns(problems) if problems else "")
    whole = sum(not each["problems"] for each in rows)
    terminal.say(f"{whole} of {len(rows)} cases are whole")
    return Exit.PROBLEMS if problems else Exit.DONE


def retention(terminal: Terminal) -> int:
    """Show until when each closed case is kept, what holds it, and what was deleted."""
    found = terminal.desk().archive.retention()
    rows = [(each["case"], _stands(each)) for each in found["cases"]]
    rows += [(each["data"]["code"], f"deleted {each['at']}: {each['digest']}") for each in found["deleted"]]
    terminal.result(found, columns(rows) if rows else "")
    return Exit.DONE


def hold(terminal: Terminal, case: Case, because: Reason, claimed: As = None, sign: Sign = None) -> int:
    """Put a legal hold on a case: it is not deleted while it stands."""
    return recorded(terminal, terminal.desk().archive.hold(case, because, claim=claim_of(claimed, sign)))


def release(terminal: Terminal, case: Case, because: Reason, claimed: As = None, sign: Sign = None) -> int:
    """Release the legal hold on a case."""
    return recorded(terminal, terminal.desk().archive.release(case, because, claim=claim_of(claimed, sign)))


def forget(
    terminal: Terminal,
    case: Case,
    *,
    because: Because = "",
    confirm: Annotated[
        bool, typer.Option("--confirm", metavar="", help="Confirm what somebody else asked for, and delete.")
    ] = False,
    claimed: As = None,
    sign: Sign = None,
) -> int:
    """Delete a closed case: one person asks with a reason, another confirms.

    A tombstone stays, with the reason: write no names into it. What a
    bucket has under lock stays until its date. Reports, bundles and
    backups that left the store are yours to delete.
    """
    if bool(because) == confirm:
        raise UsageError("expected one of --because TEXT and --confirm", where="forget")
    desk, claim = terminal.desk(), claim_of(claimed, sign)
    if because:
        done = desk.archive.ask_deletion(case, because, claim=claim)
        return recorded(terminal, done, f"severance forget {case} --confirm")
    done = desk.archive.confirm_deletion(case, claim=claim)
    tombstone = done["tombstone"]
    terminal.result(done, f"{case} is deleted; its tombstone is {tombstone['digest']}")
    for each in tombstone["data"]["stays"]:
        terminal.say(f"  stays: {each}")
    return Exit.DONE


def _stands(each: Mapping[str, Any]) -> str:
    if not each["closed"]:
        return "open"
    until = f"due since {each['until']}" if each["due"] else f"kept until {each['until']}"
    held = f", on legal hold: {each['held']}" if each["held"] else ""
    begun = ", its deletion has begun and did not end" if each["begun"] else ""
    asked = f", {each['asked']} asks to delete it" if each["asked"] and not each["begun"] else ""
    return f"{until}{held}{asked}{begun}"


def _cases(about: Mapping[str, Any]) -> str:
    rows = [
        (code, f"{each['records']} records", f"{each['items']} items")
        for code, each in about["cases"].items()
    ]
    return columns(rows) if rows else ""

"""KEEP: back the store up, restore it elsewhere, verify all of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from runner.cli.output import Terminal, columns
from runner.cli.verbs import KEEP, Verb, verb
from runner.errors import Exit

__all__ = ["register"]

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The backup's folder.")]


def register(app: typer.Typer) -> None:
    """Add these verbs to the app."""
    verbs: dict[str, Verb] = {"backup": backup, "restore": restore, "verify-store": verify_store}
    for name, function in verbs.items():
        verb(app, name, KEEP)(function)


def backup(terminal: Terminal, out: Folder) -> int:
    """Write a backup of the store into a new folder, while cases run.

    It holds the journal and every item, in the clear: keep it as closely
    as the store. What a bucket keeps stays there. A journal in PostgreSQL
    is backed up with its own tools.
    """
    about = terminal.desk().back_up(out)
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
    rows = terminal.desk().verify_store()
    problems = [(each["case"], problem) for each in rows for problem in each["problems"]]
    terminal.result({"cases": rows}, columns(problems) if problems else "")
    whole = sum(not each["problems"] for each in rows)
    terminal.say(f"{whole} of {len(rows)} cases are whole")
    return Exit.PROBLEMS if problems else Exit.DONE


def _cases(about: Mapping[str, Any]) -> str:
    rows = [
        (code, f"{each['records']} records", f"{each['items']} items")
        for code, each in about["cases"].items()
    ]
    return columns(rows) if rows else ""

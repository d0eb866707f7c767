"""HAND OVER: the report for people, the bundle for whoever must check it without us."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from runner.cli.output import Terminal
from runner.cli.people import Case
from runner.cli.verbs import HAND_OVER, verb
from runner.errors import Exit

__all__ = ["register"]

Form = Literal["html", "md", "csv", "json"]


def register(app: typer.Typer) -> None:
    """Add these verbs to the app."""
    verb(app, "report", HAND_OVER)(report)
    bundle = typer.Typer(rich_markup_mode="rich", no_args_is_help=False)
    verb(bundle, "make", HAND_OVER)(make)
    verb(bundle, "verify", HAND_OVER)(verify)
    app.add_typer(
        bundle, name="bundle", rich_help_panel=HAND_OVER, help="Make the sealed case file, or verify one."
    )


def report(
    terminal: Terminal,
    case: Case,
    document: Annotated[
        str | None,
        typer.Option("--document", metavar="NAME", help="Print this document of the case instead."),
    ] = None,
    form: Annotated[
        Form, typer.Option("--format", help="html, md or json: one file. csv: a folder of tables.")
    ] = "html",
) -> int:
    """Write the report and print its path.

    It may hold counsel's words: hand over the bundle, not the report.
    """
    if document is not None:
        found = terminal.desk().document(case, document)
        terminal.result({"case": case, **found}, found["text"])
        terminal.say(f"{document}, version {found['version']}: {found['status']}")
        for each in found["missing"]:
            terminal.say(f"  missing: {each}")
        return Exit.DONE
    path = terminal.desk().report(case, form)
    terminal.result({"case": case, "format": form, "report": str(path)}, str(path))
    return Exit.DONE


def make(
    terminal: Terminal,
    case: Case,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="A folder that is not there yet.")
    ] = None,
) -> int:
    """Make the bundle of a case and print its folder."""
    path = terminal.desk().bundle(case, out)
    terminal.result({"case": case, "bundle": str(path)}, str(path))
    terminal.say(f"  = next: severance bundle verify {path}")
    return Exit.DONE


def verify(terminal: Terminal, bundle: Annotated[Path, typer.Argument(help="The bundle's folder.")]) -> int:
    """Check that a bundle is whole and unchanged.

    Needs no settings and no network.
    """
    from runner.desk.reception import problems_of_bundle

    problems = problems_of_bundle(bundle)
    terminal.result({"bundle": str(bundle), "problems": problems}, "\n".join(problems))
    if not problems:
        terminal.say("the bundle verifies")
    return Exit.PROBLEMS if problems else Exit.DONE

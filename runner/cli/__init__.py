"""The terminal's face: one verb, one function, no decisions. The only importer of `typer`.

Heavy modules (engine, database, vendors) are imported inside the verbs that need them, so that help,
completion and a mistyped word answer at once; a test watches over it.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from runner.cli import author, chat, command, decide, handover, keep, respond, setup, work
from runner.cli.output import complain, document
from runner.cli.verbs import everywhere
from runner.errors import Exit, SeveranceError, StorageError, UsageError

__all__ = ["main"]

_NAME = "severance"
_GARBAGE = 50_000  # what is loaded stays: Python's own 700 looks for garbage in it for an eighth of a start
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def main() -> None:
    """Run the command line on this process's arguments, and end the process with an exit code."""
    gc.set_threshold(_GARBAGE)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever called us: then nobody reads it
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115  it lives as long as we do
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # an old locale must not end a run
    raise SystemExit(_run(sys.argv[1:] or ["--help"]))


def _app() -> typer.Typer:
    # Off: typer's own pretty tracebacks have shown local variables, tokens among them.
    app = typer.Typer(name=_NAME, rich_markup_mode="rich", pretty_exceptions_enable=False)
    app.callback()(everywhere)
    for room in (author, setup, chat, respond, work, command, decide, handover, keep):
        room.register(app)
    return app


def _run(words: Sequence[str]) -> int:
    try:
        code: int | None = _app()(words, prog_name=_NAME, standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return Exit.STOPPED
    except Exception as error:  # noqa: BLE001  nobody at a terminal is shown a traceback
        return _failed(_in_words(error), words)
    return code or Exit.DONE


def _failed(error: SeveranceError, words: Sequence[str]) -> int:
    complain(error)
    if "--json" in words:
        what = {"what": error.what, "where": error.where, "remedy": error.remedy}
        print(document({"exit": int(error.exit), "error": what}))
    return error.exit


def _in_words(error: Exception) -> SeveranceError:
    if isinstance(error, SeveranceError):
        return error
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        remedy = f"{context.command_path if context else _NAME} --help"
        return UsageError(error.format_message().rstrip("."), remedy=remedy)
    if isinstance(error, OSError) and error.errno in _FULL:
        return StorageError(f"cannot write: {error.strerror}", where=str(error.filename or "output"))
    return _defect(error)


def _defect(error: Exception) -> SeveranceError:
    from runner.cli.crash import write_crash

    try:
        remedy = f"report it with {write_crash(error)}"
    except OSError as failed:
        remedy = f"free some space, then report it; no details could be written: {failed.strerror}"
    return SeveranceError(f"a defect of severance, not of yours ({type(error).__name__})", remedy=remedy)

"""What reaches the person at the terminal: results on stdout, everything else on stderr.

All text shown may come from a subject, a vendor or a playbook: control characters are escaped and
secrets taken out here, at the sink, and not by each caller.
"""

from __future__ import annotations

import errno
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from runner.errors import SeveranceError

if TYPE_CHECKING:  # heavy: imported only by the verbs that need them, so that --help stays quick
    from runner.desk.cases import Desk

__all__ = [
    "SCHEMA_VERSION", "Terminal", "columns", "complain", "document", "leave", "lines", "shown", "unread",
]  # fmt: skip

SCHEMA_VERSION = 1
"""Of every JSON document on stdout."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """How this invocation wants to be spoken to."""

    config: str | None = None
    as_json: bool = False
    no_input: bool = False
    quiet: bool = False
    verbose: bool = False

    def joined(self, other: Terminal) -> Terminal:
        """Return both sets of wishes; `other`, which stands after the verb, decides on the settings."""
        return Terminal(
            other.config or self.config,
            as_json=self.as_json or other.as_json,
            no_input=self.no_input or other.no_input,
            quiet=self.quiet or other.quiet,
            verbose=self.verbose or other.verbose,
        )

    def desk(self) -> Desk:
        """Return the desk of the settings in use. Raises SettingsError or StorageError."""
        from runner.desk.reception import desk_of

        return desk_of(self.config)

    def result(self, found: Mapping[str, Any], text: str) -> None:
        """Print a verb's result on stdout: one JSON document, or text for a reader."""
        if self.as_json:
            print(document(found))
        elif text:
            print(shown(text.rstrip("\n")))

    def say(self, text: str) -> None:
        """Tell the person something that is no result, on stderr; not when asked to be quiet."""
        if not self.quiet:
            print(shown(text), file=sys.stderr)

    def following(self, command: str) -> str:
        """Return the line that names the next command, with the settings this one was given."""
        return f"  = next: {command}" + (f" --config {shlex.quote(self.config)}" if self.config else "")


def document(found: Mapping[str, Any]) -> str:
    """Return a JSON document in one piece, ASCII only, with its `schema_version` first."""
    import json

    from runner.desk.showing import scrubbed

    return scrubbed(json.dumps({"schema_version": SCHEMA_VERSION, **found}, indent=2))


def shown(text: str) -> str:
    """Return text as it may be shown: lines kept, control characters escaped, secrets taken out."""
    from runner.desk import showing

    return showing.shown(text)


def complain(error: SeveranceError) -> None:
    """Say on stderr what went wrong and what to do next."""
    # Problems of a file are laid out already, `file:line:column` first, where editors look for it.
    laid_out = "\n" in error.what and not error.where
    print(shown(f"{'' if laid_out else 'severance: '}{error.diagnostics()}"), file=sys.stderr)


def columns(rows: Iterable[Sequence[object]]) -> str:
    """Return rows of cells as lines with aligned columns."""
    from rich.cells import cell_len  # terminal cells: wide characters take two

    cells = [[shown(str(cell)).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    made = (
        "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        for row in cells
    )
    return "".join(f"{line.rstrip()}\n" for line in made)


def lines(parts: Iterable[str]) -> str:
    """Return one line for each part: a stranger's name must not write a line of its own among ours."""
    return "\n".join(each.replace("\n", " ") for each in parts)


@contextmanager
def unread() -> Iterator[None]:
    """End the block quietly when whoever reads our output goes away (`| head`, a closed window): no failure.

    Python would complain once more when it flushes stdout at its end; so that leads nowhere from here on.
    https://docs.python.org/3/library/signal.html#note-on-sigpipe; a terminal that hung up answers EIO.
    """
    try:
        yield
        sys.stdout.flush()
    except OSError as gone:
        if gone.errno not in (errno.EPIPE, errno.EIO):
            raise
        with suppress(OSError):  # stdout may be a file: it was not its reader who went away
            sys.stdout.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def leave(code: int) -> NoReturn:
    """End the process at once.

    A run's engine keeps threads that take a second to join. By now every record is durable (the journal
    commits before it returns), so nothing is lost by not waiting for them.
    """
    with unread():
        sys.stderr.flush()
    os._exit(code)

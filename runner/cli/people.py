"""The arguments with which people act on a case: which one, who they are, why, and their signature."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from runner.errors import UsageError

__all__ = ["As", "Because", "Case", "Sign", "signature_in"]

_LONGEST = 64 * 1024  # a signature is a few hundred bytes; what is longer is another file

Case = Annotated[str, typer.Argument(help="The case's code name.")]
As = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help="Who you are; only where the settings claim people."),
]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Your reason, for the record.")]
Sign = Annotated[
    str | None,
    typer.Option("--sign", metavar="FILE", help="Your ssh-keygen signature of this act; - reads stdin."),
]


def signature_in(sign: str | None) -> str | None:
    """Return the armoured text of a signature file, or of stdin for `-`. Raises UsageError."""
    if sign is None:
        return None
    try:
        if sign == "-":
            return sys.stdin.read(_LONGEST + 1)
        with Path(sign).open("rb") as file:
            return file.read(_LONGEST + 1).decode("ascii", "replace")
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror}",
            where=sign,
            remedy="name the file that ssh-keygen -Y sign wrote",
        ) from error

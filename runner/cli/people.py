"""The arguments that verbs share: which case or playbook, who acts, why, and with what signature."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.errors import UsageError

if TYPE_CHECKING:
    from runner.desk.claim import Claim

__all__ = ["As", "Because", "Beside", "Case", "Playbook", "Reason", "Sign", "claim_of", "named"]

_LONGEST = 64 * 1024  # a signature is a few hundred bytes; what is longer is another file


def _cases(ctx: typer.Context, incomplete: str) -> list[str]:
    from runner.desk.completing import cases

    config = ctx.params.get("config") or ctx.find_root().params.get("config")
    return [code for code in cases(config) if code.startswith(incomplete)]


def _playbooks(incomplete: str) -> list[str]:
    from runner.desk.completing import playbooks

    return [name for name in playbooks() if name.startswith(incomplete)]


Case = Annotated[str, typer.Argument(help="The case's code name.", autocompletion=_cases)]
Playbook = Annotated[
    str, typer.Argument(help="A shipped playbook's name, or a file.", autocompletion=_playbooks)
]
As = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help="Who you are; only where the settings claim people."),
]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Your reason, for the record.")]
Reason = Annotated[str, typer.Option("--because", metavar="TEXT", help="Your reason, for the record.")]
Beside = Annotated[
    str | None,
    typer.Option("--beside", metavar="CASE", help="An earlier case about the same person, still open."),
]
Sign = Annotated[
    str | None,
    typer.Option("--sign", metavar="FILE", help="Your ssh-keygen signature of this act; - reads stdin."),
]


def named(given: str) -> tuple[str, str]:
    """Return the name and the value of a `NAME=VALUE`. Raises UsageError."""
    name, equals, value = given.partition("=")
    if not equals:
        raise UsageError(f"expected NAME=VALUE, found {given!r}", where="--input")
    return name, value


def claim_of(name: str | None, sign: str | None) -> Claim:
    """Return how a person says who they are. Raises UsageError for a signature that cannot be read.

    name: as given with --as. sign: the path of an armoured signature, or `-` for stdin.
    """
    from runner.desk.claim import Claim

    return Claim(name, None if sign is None else _signature(sign))


def _signature(sign: str) -> str:
    try:
        with os.fdopen(0, "rb", closefd=False) if sign == "-" else Path(sign).open("rb") as file:
            return file.read(_LONGEST + 1).decode("ascii", "replace")
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror}",
            where=sign,
            remedy="name the file that ssh-keygen -Y sign wrote",
        ) from error

"""Where a server lets its counts be fetched."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["Listen"]

Listen = Annotated[
    str | None,
    typer.Option("--metrics", metavar="HOST:PORT", help="Let Prometheus fetch counts there; on loopback."),
]

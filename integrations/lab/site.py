"""Where a lab is being built: its folder, its secrets, and what runs in it."""

from __future__ import annotations

import os
import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from integrations.lab.ledger import Ledger
from integrations.lab.server import StandIn

__all__ = ["Site", "write_private"]


@dataclass(frozen=True, slots=True)
class Site:
    """A company under construction."""

    out: Path
    latency_ms: float
    running: ExitStack

    def ledger(self, name: str) -> Ledger:
        """Return the ledger of a service."""
        return Ledger(self.out / "ledgers" / f"{name}.jsonl")

    def secret(self, name: str, value: str = "") -> str:
        """Put a secret where the settings refer to as `file:secrets/NAME`, and return it.

        value: random when empty.
        """
        made = value or secrets.token_urlsafe(32)
        write_private(self.out / "secrets" / name, made + "\n")
        return made

    def up(self, standin: StandIn) -> str:
        """Start a stand-in and return its base URL."""
        url = standin.start()
        self.running.callback(standin.stop)
        return url


def write_private(path: Path, text: str) -> None:
    """Write a new file only its owner can read. Raises FileExistsError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)

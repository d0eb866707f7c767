"""Opens the one database of a store: the journal's tables, and the engine's own beside them.

A SQLite file in the store's folder, or a PostgreSQL server that several machines share.
"""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from runner.database.postgres import Server, postgres_at
from runner.database.sqlite import FILE, number_cases, sqlite_in
from runner.database.tables import create
from runner.errors import SettingsError, StorageError

__all__ = ["Server", "failed", "in_words", "open_database", "secure_folder", "shared"]


def open_database(folder: Path, server: Server | None = None) -> sa.Engine:
    """Open `severance.db` in a folder, or the server's database; tables and folder are made on first use.

    Raises SettingsError when others can read or write them, StorageError when the disk or the server says no.
    """
    secure_folder(folder)
    try:
        if server:
            engine = postgres_at(server)
            create(engine)
        else:
            engine = sqlite_in(folder)
            create(engine)
            number_cases(engine)
    except (OSError, sqlite3.Error, sa.exc.SQLAlchemyError) as error:
        raise failed(server.url if server else folder / FILE, error) from error
    return engine


def shared(engine: sa.Engine) -> bool:
    """Tell whether several machines use this database."""
    return engine.dialect.name == "postgresql"


_DAMAGED = ("the database is damaged", "restore the store from a backup")
_TROUBLE = {
    "malformed": _DAMAGED,
    "not a database": _DAMAGED,
    "while it was in use": ("the database is gone", "put it back, or restore the store from a backup"),
    "locked": ("cannot write", "end whoever holds the database, or wait for them"),
    "readonly": ("cannot write", "let this user write the database and its folder"),
}
"""By words of SQLite's messages (https://sqlite.org/rescode.html): what is wrong, and what mends it."""


def failed(where: Path | str, error: Exception) -> StorageError:
    """Turn a disk or database failure into words a person can act on."""
    told = getattr(error, "orig", None) or error
    reason = (str(told) or type(error).__name__).strip().partition("\n")[0]
    away = type(told).__module__.startswith("psycopg")
    usual = "cannot write", "see that the database server answers" if away else "free or unlock the disk"
    what, mend = next((said for words, said in _TROUBLE.items() if words in reason), usual)
    return StorageError(f"{what}: {reason}", where=str(where), remedy=f"{mend}, then `severance resume CASE`")


@contextmanager
def in_words(what: str) -> Iterator[None]:
    """Raise StorageError for a database failure in the block. what: being written, for the person."""
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        raise failed(what, error) from error


def secure_folder(folder: Path) -> None:
    """Make a folder 0700, or check that it is one.

    Raises SettingsError when somebody else could read it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise failed(folder, error) from error
    if folder.is_symlink():  # said apart: a chmod would reach what the link leads to
        raise SettingsError(
            "this folder is a symbolic link", where=str(folder), remedy="name the folder itself"
        )
    mode = stat.S_IMODE(folder.lstat().st_mode)
    if mode & 0o077:
        raise SettingsError(
            f"others can enter this folder (mode {mode:04o})", where=str(folder), remedy=f"chmod 700 {folder}"
        )

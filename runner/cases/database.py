"""Opens the one database of a store: the journal's table, and the engine's own tables beside it.

SQLite traps this module answers (measured with DBOS 3.4 and SQLite's documentation, https://sqlite.org/wal.html):
the file is created 0600 before SQLite touches it; the conversion to WAL happens once, under a lock,
because two processes converting at once fail with "database is locked"; `synchronous=FULL` survives
a power cut, not only a kill; writers take the write lock when they begin.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from runner.errors import SettingsError, StorageError

__all__ = ["JOURNAL", "failed", "in_words", "open_database", "secure_folder"]

_TABLES = sa.MetaData()
JOURNAL = sa.Table(
    "severance_journal",
    _TABLES,
    sa.Column("case_code", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
)
BUSY_MS = 30_000  # rides out another process's commit on a slow disk instead of failing at SQLite's 5 s


def open_database(folder: Path) -> sa.Engine:
    """Open `severance.db` in a folder, making both on first use.

    Raises SettingsError when others can read or write them, StorageError when the disk says no.
    """
    secure_folder(folder)
    path = folder / "severance.db"
    try:
        _create_private(path)
        _convert_once(path)
        engine = sa.create_engine(f"sqlite:///{path}", pool_size=12, max_overflow=20)
        event.listen(engine, "connect", _set_up_connection)
        _TABLES.create_all(engine)
    except (OSError, sqlite3.Error, sa.exc.SQLAlchemyError) as error:
        raise failed(path, error) from error
    return engine


def failed(path: Path | str, error: Exception) -> StorageError:
    """Turn a disk or database failure into words a person can act on."""
    reason = str(getattr(error, "orig", error)) or type(error).__name__
    return StorageError(
        f"cannot write: {reason}",
        where=str(path),
        remedy="free or unlock the disk, then `severance resume CASE`",
    )


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


def _create_private(path: Path) -> None:
    """Make the file 0600, or check that it is one, without opening what is there.

    Closing any descriptor of a file drops all POSIX locks this process holds on it; another process
    would take itself for the last, delete the write-ahead log, and what we append from then on would
    be lost (https://sqlite.org/howtocorrupt.html section 2.2).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    found = path.lstat().st_mode
    if not stat.S_ISREG(found):
        raise SettingsError("the journal is no plain file", where=str(path), remedy=f"look at {path}")
    if stat.S_IMODE(found) & 0o077:
        raise SettingsError(
            f"others can read the journal (mode {stat.S_IMODE(found):04o})",
            where=str(path),
            remedy=f"chmod 600 {path}",
        )
    os.umask(os.umask(0) | 0o077)  # SQLite gives -wal and -shm the umask's mode, not the file's


def _convert_once(path: Path) -> None:
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection = sqlite3.connect(path, timeout=BUSY_MS / 1000)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        finally:
            connection.close()


def _set_up_connection(connection: Any, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")

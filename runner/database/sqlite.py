"""The store's database as one SQLite file: for one machine, and the default.

Traps this module answers (measured with DBOS 3.4, and SQLite's documentation, https://sqlite.org/wal.html):
the file is created 0600 before SQLite touches it; the conversion to WAL happens once, under a lock,
because two processes converting at once fail with "database is locked"; `synchronous=FULL` survives
a power cut, not only a kill; writers take the write lock when they begin.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from runner.database.tables import CASES, JOURNAL
from runner.errors import SettingsError

__all__ = ["FILE", "number_cases", "sqlite_in"]

FILE = "severance.db"
BUSY_MS = 30_000  # rides out another process's commit on a slow disk instead of failing at SQLite's 5 s


def sqlite_in(folder: Path) -> sa.Engine:
    """Open the file in a folder that is ours, making it on first use.

    Raises SettingsError when others can read it, OSError and sqlite3.Error when the disk says no.
    """
    path = folder / FILE
    _create_private(path)
    _convert_once(path)
    engine = sa.create_engine(f"sqlite:///{path}", pool_size=12, max_overflow=20)
    event.listen(engine, "connect", _set_up_connection)
    opened = path.stat()
    event.listen(engine, "begin", lambda _: _look(path, opened))
    return engine


def number_cases(engine: sa.Engine) -> None:
    """Give the cases of a store that was made before cases had rows of their own theirs, oldest first."""
    row: sa.ColumnElement[int] = sa.literal_column("rowid")
    known = sa.exists().where(CASES.c.code == JOURNAL.c.case_code)
    missing = (
        sa.select(JOURNAL.c.case_code, sa.func.max(JOURNAL.c.seq))
        .where(~known)
        .group_by(JOURNAL.c.case_code)
        .order_by(sa.func.min(row))
    )
    with engine.begin() as connection:
        if connection.execute(missing.limit(1)).first():
            adding = sa.insert(CASES).from_select(["code", "seq"], missing)
            connection.execute(adding.prefix_with("OR IGNORE"))


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


def _look(path: Path, opened: os.stat_result) -> None:
    """Refuse a transaction once the file is not there any more, or is another one.

    SQLite would go on writing into the file without a name: doors would close on a record that is gone when
    the process ends (https://sqlite.org/howtocorrupt.html section 2.4).
    """
    try:
        same = os.path.samestat(path.stat(), opened)
    except OSError:
        same = False
    if not same:
        gone = sqlite3.OperationalError(f"{path} was deleted, moved or replaced while it was in use")
        raise sa.exc.OperationalError(None, None, gone)


def _set_up_connection(connection: Any, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")

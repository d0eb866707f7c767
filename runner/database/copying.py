"""Copies the database of a store while cases run in it, and looks into such a copy.

SQLite's online backup (https://sqlite.org/backup.html), in one step: a reader of a write-ahead log holds up
no writer, and sees one moment. PostgreSQL has its own tools for it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from runner.database.opening import failed
from runner.errors import StorageError, UsageError

__all__ = ["copy_of", "copy_to"]


def copy_to(database: sa.Engine, path: Path) -> None:
    """Write a copy of the database, 0600, durable and in one file.

    Raises UsageError where the database has its own way, StorageError when the disk says no.
    """
    if database.dialect.name != "sqlite":
        raise UsageError(
            "the journal is in a database server, which is backed up by its own tools",
            where=database.dialect.name,
            remedy="pg_dump, or the server's archive; then severance verify-store",
        )
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        with closing(database.raw_connection()) as source, closing(sqlite3.connect(path)) as target:
            connection: Any = source.driver_connection  # sqlite3's own: its dialect was asked for above
            connection.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # a log beside the copy could be lost on its way
        _sync(path)
    except (OSError, sqlite3.Error, sa.exc.SQLAlchemyError) as error:
        raise failed(path, error) from error


@contextmanager
def copy_of(path: Path) -> Iterator[sa.Engine]:
    """Open a copy to read it for the length of the block; nothing is written beside it.

    Raises StorageError where it is no database, or a damaged one.
    """
    engine = sa.create_engine(f"sqlite:///file:{path}?mode=ro&immutable=1&uri=true")
    try:
        with engine.connect() as connection:
            [told] = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check(1)")]
            if told != "ok":
                raise StorageError(f"the copy is damaged: {told}", where=str(path), remedy="use another copy")
        yield engine
    except sa.exc.DatabaseError as error:
        raise StorageError(
            f"the copy is damaged: {error.orig}", where=str(path), remedy="use another copy"
        ) from error
    finally:
        engine.dispose()


def _sync(path: Path) -> None:
    for each in (path, path.parent):
        where = os.open(each, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            os.fsync(where)
        finally:
            os.close(where)

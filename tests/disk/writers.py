"""Every way in which the product writes to its store, each made to fail at one place after the other until it goes through.

SQLite's practice (https://sqlite.org/testing.html section 4.2): the failing write is moved forward until the whole succeeds.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from runner.errors import StorageError
from runner.evidence.chain import broken
from runner.evidence.folder import Folder
from tests.cases.company import Company

__all__ = ["WRITERS", "forward", "full_files"]

STEP = 4096  # bytes: SQLite's page, and what a file system gives out
_DATABASE = ("severance.db", "severance.db-wal", "severance.db-shm")

WRITERS: Mapping[str, Callable[[Company, str], object]] = {
    "journal": lambda company, code: company.office.journal(code).write("note", by="rohan", text="x" * 9_000),
    "item": lambda company, code: Folder(company.office.folder(code)).put("log", os.urandom(21_000), "text/plain"),
    "report.html": lambda company, code: company.desk.report(code, "html"),
    "report.md": lambda company, code: company.desk.report(code, "md"),
    "report.json": lambda company, code: company.desk.report(code, "json"),
    "report.csv": lambda company, code: company.desk.report(code, "csv"),
    "bundle": lambda company, code: company.desk.bundle(code),
}
"""By what is written."""


def forward(company: Company, code: str, write: Callable[[Company, str], object], full: Callable[[int], AbstractContextManager[Any]]) -> tuple[int, list[str]]:
    """Let a write meet a full disk at one place after the other; returns how often it failed, and what was wrong.

    full: takes what still fits, in bytes.
    """
    store, room, failures, wrong = company.settings.store_folder, 0, 0, list[str]()
    while True:
        files, records = _files(store), company.records(code)
        try:
            with full(room):
                write(company, code)
        except StorageError as error:
            failures += 1
            wrong += [f"room for {room}: {each}" for each in _left_behind(files, _files(store))]
            wrong += [f"room for {room}: {error.diagnostics()!r}"] if not (error.where and error.remedy) else []
            wrong += [f"room for {room}: recorded in part"] if company.records(code) != records else []
        else:
            return failures, wrong + ([broken(company.records(code)) or ""] if broken(company.records(code)) else [])
        room += STEP if room < 16 * STEP else room


def _files(store: Path) -> dict[str, bytes]:
    """Return every file but the database and the locks."""
    found = (path for path in store.rglob("*") if path.is_file() and path.name not in _DATABASE)
    names = {path.relative_to(store).as_posix(): path for path in found}
    return {name: path.read_bytes() for name, path in names.items() if not name.endswith(".lock")}


def _left_behind(before: dict[str, bytes], after: dict[str, bytes]) -> Iterator[str]:
    yield from (f"{name} was left behind" for name in after if name not in before)
    yield from (f"{name} changed" for name in before if before[name] != after.get(name, b""))


@contextmanager
def full_files(room: int) -> Iterator[None]:
    """Let no file grow past so many bytes, for the length of the block: the kernel answers EFBIG to each write beyond."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)

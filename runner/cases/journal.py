"""The journal: one append-only, hash-chained record a case; everything else is read from it.

Intents, outcomes, approvals, answers, verdicts, pages: whoever acts or decides appends here, under
the database's write lock, and a case's state is a fold over its records (`casefile.py`). One writer
thread commits whatever is waiting in one transaction, so that forty doors closing together cost one
sync of the disk and not forty.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa

from runner.actions.values import Json
from runner.cases.database import JOURNAL, failed
from runner.errors import RefusedError, StorageError
from runner.evidence.chain import START, canonical, seal

__all__ = ["Entry", "Heads", "Journal", "Record", "now", "read", "stamp"]

Record = dict[str, Json]


def now() -> datetime:
    """Return the present in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Spell a moment as RFC 3339 UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody wants recorded. `counsel` never leaves the house."""

    kind: str
    data: Json
    status: Literal["fact", "counsel"] = "fact"


@dataclass(frozen=True, slots=True)
class _Batch:
    """Entries that are recorded together or not at all."""

    entries: Sequence[Entry]
    done: Future[list[Record]]
    after: int | None = None
    """Recorded only right after this record; wherever the chain ends when None."""


class Journal:
    """The journal of one case."""

    def __init__(self, engine: sa.Engine, case: str, *, redact: Callable[[str], str]) -> None:
        """redact: takes every secret this process knows out of a text (JSON included)."""
        self._engine, self.case, self._redact = engine, case, redact
        self._waiting: queue.SimpleQueue[_Batch] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._writer: threading.Thread | None = None

    def append(self, *entries: Entry) -> list[Record]:
        """Append records in one transaction; returns them, sealed, once they are durable.

        Raises StorageError; then none of them is recorded.
        """
        return self.queue(*entries).result() if entries else []

    def queue(self, *entries: Entry) -> Future[list[Record]]:
        """Append records in one transaction, after all queued before; returns at once what `append` returns.

        Whoever acts on them waits for the result first.
        """
        return self._put(_Batch(entries, Future()))

    def append_after(self, last: int, *entries: Entry) -> bool:
        """Append records in one transaction if the case still ends with record `last`; returns whether so.

        Whoever decides by what they have read uses it: nothing comes between their look and their record.
        Raises StorageError as `append`.
        """
        return bool(self._put(_Batch(entries, Future(), last)).result())

    def write(self, kind: str, **data: Json) -> Record:
        """Append one fact."""
        return self.append(Entry(kind, data))[0]

    def read(self, after: int = 0) -> list[Record]:
        """Return the records with a higher sequence number than `after`, in order."""
        return read(self._engine, self.case, after)

    def _put(self, batch: _Batch) -> Future[list[Record]]:
        self._waiting.put(batch)
        with self._lock:  # a case that is only looked at needs no thread; a chat looks at hundreds
            if self._writer is None:
                name = f"journal-{self.case}"
                writer = threading.Thread(target=self._write_forever, name=name, daemon=True)
                self._writer = writer
                writer.start()
        return batch.done

    def _write_forever(self) -> None:
        while True:
            batches = [self._waiting.get()]
            while not self._waiting.empty():
                batches.append(self._waiting.get())
            self._commit(batches)

    def _commit(self, batches: list[_Batch]) -> None:
        try:
            with self._engine.begin() as connection:
                written = self._insert(connection, batches)
        except Exception as error:  # noqa: BLE001  whoever waits must hear of it; the thread must live
            for batch in batches:
                batch.done.set_exception(failed(f"journal of {self.case}", error))
            return
        for batch, records in zip(batches, written, strict=True):
            batch.done.set_result(records)

    def _insert(self, connection: sa.Connection, batches: Sequence[_Batch]) -> list[list[Record]]:
        """Insert what may be, and return each batch's records; none where the case went on before it."""
        # The no-op update takes SQLite's write lock before the read of the chain's end: two
        # processes appending to one case must not seal against the same predecessor.
        connection.execute(sa.update(JOURNAL).where(sa.false()).values(seq=JOURNAL.c.seq))
        seq, digest = _end(connection, self.case)
        written: list[list[Record]] = []
        for batch in batches:
            records: list[Record] = []
            for entry in batch.entries if batch.after in (None, seq) else ():
                records.append(self._sealed(entry, seq + len(records) + 1, digest))
                digest = records[-1]["digest"]
            seq += len(records)
            written.append(records)
        rows = [_row(self.case, record) for records in written for record in records]
        if rows:
            connection.execute(sa.insert(JOURNAL), rows)
        return written

    def _sealed(self, entry: Entry, seq: int, before: str) -> Record:
        body: Record = {"seq": seq, "at": stamp(now()), "kind": entry.kind, "class": entry.status}
        return seal({**body, "data": json.loads(self._redact(json.dumps(entry.data)))}, before)


def _row(case: str, record: Record) -> Record:
    text = canonical(record).decode()
    return {"case_code": case, "seq": record["seq"], "kind": record["kind"], "record": text}


def read(engine: sa.Engine, case: str, after: int = 0) -> list[Record]:
    """Return a case's records after a sequence number, in order. Raises StorageError, RefusedError."""
    wanted = (JOURNAL.c.case_code == case) & (JOURNAL.c.seq > after)
    try:
        with engine.connect() as connection:
            rows = connection.execute(sa.select(JOURNAL.c.record).where(wanted).order_by(JOURNAL.c.seq))
            texts = [row.record for row in rows]
    except sa.exc.SQLAlchemyError as error:
        raise failed(f"journal of {case}", error) from error
    return [_record(text, case) for text in texts]


def _record(text: str, case: str) -> Record:
    """Return a record as it was stored. Raises RefusedError for what somebody put in its place."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("data"), dict):
        raise RefusedError(
            "its records were changed: one of them is no record any more",
            where=case,
            remedy="compare them with the last bundle, or restore the store from a backup",
        )
    return record


class Heads:
    """How far every case's journal goes: each look reads what was recorded since the one before.

    Nothing is ever taken out of a journal, and SQLite numbers the rows in the order in which they are
    committed: it has one writer at a time. Safe to share between threads.
    """

    def __init__(self, engine: sa.Engine) -> None:
        """Read nothing yet."""
        self._engine, self._lock = engine, threading.Lock()
        self._known: dict[str, int] = {}
        self._row = 0

    def now(self) -> dict[str, int]:
        """Return the last sequence number of every case, oldest case first. Raises StorageError."""
        row: sa.ColumnElement[int] = sa.literal_column("rowid")
        added = sa.select(JOURNAL.c.case_code, JOURNAL.c.seq, row.label("row")).order_by(row)
        with self._lock:
            try:
                with self._engine.connect() as connection:
                    for each in connection.execute(added.where(row > self._row)):
                        self._known[each.case_code], self._row = each.seq, each.row
            except sa.exc.SQLAlchemyError as error:
                raise StorageError(f"cannot read the cases: {error}") from error
            return dict(self._known)


def _end(connection: sa.Connection, case: str) -> tuple[int, str]:
    last = sa.select(JOURNAL.c.seq, JOURNAL.c.record).where(JOURNAL.c.case_code == case)
    row = connection.execute(last.order_by(JOURNAL.c.seq.desc()).limit(1)).first()
    return (row.seq, json.loads(row.record)["digest"]) if row else (0, START)

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
import time
from collections.abc import Callable
from concurrent.futures import Future

import sqlalchemy as sa

from runner.actions.values import Json
from runner.database.appending import Batch, Entry, Record, Within, insert, transactions
from runner.database.holds import Hold
from runner.database.opening import failed, shared
from runner.database.tables import JOURNAL
from runner.errors import RefusedError

__all__ = ["Entry", "Journal", "Record", "Within", "read"]

_AGAIN_S = (0.1, 0.3, 1.0, 2.0, 4.0)
"""How long an append waits, from try to try, for a server that is gone: less than the lease of a case."""


class Journal:
    """The journal of one case."""

    def __init__(
        self, engine: sa.Engine, case: str, *, redact: Callable[[str], str], hold: Hold | None = None
    ) -> None:
        """redact: takes every secret this process knows out of a text (JSON included).

        hold: of whoever runs the case; once another runner has taken it, nothing more is recorded on it.
        """
        self._engine, self.case, self._redact, self._hold = engine, case, redact, hold
        self._fence = hold.fence if hold else None
        self._waiting: queue.SimpleQueue[Batch] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._writer: threading.Thread | None = None

    def append(self, *entries: Entry) -> list[Record]:
        """Append records in one transaction; returns them, sealed, once they are durable.

        Raises StorageError; then none of them is recorded.
        """
        return self.queue(*entries).result() if entries else []

    def append_within(self, within: Within, *entries: Entry) -> list[Record]:
        """Append records in one transaction with something else, or neither; raises what that raises too."""
        return self._put(Batch(entries, Future(), within=within)).result()

    def ours(self) -> bool:
        """Tell whether the case may still be acted on: nobody else can have taken it since."""
        return self._hold is None or self._hold.ours()

    def queue(self, *entries: Entry) -> Future[list[Record]]:
        """Append records in one transaction, after all queued before; returns at once what `append` returns.

        Whoever acts on them waits for the result first.
        """
        return self._put(Batch(entries, Future()))

    def append_after(self, last: int, *entries: Entry) -> bool:
        """Append records in one transaction if the case still ends with record `last`; returns whether so.

        Whoever decides by what they have read uses it: nothing comes between their look and their record.
        Raises StorageError as `append`.
        """
        return bool(self._put(Batch(entries, Future(), last)).result())

    def write(self, kind: str, **data: Json) -> Record:
        """Append one fact."""
        return self.append(Entry(kind, data))[0]

    def read(self, after: int = 0) -> list[Record]:
        """Return the records with a higher sequence number than `after`, in order."""
        return read(self._engine, self.case, after)

    def _put(self, batch: Batch) -> Future[list[Record]]:
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
            for together in transactions(batches):
                self._commit(together)

    def _commit(self, batches: list[Batch]) -> None:
        try:
            written = self._committed(batches)
        except Exception as error:  # noqa: BLE001  the thread outlives it, and who waits hears of it
            known = isinstance(error, OSError | ValueError | TypeError | sa.exc.SQLAlchemyError)
            for batch in batches:
                batch.done.set_exception(failed(_place(self._engine, self.case), error) if known else error)
            return
        for batch, records in zip(batches, written, strict=True):
            batch.done.set_result(records)

    def _committed(self, batches: list[Batch]) -> list[list[Record]]:
        """Insert in one transaction; a server that went away is waited for, and asked what it has of it."""
        tried: list[list[Record]] = []
        for pause_s in (*_AGAIN_S, 0.0):
            try:
                with self._engine.begin() as connection:
                    if not (tried and self._has(connection, tried)):
                        tried = insert(connection, self.case, batches, self._redact, self._fence)
            except (sa.exc.OperationalError, sa.exc.InterfaceError):
                if not shared(self._engine) or not pause_s:
                    raise
                time.sleep(pause_s)
            else:
                break
        return tried

    def _has(self, connection: sa.Connection, written: list[list[Record]]) -> bool:
        """Tell whether records whose commit was not answered are there after all."""
        mine = next((records[0] for records in written if records), None)
        if mine is None:
            return True
        here = (JOURNAL.c.case_code == self.case) & (JOURNAL.c.seq == mine["seq"])
        found = connection.execute(sa.select(JOURNAL.c.record).where(here)).scalar()
        return found is not None and json.loads(found)["digest"] == mine["digest"]


def read(engine: sa.Engine, case: str, after: int = 0) -> list[Record]:
    """Return a case's records after a sequence number, in order.

    Raises StorageError, and RefusedError where one of them is no record any more.
    """
    wanted = (JOURNAL.c.case_code == case) & (JOURNAL.c.seq > after)
    try:
        with engine.connect() as connection:
            # All of them at once: a look that breaks off leaves SQLite's connection in the past.
            rows = connection.execute(sa.select(JOURNAL.c.record).where(wanted).order_by(JOURNAL.c.seq)).all()
        return [_record(row.record) for row in rows]
    except sa.exc.SQLAlchemyError as error:
        raise failed(_place(engine, case), error) from error
    except ValueError as error:  # no JSON, or no text
        raise RefusedError(
            f"its records were changed: {error}",
            where=_place(engine, case),
            remedy="compare them with the last bundle, or restore the store from a backup",
        ) from error


def _record(text: str) -> Record:
    """Return a record as it was stored. Raises ValueError for what somebody put in its place."""
    try:
        record = json.loads(text)
    except RecursionError:
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("data"), dict):
        raise ValueError("one of its records is no record any more")  # noqa: TRY004  what is stored is wrong
    return record


def _place(engine: sa.Engine, case: str) -> str:
    return f"journal of {case}, {engine.url.database}"

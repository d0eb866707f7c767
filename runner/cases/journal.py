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
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import sqlalchemy as sa

from runner.actions.values import Json
from runner.cases.database import damaged, failed, shared
from runner.cases.holds import Hold
from runner.cases.tables import CASES, JOURNAL
from runner.errors import CaseLost, RefusedError
from runner.evidence.chain import START, canonical, seal

__all__ = ["Entry", "Journal", "Record", "Within", "now", "read", "stamp"]

Record = dict[str, Json]
Within = Callable[[sa.Connection], None]
"""Done in the transaction of an append; what it raises undoes both."""
_AGAIN_S = (0.1, 0.3, 1.0, 2.0, 4.0)
"""How long an append waits, from try to try, for a server that is gone: less than the lease of a case."""


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
    within: Within | None = None


class Journal:
    """The journal of one case."""

    def __init__(
        self, engine: sa.Engine, case: str, *, redact: Callable[[str], str], hold: Hold | None = None
    ) -> None:
        """redact: takes every secret this process knows out of a text (JSON included).

        hold: of whoever runs the case; once another runner has taken it, nothing more is recorded on it.
        """
        self._engine, self.case, self._redact, self._hold = engine, case, redact, hold
        self._waiting: queue.SimpleQueue[_Batch] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._writer: threading.Thread | None = None

    def append(self, *entries: Entry) -> list[Record]:
        """Append records in one transaction; returns them, sealed, once they are durable.

        Raises StorageError; then none of them is recorded.
        """
        return self.queue(*entries).result() if entries else []

    def append_within(self, within: Within, *entries: Entry) -> list[Record]:
        """Append records in one transaction with something else, or neither; raises what that raises too."""
        return self._put(_Batch(entries, Future(), within=within)).result()

    def ours(self) -> bool:
        """Tell whether the case may still be acted on: nobody else can have taken it since."""
        return self._hold is None or self._hold.ours()

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
            for together in _transactions(batches):
                self._commit(together)

    def _commit(self, batches: list[_Batch]) -> None:
        try:
            written = self._committed(batches)
        except Exception as error:  # noqa: BLE001  the thread outlives it, and who waits hears of it
            known = isinstance(error, OSError | ValueError | TypeError | sa.exc.SQLAlchemyError)
            for batch in batches:
                batch.done.set_exception(failed(_place(self._engine, self.case), error) if known else error)
            return
        for batch, records in zip(batches, written, strict=True):
            batch.done.set_result(records)

    def _committed(self, batches: list[_Batch]) -> list[list[Record]]:
        """Insert in one transaction; a server that went away is waited for, and asked what it has of it."""
        tried: list[list[Record]] = []
        for pause_s in (*_AGAIN_S, 0.0):
            try:
                with self._engine.begin() as connection:
                    if not (tried and self._has(connection, tried)):
                        tried = self._insert(connection, batches)
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

    def _insert(self, connection: sa.Connection, batches: Sequence[_Batch]) -> list[list[Record]]:
        """Insert what may be, and return each batch's records; none where the case went on before it."""
        seq, digest = self._end(connection)
        written: list[list[Record]] = []
        for batch in batches:
            records: list[Record] = []
            for entry in batch.entries if batch.after in (None, seq) else ():
                records.append(self._sealed(entry, seq + len(records) + 1, digest))
                digest = records[-1]["digest"]
            seq += len(records)
            written.append(records)
            if batch.within:
                batch.within(connection)
        rows = [_row(self.case, record) for records in written for record in records]
        if rows:
            connection.execute(sa.insert(JOURNAL), rows)
            connection.execute(sa.update(CASES).where(CASES.c.code == self.case).values(seq=seq))
        return written

    def _end(self, connection: sa.Connection) -> tuple[int, str]:
        """Return the chain's end; until the transaction ends nobody else appends to it, or takes the case.

        Raises CaseLost where another runner has taken it, RefusedError where it was deleted.
        """
        # It writes the row to lock it: two processes must not seal against the same predecessor.
        mine = CASES.c.code == self.case
        locked = sa.update(CASES).where(mine).values(seq=CASES.c.seq).returning(CASES.c.seq, CASES.c.fence)
        row = connection.execute(locked).first()
        if row is None:
            connection.execute(sa.insert(CASES).values(code=self.case))
            return 0, START
        if row.seq < 0:
            raise RefusedError("this case was deleted", where=self.case, remedy="severance retention")
        if self._hold and row.fence != self._hold.fence:
            raise CaseLost(self.case)
        last = (JOURNAL.c.case_code == self.case) & (JOURNAL.c.seq == row.seq)
        record = connection.execute(sa.select(JOURNAL.c.record).where(last)).scalar()
        if row.seq and record is None:
            raise ValueError(f"record {row.seq} is missing from the end of the journal")
        return row.seq, json.loads(record)["digest"] if record else START

    def _sealed(self, entry: Entry, seq: int, before: str) -> Record:
        body: Record = {"seq": seq, "at": stamp(now()), "kind": entry.kind, "class": entry.status}
        return seal({**body, "data": json.loads(self._redact(json.dumps(entry.data)))}, before)


def _row(case: str, record: Record) -> Record:
    text = canonical(record).decode()
    return {"case_code": case, "seq": record["seq"], "kind": record["kind"], "record": text}


def read(engine: sa.Engine, case: str, after: int = 0) -> list[Record]:
    """Return a case's records after a sequence number, in order. Raises StorageError."""
    wanted = (JOURNAL.c.case_code == case) & (JOURNAL.c.seq > after)
    try:
        with engine.connect() as connection:
            rows = connection.execute(sa.select(JOURNAL.c.record).where(wanted).order_by(JOURNAL.c.seq))
            return [json.loads(row.record) for row in rows]
    except sa.exc.SQLAlchemyError as error:
        raise failed(_place(engine, case), error) from error
    except ValueError as error:  # no JSON, or no text
        raise damaged(_place(engine, case), error) from error


def _place(engine: sa.Engine, case: str) -> str:
    return f"journal of {case}, {engine.url.database}"


def _transactions(batches: list[_Batch]) -> list[list[_Batch]]:
    """Put together what may be; what does something else as well is committed, or undone, alone."""
    found: list[list[_Batch]] = []
    for batch in batches:
        if found and not batch.within and not found[-1][-1].within:
            found[-1].append(batch)
        else:
            found.append([batch])
    return found

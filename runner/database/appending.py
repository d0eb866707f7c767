"""One append, in its transaction: the chain's end is locked, its owner judged, records sealed to it.

Whoever appends holds the case's row until the transaction ends: two processes never seal against the same
record, and a runner whose case was taken finds out here, before anything it meant to do is on record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from runner.actions.values import Json
from runner.clock import now, stamp
from runner.database.tables import CASES, JOURNAL
from runner.errors import CaseLost, RefusedError
from runner.evidence.chain import START, canonical, seal

__all__ = ["Batch", "Entry", "Record", "Within", "insert", "transactions"]

Record = dict[str, Json]
Within = Callable[[sa.Connection], None]
"""Done in the transaction of an append; what it raises undoes both."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody wants recorded. `counsel` never leaves the house."""

    kind: str
    data: Json
    status: Literal["fact", "counsel"] = "fact"


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries that are recorded together or not at all."""

    entries: Sequence[Entry]
    done: Future[list[Record]]
    after: int | None = None
    """Recorded only right after this record; wherever the chain ends when None."""
    within: Within | None = None


def transactions(batches: list[Batch]) -> list[list[Batch]]:
    """Put together what may be; what does something else as well is committed, or undone, alone."""
    found: list[list[Batch]] = []
    for batch in batches:
        if found and not batch.within and not found[-1][-1].within:
            found[-1].append(batch)
        else:
            found.append([batch])
    return found


def insert(
    connection: sa.Connection,
    case: str,
    batches: Sequence[Batch],
    redact: Callable[[str], str],
    fence: int | None,
) -> list[list[Record]]:
    """Insert what may be, and return each batch's records; none where the case went on before it.

    fence: under which the case is held; None for whoever does not run it. Raises CaseLost where another
    runner has taken it since, RefusedError where it was deleted, and what a batch's `within` raises.
    """
    seq, digest, at = _end(connection, case, fence)
    written: list[list[Record]] = []
    for batch in batches:
        records: list[Record] = []
        for entry in batch.entries if batch.after in (None, seq) else ():
            at = max(at, stamp(now()))  # another machine's clock may be ahead: time never goes back
            number = seq + len(records) + 1
            body: Record = {"seq": number, "at": at, "kind": entry.kind, "class": entry.status}
            data = json.loads(redact(json.dumps(entry.data)))
            records.append(seal({**body, "data": data}, digest))
            digest = records[-1]["digest"]
        seq += len(records)
        written.append(records)
        if batch.within:
            batch.within(connection)
    rows = [_row(case, record) for records in written for record in records]
    if rows:
        connection.execute(sa.insert(JOURNAL), rows)
        connection.execute(sa.update(CASES).where(CASES.c.code == case).values(seq=seq))
    return written


def _end(connection: sa.Connection, case: str, fence: int | None) -> tuple[int, str, str]:
    """Lock the chain's end; returns number, digest and time of the last record."""
    # It writes the row to lock it: SQLite knows no other way, and PostgreSQL none that is cheaper.
    mine = CASES.c.code == case
    locked = sa.update(CASES).where(mine).values(seq=CASES.c.seq).returning(CASES.c.seq, CASES.c.fence)
    row = connection.execute(locked).first()
    if row is None:
        connection.execute(sa.insert(CASES).values(code=case))
        return 0, START, ""
    if row.seq < 0:
        raise RefusedError("this case was deleted", where=case, remedy="severance retention")
    if fence is not None and row.fence != fence:
        raise CaseLost(case)
    last = (JOURNAL.c.case_code == case) & (JOURNAL.c.seq == row.seq)
    text = connection.execute(sa.select(JOURNAL.c.record).where(last)).scalar()
    if row.seq and text is None:
        raise ValueError(f"record {row.seq} is missing from the end of the journal")
    record = json.loads(text) if text else {"digest": START, "at": ""}
    return row.seq, record["digest"], record["at"]


def _row(case: str, record: Record) -> Record:
    text = canonical(record).decode()
    return {"case_code": case, "seq": record["seq"], "kind": record["kind"], "record": text}

"""Takes a case out of the database: its records, its runs, its cards; a tombstone stays where they ended.

The tombstone is the journal's next record: its `prev` is the digest of the last one deleted, so whoever holds
a bundle can see that just this case ended here. The case's row stays too, with the tombstone's number below
zero: no code name is given out twice, and a process that still knows the case can record nothing more on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from dbos import DBOSClient
from dbos._serialization import DBOSPortableJSONSerializer
from sqlalchemy import event

from runner.actions.values import Json
from runner.clock import now, stamp
from runner.database import claims
from runner.database.journal import Record
from runner.database.opening import in_words, shared
from runner.database.switchboard import Switchboard
from runner.database.tables import CASES, JOURNAL
from runner.database.tombstones import TOMBSTONE, tombstones
from runner.evidence.chain import canonical, seal

__all__ = ["bury", "forget_runs"]


def forget_runs(engine: sa.Engine, code: str) -> None:
    """Delete what the engine and the chat remember of a case; may be called again. Raises StorageError."""
    with in_words(f"the engine's records of {code}"), _wiped(engine):
        Switchboard(engine).settle(code, "")
        schema = "dbos" if shared(engine) else None
        if not sa.inspect(engine).has_table("workflow_status", schema=schema):  # nothing was ever run
            return
        client = DBOSClient(system_database_engine=engine, serializer=DBOSPortableJSONSerializer())
        try:
            # A run and its parts are named `CODE/…`; no code name holds a slash.
            found = client.list_workflows(workflow_id_prefix=f"{code}/", load_input=False, load_output=False)
            client.delete_workflows([each.workflow_id for each in found], delete_children=True)
        finally:
            client.destroy()


def bury(engine: sa.Engine, code: str, told: Json) -> Record:
    """Put a tombstone in the place of a case's records, in one transaction; returns it.

    told: what it says besides the number of records and the digest of the last. Raises StorageError.
    """
    mine, here = CASES.c.code == code, JOURNAL.c.case_code == code
    # As the journal locks its chain: nobody appends to it until the transaction ends.
    locked = sa.update(CASES).where(mine).values(seq=CASES.c.seq).returning(CASES.c.seq)
    with in_words(f"journal of {code}"), _wiped(engine), engine.begin() as connection:
        seq: int = connection.execute(locked).scalar_one()
        if seq > 0:
            last = connection.execute(sa.select(JOURNAL.c.record).where(here & (JOURNAL.c.seq == seq)))
            record = _tombstone(told, seq, json.loads(last.scalar_one())["digest"])
            connection.execute(sa.delete(JOURNAL).where(here))
            claims.forget(connection, code)
            row = {"case_code": code, "seq": record["seq"], "kind": TOMBSTONE}
            connection.execute(sa.insert(JOURNAL).values(**row, record=canonical(record).decode()))
            connection.execute(sa.update(CASES).where(mine).values(seq=-record["seq"]))
    _shorten(engine)
    return next(each for each in tombstones(engine) if each["data"]["code"] == code)


def _tombstone(told: Json, records: int, last: str) -> Record:
    data = {**told, "records": records, "last": last}
    body = {"seq": records + 1, "at": stamp(now()), "kind": TOMBSTONE, "class": "fact", "data": data}
    return seal(body, last)


@contextmanager
def _wiped(engine: sa.Engine) -> Iterator[None]:
    """Let SQLite write zeros over what is deleted in the block (its `secure_delete` pragma)."""
    if shared(engine):
        yield
        return

    def wipe(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA secure_delete=ON")

    event.listen(engine, "checkout", wipe)
    try:
        yield
    finally:
        event.remove(engine, "checkout", wipe)


def _shorten(engine: sa.Engine) -> None:
    """Empty the write-ahead log, which still holds the pages as they were; a reader may put it off."""
    if not shared(engine):
        with in_words("the journal"), engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

"""What is left of cases that were deleted: one record each, which proves it. They are no cases any more."""

from __future__ import annotations

import json

import sqlalchemy as sa

from runner.database.journal import Record
from runner.database.opening import in_words
from runner.database.tables import CASES, JOURNAL

__all__ = ["TOMBSTONE", "tombstones"]

TOMBSTONE = "case.forgotten"
"""Its kind."""


def tombstones(engine: sa.Engine) -> list[Record]:
    """Return the tombstone of every case that was deleted, oldest case first. Raises StorageError."""
    its = (JOURNAL.c.case_code == CASES.c.code) & (JOURNAL.c.seq == -CASES.c.seq)
    wanted = sa.select(JOURNAL.c.record).join_from(CASES, JOURNAL, its).where(CASES.c.seq < 0)
    with in_words("the cases"), engine.connect() as connection:
        return [json.loads(row.record) for row in connection.execute(wanted.order_by(CASES.c.number))]

"""How far every case's journal goes, whichever process wrote to it."""

from __future__ import annotations

import sqlalchemy as sa

from runner.database.holds import clock
from runner.database.opening import in_words, shared
from runner.database.tables import CASES

__all__ = ["Heads"]


class Heads:
    """Every case's last record; safe to share between threads."""

    def __init__(self, engine: sa.Engine) -> None:
        """Read nothing yet."""
        self._engine = engine

    def now(self) -> dict[str, int]:
        """Return the last sequence number of every case, oldest case first. Raises StorageError."""
        return self._ends(sa.true())

    def free(self) -> dict[str, int]:
        """Return the same of the cases that nobody holds; on one machine of all, whose locks tell."""
        free = CASES.c.held_until < clock() if shared(self._engine) else sa.true()
        return self._ends(free)

    def _ends(self, which: sa.ColumnElement[bool]) -> dict[str, int]:
        ends = sa.select(CASES.c.code, CASES.c.seq).where((CASES.c.seq > 0) & which).order_by(CASES.c.number)
        with in_words("the cases"), self._engine.connect() as connection:
            return {row.code: row.seq for row in connection.execute(ends)}

"""How many requests a minute all runners of a store together make to one service.

A service counts what a company sends, whichever of our machines sent it, and refuses its administrators' own
requests once we used them up. Reads wait for their turn; a write never does, and what it took is missing to
the reads after it. Turns are dealt by the generic cell rate algorithm (ITU-T I.371, annex A): one number a
service, the moment at which everything dealt so far is used up. A runner takes a second's turns at a time, so
that a request seldom costs a round trip to the database.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import sqlalchemy as sa

from runner.database.holds import clock
from runner.database.opening import in_words, shared
from runner.database.tables import RATES, insert_if_new

__all__ = ["Budget"]

LONGEST_S = 600.0  # "not now" is waited for two minutes at most, and turns are dealt second by second
BURST_S = 5.0  # what was not used in this time is not saved up: services count in windows


class Budget:
    """One service's, in one process; safe to share between threads."""

    def __init__(
        self,
        engine: sa.Engine,
        service: str,
        per_minute: int,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """per_minute: requests of all runners together."""
        self._engine, self._service, self._pause = engine, service, pause
        self._each_s = 60.0 / per_minute
        self._at_a_time = max(1, per_minute // 60)
        self._left = 0
        self._counting, self._queueing = threading.Lock(), threading.Lock()

    def spend(self, *, waits: bool) -> None:
        """Count one request; one that waits returns when it may leave. Raises StorageError."""
        if not waits:
            self._count(-1)
            return
        with self._queueing:  # threads of one process queue here, and not at the database
            if self._left <= 0 and (wait_s := self._taken()) > 0:
                self._pause(wait_s)
            self._count(-1)

    def limited(self, wait_s: float) -> None:
        """Have every runner wait: the service told one of them "not now" for so many seconds."""
        row, now = RATES.c.service == self._service, self._now()
        later = sa.case((RATES.c.used_up > now + wait_s, RATES.c.used_up), else_=now + wait_s)
        with in_words("the services' budgets"), self._engine.begin() as connection:
            insert_if_new(connection, RATES, service=self._service)
            connection.execute(sa.update(RATES).where(row).values(used_up=later))

    def _taken(self) -> float:
        """Take the next turns, and what writes took before; returns in how many seconds they begin."""
        taken = self._at_a_time - min(0, self._left)
        row, now = RATES.c.service == self._service, self._now()
        # Further ahead than anybody is made to wait: the clock that wrote it was set back since.
        ahead_of_us = sa.and_(RATES.c.used_up > now, RATES.c.used_up < now + LONGEST_S)
        begins = sa.case((ahead_of_us, RATES.c.used_up), else_=now)
        dealt = begins + taken * self._each_s
        taking = sa.update(RATES).where(row).values(used_up=dealt).returning(RATES.c.used_up - now)
        with in_words("the services' budgets"), self._engine.begin() as connection:
            insert_if_new(connection, RATES, service=self._service)
            ahead = float(connection.execute(taking).scalar_one())
        self._count(taken)
        return ahead - taken * self._each_s - BURST_S

    def _count(self, turns: int) -> None:
        with self._counting:
            self._left += turns

    def _now(self) -> sa.ColumnElement[float]:
        return clock() if shared(self._engine) else sa.literal(time.time())

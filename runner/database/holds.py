"""Who runs a case: one runner at a time, told apart by a number that rises with each.

On one machine a lock on the case's folder, which the system drops when its holder dies. On several a lease in
the case's row: its holder renews it by the server's clock, and others may take the case once it has run out.
Either way taking it raises the case's `fence`, and whoever holds an older number can record nothing more:
a runner that was frozen and wakes finds its intents refused, and sends nothing (M. Kleppmann, "How to do
distributed locking", 2016, calls the number a fencing token).
"""

from __future__ import annotations

import fcntl
import math
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from runner.database.opening import in_words, shared
from runner.database.tables import CASES, insert_if_new
from runner.errors import CaseBusy, StorageError

__all__ = ["LEASE_S", "Hold", "clock", "held", "holding"]

LEASE_S = 10.0  # a dead worker's cases wait this long for another: well within the half minute promised
RENEW_S = 2.0  # four renewals may fail before a lease runs out
_LOOKS_S = (0.01, 0.04, 0.1)  # how long a look at who has a case may take, on a machine that is busy
MARGIN_S = 1.5  # the holder stops this much before others may start: its last call must be on its way


class Hold:
    """A case that is this process's to run; safe to share between threads."""

    def __init__(self, fence: int, lease_s: float = math.inf) -> None:
        """fence: the number it was taken under. lease_s: from now; endless where the system keeps a lock."""
        self.fence = fence
        self._ends = time.monotonic() + lease_s
        self._lost = False

    def ours(self) -> bool:
        """Tell whether nobody else can have taken the case yet; a runner that overslept finds out here."""
        return not self._lost and time.monotonic() < self._ends

    def renew(self, asked_at: float, lease_s: float) -> None:
        """Note a renewal. asked_at: by the monotonic clock, before the server was asked."""
        self._ends = asked_at + lease_s

    def lose(self) -> None:
        """Note that somebody else has it: it never is ours again."""
        self._lost = True


@contextmanager
def holding(engine: sa.Engine, code: str, lock: Path) -> Iterator[Hold]:
    """Hold a case, or whatever else one process has at a time, for the length of the block.

    code: the case's, or another name that no case has. lock: the file that is locked where one machine has
    the store. Raises CaseBusy when another has it, StorageError where the database does not answer.
    """
    with _leased(engine, code) if shared(engine) else _locked(engine, code, lock) as hold:
        yield hold


def held(engine: sa.Engine, code: str, lock: Path) -> bool:
    """Tell whether somebody holds a case at this moment. Arguments and errors as of `holding`.

    A lock is looked at by a lock that lookers share, let go at once; who wants it waits for that long.
    """
    if shared(engine):
        mine = sa.select(CASES.c.held_until >= clock()).where(CASES.c.code == code)
        with in_words(f"who runs {code}"), engine.connect() as connection:
            return bool(connection.execute(mine).scalar())
    try:
        with open(lock, "rb", opener=_not_a_link) as looked_at:
            fcntl.flock(looked_at, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False  # nobody ever had it
    except BlockingIOError:
        return True
    return False


def _not_a_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


@contextmanager
def _lock_file(path: Path) -> Iterator[bool]:
    """Lock a file for the block, and say whether it could be; the system lets go when we die."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "w") as lock:
        yield _taken(lock)


def _taken(lock: IO[str]) -> bool:
    """Take a lock that nobody has; one that is only looked at (`held`) is free in a moment."""
    for pause_s in (0.0, *_LOOKS_S):
        time.sleep(pause_s)
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    return False


@contextmanager
def _locked(engine: sa.Engine, code: str, lock: Path) -> Iterator[Hold]:
    with _lock_file(lock) as mine:
        fence = _take(engine, code, sa.true(), sa.literal(0.0)) if mine else None
        if fence is None:
            raise _busy(engine, code)
        yield Hold(fence)


@contextmanager
def _leased(engine: sa.Engine, code: str) -> Iterator[Hold]:
    asked_at, until = time.monotonic(), clock() + LEASE_S
    fence = _take(engine, code, CASES.c.held_until < clock(), until)
    if fence is None:
        raise _busy(engine, code)
    hold, over = Hold(fence), threading.Event()
    hold.renew(asked_at, LEASE_S - MARGIN_S)
    keeping = (engine, code, hold, over)
    keeper = threading.Thread(target=_renew, args=keeping, name=f"lease-{code}", daemon=True)
    keeper.start()
    try:
        yield hold
    finally:
        over.set()
        keeper.join()
        _set(engine, code, hold, sa.literal(0.0))


def _renew(engine: sa.Engine, code: str, hold: Hold, over: threading.Event) -> None:
    """Renew until told to end, or too late; a server that does not answer is asked again."""
    while not over.wait(RENEW_S) and hold.ours():
        asked_at = time.monotonic()
        try:
            renewed = _set(engine, code, hold, clock() + LEASE_S)
        except StorageError:
            continue
        if renewed:
            hold.renew(asked_at, LEASE_S - MARGIN_S)
        else:
            hold.lose()


def clock() -> sa.ColumnElement[float]:
    """Return the server's clock, in seconds of Unix time: the machines' own may disagree."""
    return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float)


def _take(
    engine: sa.Engine, code: str, free: sa.ColumnElement[bool], until: sa.ColumnElement[float]
) -> int | None:
    """Take a case that is free; returns its new fence, None when it is not free."""
    mine = sa.update(CASES).where((CASES.c.code == code) & free)
    owner = f"{socket.gethostname()}:{os.getpid()}"
    taking = mine.values(fence=CASES.c.fence + 1, owner=owner, held_until=until).returning(CASES.c.fence)
    with in_words(f"who runs {code}"), engine.begin() as connection:
        insert_if_new(connection, CASES, code=code)
        return connection.execute(taking).scalar()


def _set(engine: sa.Engine, code: str, hold: Hold, until: sa.ColumnElement[float]) -> bool:
    """Set until when a case is held; False when it is held by another by now."""
    mine = (CASES.c.code == code) & (CASES.c.fence == hold.fence)
    setting = sa.update(CASES).where(mine).values(held_until=until).returning(CASES.c.fence)
    with in_words(f"who runs {code}"), engine.begin() as connection:
        return connection.execute(setting).scalar() is not None


def _busy(engine: sa.Engine, code: str) -> CaseBusy:
    with in_words(f"who runs {code}"), engine.connect() as connection:
        owner = connection.execute(sa.select(CASES.c.owner).where(CASES.c.code == code)).scalar()
    host, _, pid = str(owner or "").rpartition(":")
    by = f", process {pid} on {host}" if host else ""
    remedy = f"severance status {code}, or stop {code} first"
    return CaseBusy(f"another runner has this case{by}", where=code, remedy=remedy)

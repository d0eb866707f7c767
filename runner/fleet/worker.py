"""Looks after the cases of a store: runs each when somebody acted on it, or when something of it is due.

Any number of workers, on any number of machines, may look after the same cases: whoever takes one first
has it, and one whose runner fell silent is free again after its lease. A case that waits costs a worker one
row of a query.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from runner.clock import now
from runner.desk.cases import Desk
from runner.errors import SeveranceError
from runner.fleet.processes import Processes
from runner.telemetry.sink import said

__all__ = ["AT_ONCE", "Worker"]

AT_ONCE = 8  # cases run here at the same time; a lockdown computes for a second, the rest of a run waits
LOOK_EVERY_S = 0.5
QUIET_S = 20.0  # a case in which nothing was recorded for this long is left to wait by itself
AWAY_S = 5.0  # until a case is tried again that could not be run: another has it, or it cannot be read
_log = logging.getLogger("severance.fleet")


@dataclass(slots=True)
class _Known:
    """What this worker knows of a case."""

    seq: int = -1
    """Of the record it was judged by."""
    due: datetime | None = None
    why: str = ""
    urgent: bool = False
    not_before: float = 0.0
    moved_at: float = 0.0
    """When its journal was last seen to grow while it ran here; both by the monotonic clock."""
    running_seq: int = -1


class Worker:
    """One thread, which only starts and ends processes; everything done in a case is done in them."""

    def __init__(self, desk: Desk, *, at_once: int = AT_ONCE, only: Collection[str] | None = None) -> None:
        """at_once: the most runs on this machine. only: the cases to look after; all of them when None."""
        self._desk, self._at_once = desk, at_once
        self._processes = Processes(*desk.places())
        self._mine = None if only is None else set(only)
        self._known: dict[str, _Known] = {}
        self._asked: set[str] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look_forever, name="worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Take on nothing more, and stop what runs here: another worker, or the next one, goes on with it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._processes.stop()

    def ensure(self, code: str) -> None:
        """Look after a case from now on, and run it at once: somebody acted on it who wants it to go on."""
        with self._lock:
            if self._mine is not None:
                self._mine.add(code)
            self._asked.add(code)

    def _look_forever(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                self.look()
            except SeveranceError as error:
                _log.warning("the cases cannot be looked after", extra=said(error=error))

    def look(self) -> None:
        """Start what is due, and let go of what is quiet. Raises StorageError."""
        heads = self._desk.heads()
        self._reap(heads)
        for code in self._processes.alive():
            self._watch(code, heads.get(code, 0))
        ready = self._ready(self._desk.free())
        room = self._at_once - len(self._processes.alive())
        for code in ready[: max(0, room)]:
            self._run(code, heads[code])
        if len(ready) > room:
            self._make_room()

    def _reap(self, heads: dict[str, int]) -> None:
        for code in self._processes.ended():
            known = self._of(code)
            if heads.get(code) == known.running_seq:  # nothing recorded: another has it, or it cannot start
                known.not_before = time.monotonic() + AWAY_S
            known.seq = -1

    def _watch(self, code: str, seq: int) -> None:
        known = self._of(code)
        if seq != known.running_seq:
            known.running_seq, known.moved_at = seq, time.monotonic()
        elif time.monotonic() - known.moved_at > QUIET_S:
            self._processes.let_go(code)

    def _make_room(self) -> None:
        """Let the runs that only wait end, for others to begin."""
        for code in self._processes.alive():
            self._processes.let_go(code)

    def _ready(self, free: dict[str, int]) -> list[str]:
        """Return the cases that are to be run now: emergencies first, then those that wait longest."""
        moment, found = now(), []
        with self._lock:
            mine = free if self._mine is None else {code: free[code] for code in free if code in self._mine}
        for code, seq in mine.items():
            known = self._of(code)
            if code in self._processes.alive() or time.monotonic() < known.not_before:
                continue
            if seq != known.seq:
                self._judge(code, known)
            if code in self._asked:
                known.due = known.due or moment
            if known.due is not None and known.due <= moment:
                found.append((not known.urgent, known.due, code))
        return [code for *_, code in sorted(found)]

    def _judge(self, code: str, known: _Known) -> None:
        """Read a case, once for each state it is in, and keep nothing of it but when it is due."""
        try:
            look, known.seq = self._desk.next_look(code)
            known.due, known.why, known.urgent = look.at, look.why, look.urgent
            if look.why == "dying":
                self._desk.dead_letter(code)
                _log.error("its runs die one after the other: a person must look", extra=said(case=code))
        except SeveranceError as error:
            known.not_before, known.due = time.monotonic() + AWAY_S, None
            _log.warning("a case cannot be looked after", extra=said(case=code, error=error))

    def _run(self, code: str, seq: int) -> None:
        known = self._of(code)
        known.running_seq, known.moved_at = seq, time.monotonic()
        with self._lock:
            self._asked.discard(code)
        self._processes.start(code)

    def _of(self, code: str) -> _Known:
        return self._known.setdefault(code, _Known())

"""Watches the journal, so that a case waits for people without asking the database a thousand times."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from runner.casefile.contents import CaseFile
from runner.casefile.folding import fold
from runner.casefile.following import Following
from runner.cases.work import Busy
from runner.database.journal import Record

__all__ = ["LOOK_EVERY_S", "Watch"]

T = TypeVar("T")

LOOK_EVERY_S = 0.1  # one indexed query; well under the second after which a stop must hold


class Watch:
    """The case as the journal tells it, kept fresh by one poller, however many wait on it."""

    def __init__(self, following: Following, listen: Callable[[Record], None]) -> None:
        """listen: gets every record once, in order, whichever process wrote it."""
        self._following, self._listen = following, listen
        self._heard = 0
        self._lock = threading.Lock()  # the poller's thread and the event loop both refresh
        self._case = fold([])
        self._judged: dict[object, int] = {}
        """By whoever waits, the last record of the case they have judged."""

    @property
    def case(self) -> CaseFile:
        """The case as last read."""
        return self._case

    def refresh(self) -> CaseFile:
        """Read what was added, by this process or another, and return the case."""
        with self._lock:
            self._case, added = self._following.since(self._heard)
            self._heard += len(added)
            for record in added:
                self._listen(record)
            return self._case

    async def poll_forever(self, busy: Busy) -> None:
        """Refresh until cancelled, but not while a lockdown's heads go out."""
        while True:
            if not busy.hushed:
                await asyncio.to_thread(self.refresh)
            await asyncio.sleep(LOOK_EVERY_S)

    async def until(self, ready: Callable[[CaseFile], T | None]) -> T:
        """Wait until `ready` returns something, and return it."""
        waiter = object()
        try:
            while True:
                case = self._case
                found = ready(case)
                if found is not None:
                    return found
                self._judged[waiter] = case.last
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            self._judged.pop(waiter, None)

    def settled(self) -> bool:
        """Tell whether everybody who waits has judged the case as it was last read."""
        return all(last == self._case.last for last in self._judged.values())

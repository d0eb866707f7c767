"""The one clock of the product, which never goes back.

A wall clock is set back by a person, by NTP after a wrong start, or is slow on the machine that takes over.
Whatever expired would then stand again, and the journal would tell of things in an order in which they did
not happen. Within a process time goes on steadily from the latest moment seen; across processes and machines
`CaseFile.present` and the journal take the last record for the earliest present there can be.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

__all__ = ["CLOCK", "Clock", "now", "stamp"]


def _utc() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Tells the present in UTC; safe to share between threads."""

    def __init__(
        self, wall: Callable[[], datetime] = _utc, steady: Callable[[], float] = time.monotonic
    ) -> None:
        """wall: tells the time, and may be wrong. steady: seconds, never set by anybody."""
        self._lock, self._steady = threading.Lock(), steady
        self.restart(wall)

    def restart(self, wall: Callable[[], datetime] = _utc) -> None:
        """Begin anew by a wall clock, as another process does."""
        self._wall = wall
        self._seen, self._seen_at = wall(), self._steady()

    def now(self) -> datetime:
        """Return the present, never earlier than it was.

        The steady clock stands still while a laptop sleeps, and the wall clock may be set back: whichever is
        later counts.
        """
        with self._lock:
            wall, since = self._wall(), self._steady()
            steadily = self._seen + timedelta(seconds=since - self._seen_at)
            if wall >= steadily:
                self._seen, self._seen_at = wall, since
            return max(wall, steadily)


CLOCK = Clock()
"""This process's."""


def now() -> datetime:
    """Return the present in UTC."""
    return CLOCK.now()


def stamp(moment: datetime) -> str:
    """Spell a moment as RFC 3339 UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

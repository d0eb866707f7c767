"""How often Slack lets an app ask, and how long it waits for one.

Sources: https://docs.slack.dev/apis/web-api/rate-limits and
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["AS_SLACK", "Bucket", "Clock", "Timing", "Window"]

Clock = Callable[[], float]
"""Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What Slack waits for, in seconds."""

    ack_s: float = 3.0
    trigger_s: float = 3.0
    """How long a trigger_id opens a view."""
    retries_s: tuple[float, ...] = (0.0, 60.0, 300.0)
    """Before each redelivery of an event nobody acknowledged; commands and clicks are never repeated."""


AS_SLACK = Timing()


class Bucket:
    """So many a second, after a small burst; a key each."""

    def __init__(self, clock: Clock, *, a_second: float, burst: int) -> None:
        """Start full."""
        self._clock, self._rate, self._burst = clock, a_second, burst
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, key: str) -> int:
        """Take one; return 0, or after how many whole seconds to ask again."""
        now = self._clock()
        left, at = self._left.get(key, (float(self._burst), now))
        left = min(self._burst, left + (now - at) * self._rate)
        self._left[key] = (left - 1 if left >= 1 else left, now)
        return 0 if left >= 1 else max(1, math.ceil((1 - left) / self._rate))


class Window:
    """At most so many within the last minute."""

    def __init__(self, clock: Clock, most: int) -> None:
        """Start empty."""
        self._clock, self._most = clock, most
        self._taken: deque[float] = deque()

    def wait(self) -> int:
        """Take one; return 0, or after how many whole seconds to ask again."""
        now = self._clock()
        while self._taken and now - self._taken[0] >= 60:
            self._taken.popleft()
        if len(self._taken) >= self._most:
            return max(1, math.ceil(60 - (now - self._taken[0])))
        self._taken.append(now)
        return 0

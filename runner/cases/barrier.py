"""The lockdown barrier: every chain's head goes up to its first write, waits, and all fire together.

While heads read, resolve ids and warm their connections, nothing has changed yet. When the last one
is ready (or time is up) all their intents become durable in one transaction, and the writes go out
at once. A head that is late fires alone, as soon as it can, and is named.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from runner.actions.values import Json
from runner.database.journal import Entry

__all__ = ["READY_WITHIN_S", "Barrier"]

READY_WITHIN_S = 10.0
"""How long heads wait for each other; one that needs more fires late and is named (design 4.5)."""


@dataclass(slots=True)
class _Head:
    intent: Entry | None = None
    gone: bool = False
    ready_at: float = 0.0


@dataclass(slots=True)
class Barrier:
    """Holds heads until they can fire together."""

    names: Iterable[str]
    """Heads that will come; on resume only those without an outcome."""
    commit: Callable[[list[Entry]], None]
    """Makes intents durable in one transaction."""
    within_s: float = READY_WITHIN_S
    _heads: dict[str, _Head] = field(init=False)
    _condition: threading.Condition = field(default_factory=threading.Condition)
    fired: threading.Event = field(default_factory=threading.Event)
    """Set once heads went out (or nothing was left to wait for)."""
    _failure: Exception | None = None
    _started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Expect every head."""
        self._heads = {name: _Head() for name in self.names}

    def arrive(self, name: str, intent: Entry) -> None:
        """Wait with a first write ready, and return when it may go out, its intent durable.

        Raises StorageError when the intents could not be made durable: then nothing goes out.
        """
        with self._condition:
            if self.fired.is_set():  # late: goes alone
                self.commit([intent])
                return
            head = self._heads[name]
            head.intent, head.ready_at = intent, time.monotonic()
            self._fire_when_complete()
            left = self._started + self.within_s - time.monotonic()
            if not self._condition.wait_for(self.fired.is_set, timeout=max(left, 0)):
                self._fire()
            self._raise_failure()

    def leave(self, name: str) -> None:
        """Stop waiting for a head that has nothing to write, or failed before its first write."""
        with self._condition:
            if name in self._heads:
                self._heads[name].gone = True
                self._fire_when_complete()

    def _raise_failure(self) -> None:
        if self._failure:
            raise self._failure

    def _fire_when_complete(self) -> None:
        if not self.fired.is_set() and all(head.gone or head.intent for head in self._heads.values()):
            self._fire()

    def _fire(self) -> None:
        ready = [head for head in self._heads.values() if head.intent]
        late = [name for name, head in self._heads.items() if not head.intent and not head.gone]
        try:
            self.commit([*(head.intent for head in ready if head.intent), self._fired_entry(late)])
        except Exception as error:  # noqa: BLE001  every waiting head must hear of it, whatever it is
            self._failure = error
        self.fired.set()
        self._condition.notify_all()

    def _fired_entry(self, late: list[str]) -> Entry:
        data: Json = {
            "heads": [name for name, head in self._heads.items() if head.intent],
            "stragglers": [{"name": name, "waiting_on": "reads before its first write"} for name in late],
            "prepared_ms": round((time.monotonic() - self._started) * 1000),
        }
        return Entry("lockdown.fired", data)

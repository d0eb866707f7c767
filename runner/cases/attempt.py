"""One attempt of one task: what it is about to do goes on record before it does it, and when."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from runner.actions.contract import Action
from runner.actions.gate import tally
from runner.actions.values import Account, Item, Json, Thing, as_json
from runner.cases.barrier import Barrier
from runner.clock import now, stamp
from runner.database.journal import Entry, Record
from runner.errors import RefusedError, Stopped

__all__ = ["Attempt", "Task"]


@dataclass(frozen=True, slots=True)
class Task:
    """An operation to perform."""

    op: str
    """`case/phase/step/action@service/account[/thing]`, the same on every attempt."""
    action: Action
    service: str
    account: Account | None = None
    thing: Thing | None = None
    arguments: Json = field(default_factory=dict)
    """Further named arguments of the action."""
    head: str = ""
    """Its name at the barrier, while it has one to wait at."""
    drafts: Json = field(default_factory=dict)
    """The documents among the arguments, as `Draft.named` has them: each attempt takes the same texts out."""
    quiet: bool = False
    """It may read and keep, and write nothing: whoever must not notice could read of a write."""


class Ground(Protocol):
    """Where attempts happen: what holds for all operations of a case."""

    @property
    def stopping(self) -> threading.Event:
        """Set at the first signal: no write goes out any more."""
        ...

    def note_intent(self, op: str, intent: Json, attempt: int) -> None:
        """Remember an intent that is about to be durable."""
        ...

    def commit(self, entries: list[Entry]) -> None:
        """Make intents durable in one transaction; refuses when a stop came first."""
        ...

    def require_ours(self) -> None:
        """Return while nobody else can have taken the case. Raises CaseLost."""
        ...

    def keep(
        self, task: Task, name: str, content: bytes | Iterable[bytes], media: str
    ) -> tuple[Item, Future[list[Record]] | None]:
        """Store evidence and queue its record; returns the item, durable, and its record to wait for."""
        ...


class Attempt:
    """Writes down one attempt of one task."""

    def __init__(self, ground: Ground, task: Task, attempt: int, barrier: Barrier | None) -> None:
        """barrier: where its first write waits for the others; None where it waits for nobody."""
        self._ground, self._task, self._number, self._barrier = ground, task, attempt, barrier
        self.ready_at = self.write_at = ""
        self.acted = False
        self._recording: Future[list[Record]] | None = None
        self.calls_before = tally()
        self.who: Json = {
            "op": task.op,
            "action": task.action.name,
            "service": task.service,
            "account": task.account.id if task.account else "",
            "thing": task.thing.id if task.thing else "",
        }

    def intent(self, what: str, before: Json) -> None:
        """Make the intent durable, at the gate. Raises Stopped, or RefusedError for a quiet task."""
        if self._task.quiet:
            raise RefusedError(f"not while nobody is to notice: {what}")
        if self._ground.stopping.is_set():
            raise Stopped(f"stopped before: {what}")
        self.record()
        found = as_json(self._task.thing)
        data: Json = {**self.who, "what": what, "before": before, "attempt": self._number, "found": found}
        if self._task.drafts:
            data["drafts"] = self._task.drafts
        entry = Entry("write.intent", data)
        self._ground.note_intent(self._task.op, data, self._number)
        self.ready_at = stamp(now())
        if self._barrier:
            barrier, self._barrier = self._barrier, None  # only a head's first write waits
            barrier.arrive(self._task.head, entry)
            self.calls_before = tally()  # what a head reads before it fires is no part of the window
        else:
            self._ground.commit([entry])

    def sent(self) -> None:
        """Note the moment the call goes out. Raises CaseLost once the case may be another runner's."""
        self._ground.require_ours()
        self.write_at, self.acted = stamp(now()), False

    def answered(self) -> None:
        """Note that the service said the call was carried out: what fails after it undoes nothing."""
        self.acted = True

    def kept(self, name: str, content: bytes | Iterable[bytes], media: str) -> Item:
        """Store evidence, in order; its record is durable before any write, and soon after the next item."""
        item, recording = self._ground.keep(self._task, name, content, media)
        self.record()
        self._recording = recording
        return item

    def record(self) -> None:
        """Return once what was kept is on record. Raises StorageError."""
        recording, self._recording = self._recording, None
        if recording:
            recording.result()

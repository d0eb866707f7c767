"""Performs one operation: one action, on one account (and one thing), once in the world.

The journal decides, not the engine: an operation with a known outcome is never sent again, one whose
intent stands unanswered is decided by reading (the action's own first read), and a goal found met
under our own unanswered intent is reported as our change, with `before` from that intent.
"""

from __future__ import annotations

import hashlib
import inspect
import threading
from collections.abc import Iterable
from concurrent.futures import Future

from runner.actions.gate import tally
from runner.actions.values import Changed, Item, Json, Kept, Refused, Thing, Unchanged, as_json
from runner.casefile.contents import CaseFile, Operation
from runner.cases.attempt import Attempt, Task
from runner.cases.barrier import Barrier
from runner.cases.services import Services
from runner.clock import now, stamp
from runner.database.journal import Entry, Journal, Record
from runner.errors import (
    AnswerLost,
    CaseLost,
    CredentialsError,
    NotReached,
    RateLimited,
    RefusedError,
    ServiceError,
    ServiceRefused,
    SeveranceError,
    Stopped,
    TurnedAway,
)
from runner.evidence.store import Store

__all__ = ["Operations", "Task", "key_of"]

ATTEMPTS = 3  # a lost answer is decided by reading; three readings that cannot tell are a person's question
SETTLE_S = 3.0  # a search index (Jira's) lags: look for our own mark only when it can have arrived
SENT_ONCE = "sent once without an answer, and never to be sent twice: look whether it arrived, then skip"
_CERTAIN = (ServiceRefused, NotReached, RateLimited, CredentialsError)


def key_of(case: str, op: str) -> str:
    """Return the key an action writes into what it makes: safe as a label, one per operation."""
    return f"{case}-{hashlib.sha256(op.encode()).hexdigest()[:12]}"


class Operations:
    """Performs operations of one case, each once."""

    def __init__(self, case: CaseFile, services: Services, journal: Journal, store: Store) -> None:
        """case: folded from the journal when this run took the case's lock."""
        self._known = dict(case.operations)
        self._kept = {(each["sha256"], each["action"], each["account"]) for each in case.items}
        self._services, self._journal, self._store = services, journal, store
        self._lock = threading.Lock()
        self.stopping = services.stopping
        """Set at the first signal: no write goes out any more."""

    def known(self, op: str) -> Operation | None:
        """Return what the journal knows of an operation."""
        return self._known.get(op)

    def unanswered(self, op: str) -> list[Thing]:
        """Return the things of an operation on which our own intent stands without a known outcome.

        The service may list them no more, just because our write arrived.
        """
        with self._lock:
            intents = [
                each.intent["data"] for each in self._known.values() if each.unanswered and each.intent
            ]
        mine = [each["found"] for each in intents if each["op"].startswith(f"{op}/")]
        return [Thing(**found) for found in mine if found]

    def perform(self, task: Task, barrier: Barrier | None = None) -> Json:
        """Perform a task, or return its recorded outcome.

        Returns the data of its `write.outcome` record. Raises Stopped before a write that a stop
        prevented, StorageError when intents cannot be made durable.
        """
        known = self._known.get(task.op)
        if known and known.settled and known.outcome:
            return known.outcome["data"]
        if known and known.unanswered and task.action.repeat == "ask":
            recorder = Attempt(self, task, known.attempts, None)
            return self._settle(task, recorder, outcome="unknown", why=SENT_ONCE)
        outcome: Json = None
        for _ in range(ATTEMPTS):
            outcome = self._attempt(task, barrier)
            if outcome["outcome"] != "unknown" or task.action.repeat == "ask":
                break
            if task.action.repeat == "keyed":
                self._services.patience.pause(SETTLE_S)
        return outcome

    def _attempt(self, task: Task, barrier: Barrier | None) -> Json:
        recorder = Attempt(self, task, self._next_attempt(task.op), barrier)
        context = self._services.live(task.service, key_of(self._journal.case, task.op), recorder)
        try:
            result = task.action.run(context, *_positional(task), **task.arguments)
            recorder.record()
        except TurnedAway as stopped:
            self._settle(task, recorder, outcome="failed", why=stopped.what)
            raise
        except (Stopped, KeyboardInterrupt):
            raise
        except RefusedError as error:
            return self._settle(task, recorder, outcome="refused", why=error.what)
        except SeveranceError as error:
            if isinstance(error, CredentialsError):
                self._services.forget(task.service)
            return self._settle(task, recorder, **self._failed(recorder, error))
        return self._settle(task, recorder, **self._answered(task, result))

    def _failed(self, recorder: Attempt, error: SeveranceError) -> dict[str, Json]:
        certain = isinstance(error, _CERTAIN) and not recorder.acted
        of_service = isinstance(error, ServiceError | CredentialsError)
        unsure = isinstance(error, AnswerLost) or (recorder.write_at and of_service and not certain)
        return {"outcome": "unknown" if unsure else "failed", "why": error.diagnostics()}

    def _answered(self, task: Task, result: object) -> dict[str, Json]:
        mine = self._known.get(task.op)
        match result:
            case Changed(before, after):
                return {"outcome": "changed", "before": before, "after": after}
            case Unchanged(why, state) if mine and mine.unanswered and mine.intent:
                before = mine.intent["data"]["before"]
                ours = f"our own earlier write did it: {why}"
                return {"outcome": "changed", "before": before, "after": state, "why": ours}
            case Unchanged(why, state):
                return {"outcome": "unchanged", "before": state, "after": state, "why": why}
            case Refused(why):
                return {"outcome": "refused", "why": why}
            case Kept(items, missing):
                return {"outcome": "kept", "after": [as_json(item) for item in items], "why": missing}
        raise SeveranceError(
            f"{task.action.name} returned {type(result).__name__}", remedy="report this defect"
        )

    def _settle(self, task: Task, recorder: Attempt, **verdict: Json) -> Json:
        data = {
            **recorder.who,
            "layer": task.action.layer,
            "before": None,
            "after": None,
            "why": "",
            **verdict,
            "head": task.head,
            "calls": tally() - recorder.calls_before,
            "ready_at": recorder.ready_at,
            "write_at": recorder.write_at,
            "confirmed_at": stamp(now()),
        }
        record = self._journal.append(Entry("write.outcome", data))[0]
        with self._lock:
            self._known.setdefault(task.op, Operation(task.op)).outcome = record
        return record["data"]

    def _next_attempt(self, op: str) -> int:
        with self._lock:
            known = self._known.get(op)
            return known.attempts + 1 if known else 1

    def note_intent(self, op: str, intent: Json, attempt: int) -> None:
        """Remember an intent that is about to be durable."""
        with self._lock:
            operation = self._known.setdefault(op, Operation(op))
            operation.intent, operation.outcome, operation.attempts = {"data": intent}, None, attempt

    def commit(self, entries: list[Entry]) -> None:
        """Make intents durable in one transaction; refuses when a stop came first."""
        if self.stopping.is_set():
            raise Stopped("stopped before any of these writes went out")
        self._journal.append(*entries)

    def require_ours(self) -> None:
        """Return while nobody else can have taken the case: a process that was frozen may wake after that."""
        if not self._journal.ours():
            raise CaseLost(self._journal.case)

    def keep(
        self, task: Task, name: str, content: bytes | Iterable[bytes], media: str
    ) -> tuple[Item, Future[list[Record]] | None]:
        """Store evidence and queue its record; the same bytes of the same source are one item and record.

        Returns the item, durable, and its record to wait for.
        """
        item = self._store.put(name, content, media)
        account = task.account.id if task.account else ""
        same = (item.sha256, task.action.name, account)
        with self._lock:
            if same in self._kept:
                return item, None
            self._kept.add(same)
        data = {
            **as_json(item),
            "media": media,
            "account": account,
            "action": task.action.name,
            "service": task.service,
            "source": task.action.source,
            "retention": task.action.retention,
            "lag": task.action.lag,
        }
        recorded = self._journal.queue(Entry("item.kept", data))
        recorded.add_done_callback(lambda done: self._kept.discard(same) if done.exception() else None)
        return item, recorded


def _positional(task: Task) -> list[object]:
    """Return account, thing and (for a reopen) nothing more: the rest goes by name."""
    wanted = inspect.signature(task.action.run).parameters
    given = {"account": task.account, "thing": task.thing}
    return [given[name] for name in wanted if name in given]

"""The lockdown: every approved door at once, each after what it would destroy is kept.

Heads (actions that come after nothing) meet at the barrier; followers of a chain follow. Each has a
thread of its own, apart from the engine's, so that no pool can hold a door back (design 4.5).
"""

from __future__ import annotations

import gc
import inspect
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from runner.actions.contract import Action
from runner.actions.gate import tally
from runner.actions.values import Account, Json, Thing
from runner.cases.barrier import Barrier
from runner.cases.keeping import kept
from runner.cases.operations import Task
from runner.cases.threads import each_at_once
from runner.cases.work import Work
from runner.database.journal import Entry
from runner.errors import SeveranceError

__all__ = ["Closing", "Lockdown"]

AT_ONCE_A_DOOR = 8  # tokens of one account closed together; GitHub asks for few writes at once
HUSH_S = 0.5  # how long pollers of this process stand back while heads go out; a stop holds within a second


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector from pausing every thread while doors close."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True, slots=True)
class Closing:
    """One approved operation of a lockdown: a close action on an account, and all its things."""

    op: str
    action: Action
    account: Account
    cap: int
    shared: bool
    """True when the approval covers doors that others or machines use."""
    seen: frozenset[str]
    """Ids of things observed before approval; others are `late`."""

    @property
    def chain(self) -> tuple[str, str]:
        """Operations of one service and account follow each other."""
        return (self.account.service, self.account.id)


@dataclass(slots=True)
class Lockdown:
    """Fires a set of closings together."""

    work: Work
    closings: list[Closing]
    waived: frozenset[str]
    """Operations whose missing evidence the approvers waived by name."""
    quiet: threading.Event = field(default_factory=threading.Event)
    """Set once doors that notify the subject may fire too."""
    calls: dict[str, int] = field(default_factory=dict)
    """The most requests an operation made one after the other, from when its chain had fired."""
    _ended: dict[str, Future[list[Json]]] = field(default_factory=dict)
    _missing: dict[str, str] = field(default_factory=dict)
    """Why an operation may not fire; judged before anything fires, since what is kept stays kept."""

    def fire(self) -> dict[str, list[Json]]:
        """Close everything; returns outcomes by operation, one a thing (or one for the account)."""
        self._missing = {closing.op: self._evidence_missing(closing) for closing in self.closings}
        heads = [closing for closing in self.closings if not self._before(closing)]
        barrier = Barrier([head.op for head in heads], self._commit)
        names = {head.op for head in heads}
        threads = max(1, len(self.closings))
        with _undisturbed(), ThreadPoolExecutor(threads, thread_name_prefix="lockdown") as pool:
            self._ended = {closing.op: Future() for closing in self.closings}
            for closing in self.closings:
                pool.submit(self._run, closing, barrier if closing.op in names else None)
        return {op: ended.result() for op, ended in self._ended.items()}

    def _commit(self, intents: list[Entry]) -> None:
        self.work.busy.hush(HUSH_S)
        self.work.operations.commit(intents)

    def _before(self, closing: Closing) -> list[Closing]:
        """Return the closings of its chain that come first."""
        earlier = closing.action.comes_after
        return [each for each in self.closings if each.chain == closing.chain and each.action.name in earlier]

    def longest_chain(self) -> int:
        """Return the most requests any chain made one after the other while it fired."""
        lengths: dict[str, int] = {}

        def length(closing: Closing) -> int:
            if closing.op not in lengths:
                before = max(map(length, self._before(closing)), default=0)
                lengths[closing.op] = before + self.calls.get(closing.op, 0)
            return lengths[closing.op]

        return max(map(length, self.closings), default=0)

    def _run(self, closing: Closing, barrier: Barrier | None) -> None:
        ended = self._ended[closing.op]
        try:
            for earlier in self._before(closing):
                self._ended[earlier.op].exception()  # waits; a failure never holds another door
            ended.set_result(self._close(closing, barrier))
        except BaseException as error:  # noqa: BLE001  the caller hears of it from the future
            ended.set_exception(error)
        finally:
            if barrier:
                barrier.leave(closing.op)

    def _close(self, closing: Closing, barrier: Barrier | None) -> list[Json]:
        if self._missing[closing.op]:
            return [_not_fired(closing, self._missing[closing.op])]
        if closing.action.noticed in ("at-once", "e-mail"):
            self.quiet.wait()
        start = tally()
        if "thing" not in inspect.signature(closing.action.run).parameters:
            things: list[Thing | None] = [None]
        else:
            try:
                things = [*self._things(closing)]
            except SeveranceError as error:
                return [_not_fired(closing, f"its things cannot be listed: {error.diagnostics()}")]
        listing = 0 if barrier else tally() - start  # a head lists before it fires: no part of the window
        outcomes = self._all(closing, things, barrier)
        self.calls[closing.op] = listing + max(
            (each["calls"] for each in outcomes if each["write_at"]), default=0
        )
        return outcomes

    def _all(self, closing: Closing, things: list[Thing | None], barrier: Barrier | None) -> list[Json]:
        """Close each thing: the first stands at the barrier for all, the others go out right behind it.

        A first thing that turns out to need no write leaves the barrier, or the others would wait for it.
        """
        if not things:
            return []

        def one(place: int) -> Json:
            if barrier and place > 0:
                barrier.fired.wait()
            try:
                return self._one(closing, things[place], barrier if place == 0 else None)
            finally:
                if barrier and place == 0:
                    barrier.leave(closing.op)

        return each_at_once(one, range(len(things)), AT_ONCE_A_DOOR)

    def _things(self, closing: Closing) -> list[Thing]:
        """Return what to close: all that is listed up to the cap, and what an earlier run may have closed.

        What was seen before the approval comes first: no flood of late things leaves one of them open.
        """
        finder = self.work.services.layer_action(
            closing.account.service, "find", closing.action.layer or "", "things"
        )
        found = self.work.services.find(closing.account.service, finder, closing.account) if finder else []
        mine = [thing for thing in found if thing.shared == closing.shared or not thing.shared]
        mine.sort(key=lambda thing: thing.id not in closing.seen)
        listed = {thing.id for thing in found}
        gone = [thing for thing in self.work.operations.unanswered(closing.op) if thing.id not in listed]
        return [*mine[: closing.cap], *gone]

    def _one(self, closing: Closing, thing: Thing | None, barrier: Barrier | None) -> Json:
        op = f"{closing.op}/{thing.id}" if thing else closing.op
        task = Task(op, closing.action, closing.account.service, closing.account, thing, {}, closing.op)
        late = bool(thing and thing.id not in closing.seen)
        return {
            **self.work.operations.perform(task, barrier),
            "late": late,
            "label": thing.label if thing else "",
        }

    def _evidence_missing(self, closing: Closing) -> str:
        destroys = closing.action.destroys
        if not destroys or closing.op in self.waived or kept(self.work, destroys.kept_by, closing.account):
            return ""
        return f"evidence missing: it destroys {destroys.what}, and {destroys.kept_by} has not kept it"


def _not_fired(closing: Closing, why: str) -> Json:
    return {
        "op": closing.op,
        "action": closing.action.name,
        "service": closing.account.service,
        "account": closing.account.id,
        "thing": "",
        "outcome": "failed",
        "why": why,
        "head": closing.op,
        "write_at": "",
        "confirmed_at": "",
        "ready_at": "",
        "calls": 0,
        "late": False,
        "label": "",
    }

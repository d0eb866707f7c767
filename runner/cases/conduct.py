"""Conducts a case: phase after phase, each started when its quorum stands, until it is done or waits.

One runner a case, held by a lock on its folder. A first Ctrl-C (or `severance stop`) lets no further
write go out and saves the state; a second ends the process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from runner.actions.values import Json
from runner.casefile.contents import CaseFile
from runner.casefile.course import closing_now, snapshot, undo_phase
from runner.casefile.deadlines import running
from runner.casefile.outcome import ACCEPT, to_accept
from runner.cases import asking
from runner.cases.answers import settled
from runner.cases.approving import approved, still_approved, wanted, withdraw
from runner.cases.engine import Engine
from runner.cases.firing import hold_fire
from runner.cases.phase import Node
from runner.cases.steps import nodes_of
from runner.cases.tending import idle, tend_forever
from runner.cases.waiting import LOOK_EVERY_S, Watch
from runner.cases.waking_again import wake_again
from runner.cases.work import Work
from runner.clock import now
from runner.database.journal import Entry, Record
from runner.errors import CaseLost, Exit, RefusedError, Stopped, StorageError
from runner.language.playbook import EMERGENCY, UNDO, Phase

__all__ = ["Conductor"]

SETTLING_LOOKS = 8  # looks in a row without work before a run counts as waiting for people
STOP_WITHIN_S = 20.0  # how long running reads may take to end after a stop; no write starts meanwhile


class Conductor:
    """Runs one case in this process."""

    def __init__(self, work: Work, engine: Engine, listen: Callable[[Record], None]) -> None:
        """listen: gets every record of the case once, in order."""
        self._work, self._engine = work, engine
        self._watch = Watch(work.following, listen)
        self.refused = ""
        self._being_started: set[str] = set()

    async def run(self, stay: Callable[[], bool]) -> CaseFile:
        """Run until the case is done, refused or stopped, or (unless it is to stay) waits for a person.

        Raises SeveranceError when it is our fault. Everything done so far is in the journal.
        """
        work, engine = self._work, self._engine
        work.write("run.started", executor=engine.executor, host=socket.gethostname(), pid=os.getpid())
        self._watch.refresh()
        self._catch_signals()
        engine.launch()
        emergency = asyncio.ensure_future(self._emergency())
        helpers = [
            asyncio.ensure_future(self._watch.poll_forever(work.busy)),
            asyncio.ensure_future(tend_forever(work, self._watch)),
            asyncio.ensure_future(self._work.in_thread(lambda: wake_again(self._work))),
            emergency,
        ]
        main = asyncio.ensure_future(self._conduct(emergency))
        try:
            await self._until_over(main, helpers, stay)
        finally:
            for each in (*helpers, main):
                each.cancel()
        ended = {"executor": engine.executor, "why": self._why(main), "seen": self._watch.case.last}
        work.write("run.ended", **ended)
        return self._watch.refresh()

    async def _until_over(
        self, main: asyncio.Task[None], helpers: list[asyncio.Task[None]], stay: Callable[[], bool]
    ) -> None:
        quiet, seen = 0, 0
        while not main.done():
            if self._watch.case.stopped or self._watch.case.closed:
                self._work.operations.stopping.set()
                await self._come_to_rest()
                return
            if self._work.busy.fault:
                raise self._work.busy.fault
            if not self._work.journal.ours():
                raise CaseLost(self._work.code)
            for helper in helpers:
                if helper.done():
                    helper.result()
            quiet = quiet + 1 if self._at_rest() and seen == self._watch.case.last else 0
            seen = self._watch.case.last
            if quiet >= SETTLING_LOOKS and not stay():
                return
            await asyncio.sleep(LOOK_EVERY_S)
        with suppress(Stopped):
            main.result()

    async def _conduct(self, emergency: asyncio.Task[None]) -> None:
        try:
            for phase in self._work.playbook.phases:
                await self._phase(phase)
            await self._tie_up()
            undo = await self._undo_if_asked()
            if undo:
                await self._phase(undo)
                await self._tie_up()
        except RefusedError as refusal:
            self.refused = refusal.diagnostics()
        if self._watch.case.emergency:
            await emergency

    async def _emergency(self) -> None:
        """Close what can be given back, once an emergency is declared; apart from the phases under way.

        The doors are looked at and their state is kept while people confirm.
        """
        written = self._work.playbook.emergency
        await self._watch.until(lambda case: case.emergency)
        if written is None:  # refused where it is declared
            return
        closing = closing_now(written)
        try:
            await asyncio.gather(self._phase(snapshot()), self._admitted(closing))
            await self._phase(closing)
        except RefusedError as refusal:
            self.refused = refusal.diagnostics()

    async def _phase(self, phase: Phase) -> None:
        work, watch = self._work, self._watch
        if watch.case.undo and phase.phase != UNDO and watch.case.phases.get(phase.phase) is None:
            withdraw(work, watch.case, phase)
            return  # an undone case goes no further forward
        if watch.case.phases.get(phase.phase) == "finished":
            return
        if watch.case.phases.get(phase.phase) is None:
            if phase.phase != EMERGENCY:
                await self._admitted(phase)
            work.write("phase.started", phase=phase.phase)
        self._being_started.add(phase.phase)
        await self._engine.run(f"{work.code}/{phase.phase}", self._nodes(phase))
        self._being_started.discard(phase.phase)
        work.write("phase.finished", phase=phase.phase, status="finished")
        watch.refresh()

    async def _admitted(self, phase: Phase) -> None:
        """Return once a phase may start: its quorum stands, and its window or its trigger has come."""
        work, watch = self._work, self._watch
        if watch.case.phases.get(phase.phase) is not None:
            return
        quorum = wanted(work, phase, None)
        if quorum and not still_approved(work, watch.case, phase):
            await approved(work, watch, phase, None, quorum)
        if phase.fire:
            await hold_fire(work, watch, phase, phase.fire)

    def _nodes(self, phase: Phase) -> Callable[[], list[Node]]:
        def built() -> list[Node]:
            self._being_started.discard(phase.phase)
            return nodes_of(self._work, self._watch, phase)

        return built

    def _at_rest(self) -> bool:
        """Tell whether only people or time can move the case on.

        A phase taken up again passes through the engine's queue first, which takes as long as it takes:
        until its steps are here, an answer that is on record has not been looked at. On a busy machine
        whoever waits for an answer may come to look at it late.
        """
        working = self._being_started or self._work.busy.count
        return not working and self._watch.settled() and idle(self._watch.case)

    async def _tie_up(self) -> None:
        """Wait for standing orders, tasks and clocks; then have a person accept what was only inferred.

        An undo that is asked for waits for none of them.
        """
        await self._watch.until(lambda case: _undo_due(case) or _tied_up(case) or None)
        if _undo_due(self._watch.case):
            return
        doors = to_accept(self._watch.case)
        if not doors or any(
            door.verdict == "open" and not door.answered for door in self._watch.case.doors.values()
        ):
            return
        await self._work.in_thread(lambda: asking.acceptance(self._work, ACCEPT, doors))
        self._watch.refresh()
        value = await self._watch.until(
            lambda case: _undo_due(case) or settled(self._work, case.requests[ACCEPT])
        )
        if _undo_due(self._watch.case):
            return
        closed = Entry("ask.closed", {"request": ACCEPT, "value": value})
        self._work.journal.append(closed, *([self._accepted(doors)] if value == "yes" else ()))

    def _accepted(self, doors: list[Json]) -> Entry:
        decisions = self._watch.case.requests[ACCEPT].decisions
        by = [each["data"]["by"] for each in decisions if "by" in each["data"]]
        return Entry("accepted", {"by": by, "doors": doors})

    async def _undo_if_asked(self) -> Phase | None:
        self._watch.refresh()
        if not _undo_due(self._watch.case):
            return None
        return undo_phase(self._work.playbook, self._work.settings.minimum.undo)

    def _catch_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # only the main thread hears signals; whoever runs us elsewhere stops us by the journal
        nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # https://www.gnu.org/software/coreutils/nohup
        for number in (signal.SIGINT, signal.SIGTERM, *([] if nohup else [signal.SIGHUP])):
            asyncio.get_running_loop().add_signal_handler(number, self._on_signal, number)

    def _on_signal(self, number: signal.Signals) -> None:
        """First: no new write. Second: exit at once; the journal is durable at every moment."""
        if self._work.operations.stopping.is_set():
            os._exit(Exit.STOPPED)
        self._work.operations.stopping.set()
        try:
            self._work.write("stop.asked", by="signal", because=number.name)
        except StorageError as full:  # then the run ends on that, instead of waiting for a record
            self._work.busy.fault = full

    async def _come_to_rest(self) -> None:
        end = now() + timedelta(seconds=STOP_WITHIN_S)
        while self._work.busy.count and now() < end:  # noqa: ASYNC110  counts change in threads
            await asyncio.sleep(LOOK_EVERY_S)

    def _why(self, main: asyncio.Task[None]) -> str:
        if self._watch.case.stopped or self._watch.case.closed:
            return "closed" if self._watch.case.closed else "stopped"
        return self.refused or ("through" if main.done() else "waiting")


def _undo_due(case: CaseFile) -> bool:
    return case.undo is not None and case.phases.get("undo") != "finished"


def _tied_up(case: CaseFile) -> bool:
    """Tell whether nothing is left but the acceptance, which an earlier run may have asked for already."""
    done = all(order.done for order in case.orders.values())
    return done and not running(case) and all(each.id == ACCEPT for each in case.open_requests())

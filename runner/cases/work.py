"""What every step of a case works with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from runner.actions.values import Json
from runner.casefile.contents import CaseFile
from runner.casefile.following import Following
from runner.cases.operations import Operations
from runner.cases.plans import Frame
from runner.cases.services import Services
from runner.cases.threads import apart
from runner.database.journal import Journal
from runner.errors import UsageError
from runner.evidence.store import Store
from runner.language.clocks import Clock
from runner.language.playbook import Playbook
from runner.people.barred import barred
from runner.people.directory import Directory
from runner.settings import Settings

__all__ = ["Work"]

T = TypeVar("T")


@dataclass(slots=True)
class Busy:
    """Counts what is under way, so that a run can tell waiting for people from working."""

    count: int = 0
    fault: Exception | None = None
    """What ended a step that must not end: the run stops on it, and the step stays unfinished."""
    _hush_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hush(self, seconds: float) -> None:
        """Ask this process's pollers to stand back: in Python, what they compute delays every thread."""
        self._hush_until = time.monotonic() + seconds

    @property
    def hushed(self) -> bool:
        """True while pollers are to stand back."""
        return time.monotonic() < self._hush_until

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count one piece of work for the length of the block."""
        with self._lock:
            self.count += 1
        try:
            yield
        finally:
            with self._lock:
                self.count -= 1


@dataclass(frozen=True, slots=True)
class Work:
    """One case, open for work in this process."""

    code: str
    playbook: Playbook
    settings: Settings
    frame: Frame
    services: Services
    journal: Journal
    following: Following
    store: Store
    operations: Operations
    directory: Directory
    templates: Path
    clocks: Mapping[str, Clock]
    compress: float
    """Every wait is divided by this; 1 outside drills."""
    busy: Busy = field(default_factory=Busy)

    def case(self) -> CaseFile:
        """Return the case as the journal has it now."""
        return self.following.case()

    def write(self, kind: str, **data: Json) -> None:
        """Journal one fact."""
        self.journal.write(kind, **data)

    async def in_thread(self, do: Callable[[], T]) -> T:
        """Do something that blocks in a thread, counted as work under way."""
        with self.busy.working():
            return await apart(do)

    def clock_row(self, name: str) -> Json:
        """Return a legal clock's row. Raises UsageError when there is none, or it is not in force."""
        row = self.clocks.get(name)
        if row is None or not row.in_force:
            what = f"there is no clock {name!r}" if row is None else f"the clock {name!r} is not in force"
            raise UsageError(what, remedy="correct its row in clocks.yaml, or the playbook")
        return row.as_data()

    def barred(self) -> frozenset[str]:
        """Return the ids of people who may neither see, start, approve nor be invited."""
        case = self.case()
        return barred(
            self.settings,
            [*case.accounts, *case.linked, *case.rows],
            str(case.opened["inputs"].get("subject", "")),
        )

    def deadline(self, seconds: float) -> datetime:
        """Return the absolute time by which people are asked to act.

        A drill leaves people (simulated or not) at least a second for every minute they would have.
        """
        return self.case().present() + timedelta(seconds=seconds / min(self.compress, 60))

    def later(self, seconds: float) -> datetime:
        """Return the absolute time of a recheck."""
        return self.case().present() + timedelta(seconds=seconds / self.compress)

"""The same doors closed by severance and by its peers: 12 POSTs of exactly 250 ms together, then 3 in a chain.

Everything is measured by the stand-in's own ledger (`stand_in`), from the moment the command is started. The
window is first door's POST begun to last door's POST ended; no way of making the calls can be under 250 ms.

severance: a case that was opened, looked at and approved before; measured is `severance run CODE`, its start-up,
the reading of its settings, its engine, and the reads that its actions make before a write included. Those reads are answered at
once in one row, and take 250 ms each in the other. Its wall time also holds reading every door back, proof and report.
Ansible: `ansible-playbook` with `ansible.builtin.uri` in a loop, and with `async: 60, poll: 0` and `async_status`.
Prefect 3: a flow whose tasks are mapped (threads, its default); once beside `prefect server start`, once alone,
when it starts a server for itself, on a database that is made already. Luigi: a worker process a door, local scheduler.

Luigi and the bare loop are limits: neither asks anybody, writes an intent before a write, nor can tell after a
crash whether a call in flight arrived. Medians of three runs with 12 doors, one run with 64.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests.bench.doored_company import FOLLOWING
from tests.bench.peers.contestants import CONTESTANTS, Contestant
from tests.bench.peers.environments import NotInstalled
from tests.bench.stand_in import stand_in

__all__ = ["Run", "Standing", "raced", "rows"]

LATENCY_MS = 250.0
TIMES = {12: 3, 64: 1}
"""By how many doors there are, how often each contestant closes them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one contestant did; every figure a median, as text."""

    HEADINGS: ClassVar = (
        "the same doors closed by", "window (ratio to one call)", "command to first request", "to last door closed",
        "to last answer", "wall",
    )  # fmt: skip

    contestant: str
    window: str
    first_request: str
    last_closed: str
    last_answer: str
    wall: str


@dataclass(frozen=True, slots=True)
class Run:
    """One measured command, in seconds from its start; `window_s` apart from it."""

    window_s: float
    first_request_s: float
    last_closed_s: float
    last_answer_s: float
    wall_s: float


def rows() -> Iterator[Standing]:
    """Yield a row a contestant, for 12 doors and then for 64."""
    for doors, times in TIMES.items():
        for each in CONTESTANTS:
            yield _standing(each, doors, times)


def _standing(contestant: Contestant, doors: int, times: int) -> Standing:
    name = f"{doors} doors: {contestant.name}"
    try:
        version = contestant.environment.version() if contestant.environment else ""
    except NotInstalled as error:
        return Standing(f"{name}: not installed ({error})", "-", "-", "-", "-", "-")
    runs = raced(contestant, doors, LATENCY_MS, times)
    window, first, closed, answered, wall = (
        statistics.median(getattr(run, part) for run in runs) for part in Run.__slots__
    )
    return Standing(
        f"{name} {version}".strip(), f"{window * 1000:.0f} ms ({window * 1000 / LATENCY_MS:.2f} x)",
        f"{first:.2f} s", f"{closed:.2f} s", f"{answered:.2f} s", f"{wall:.2f} s",
    )  # fmt: skip


def raced(contestant: Contestant, doors: int, latency_ms: float, times: int) -> list[Run]:
    """Run a contestant so many times, each with new doors, and return what the ledgers say."""
    with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder, contestant.beside(Path(folder)):
        return [_run(contestant, Path(folder, f"run-{at}"), doors, latency_ms) for at in range(times)]


def _run(contestant: Contestant, folder: Path, doors: int, latency_ms: float) -> Run:
    """Run it once. Raises SystemExit where it did not make each call once."""
    folder.mkdir()
    with stand_in(latency_ms, contestant.read_ms) as service:
        command = contestant.prepare(folder, service.url, doors)
        before = len(service.calls())
        began = time.time()
        command.run()
        wall = time.time() - began
        calls = service.calls()[before:]
    closed = [each for each in calls if each.method == "POST" and each.path.startswith("/doors/")]
    after = [each for each in calls if each.path.startswith("/after/")]
    made = (len({each.path for each in closed}), len(closed), len({each.path for each in after}), len(after))
    if made != (doors, doors, FOLLOWING, FOLLOWING):
        raise SystemExit(f"{contestant.name} made other calls than these: {made}")
    last = max(each.ended for each in closed)
    return Run(
        last - min(each.began for each in closed),
        calls[0].began - began,
        last - began,
        max(each.ended for each in after) - began,
        wall,
    )

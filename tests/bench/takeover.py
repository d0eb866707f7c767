"""How long a case waits for another worker when the one that runs it is killed: on one PostgreSQL, three times over.

Idle workers stand by. Each time a run of the case has begun, its process and its worker's get a SIGKILL, as when a
machine loses power: nobody says goodbye. From the kill until the journal says that another run has begun. The
baseline is the lease, which nobody may take before its end: what is above it is ours.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from runner.database.holds import LEASE_S
from runner.desk.cases import Desk
from runner.settings import load
from tests.bench.databases import DATABASES
from tests.bench.doored_company import founded, within
from tests.bench.fleet import answer_until_done, opened, outcome, working
from tests.bench.stand_in import stand_in
from tests.bench.table import Row

__all__ = ["rows", "taken_over"]

TIMES, DOORS, ANSWER_MS = 3, 4, 200
_LOOK_EVERY_S, _WITHIN_S = 0.02, 120.0


def rows() -> Iterator[Row]:
    """Yield the median and the longest wait."""
    waits = taken_over(TIMES)
    yield Row(
        f"a killed worker's case continues under another, {TIMES} kills",
        f"{statistics.median(waits):.1f} s, at most {max(waits):.1f} s", f"{LEASE_S:.1f} s, its lease", "<= 30 s",
    )  # fmt: skip


def taken_over(times: int) -> list[float]:
    """Return the seconds from each kill to the next run of the same case, on whichever worker."""
    with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder, stand_in(ANSWER_MS, ANSWER_MS) as service:
        settings = founded(Path(folder, "company"), service.url, DOORS, DATABASES["PostgreSQL"]())
        waits: list[float] = json.loads(within(settings.parent, "tests.bench.takeover", str(settings), str(times)).run())
    return waits


def _measured(settings: Path, times: int) -> list[float]:
    """Kill so many workers, see the case through, and return how long each kill held it up."""
    desk = Desk(load(settings))
    with ExitStack() as running:
        for _ in range(times + 1):
            running.enter_context(working(settings.parent))
        code = opened(desk, settings.parent, 0)
        waits, run = [], _run_after(desk, code, 0)
        for _ in range(times):
            _lose_power(run)
            began = time.monotonic()
            run = _run_after(desk, code, run["seq"])
            waits.append(time.monotonic() - began)
        answer_until_done(desk, [code])
    assert outcome(desk, code) == "done"
    return waits


def _run_after(desk: Desk, code: str, seq: int) -> dict[str, int]:
    """Return the number and the process of the first run that began after a record."""
    ends = time.monotonic() + _WITHIN_S
    while time.monotonic() < ends:
        for each in desk.records(code):
            if each["kind"] == "run.started" and each["seq"] > seq:
                return {"seq": each["seq"], "pid": each["data"]["pid"]}
        time.sleep(_LOOK_EVERY_S)
    raise SystemExit(f"nobody ran {code} within {_WITHIN_S:.0f} s")


def _lose_power(run: dict[str, int]) -> None:
    """Kill a run and the worker that started it."""
    status = Path(f"/proc/{run['pid']}/status").read_text()
    worker = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid:"))
    for pid in (worker, run["pid"]):
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measured(Path(sys.argv[1]), int(sys.argv[2]))))

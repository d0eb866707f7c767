"""Cases a minute with 1, 2 and 4 workers on one PostgreSQL, beside one `severance run` after the other.

Each case is a whole one, about a person of its own: found, kept, approved by two people, four doors closed at once,
proved, three calls in a chain, report. People approve as soon as they are asked, and services answer at once, so
what is measured is the product. A worker is `severance work --at-once 1`: on one machine more workers show what they gain
until its processors are busy, and nothing beyond. From the start of the workers to the end of the last case.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from runner.desk.cases import Desk
from runner.desk.claim import Claim
from runner.settings import load
from tests.bench.databases import DATABASES
from tests.bench.doored_company import DECIDERS, MAIL, PLAYBOOK, STARTER, command, founded, within
from tests.bench.stand_in import stand_in
from tests.bench.table import Row

__all__ = ["a_minute", "answer_until_done", "opened", "outcome", "rows", "working"]

WORKERS = (1, 2, 4)
CASES, DOORS = 16, 4
_LOOK_EVERY_S = 0.1
_DONE_WITHIN_S = 900.0


def rows() -> Iterator[Row]:
    """Yield a row for each number of workers."""
    base = a_minute(0, CASES)
    for workers in WORKERS:
        ours = a_minute(workers, CASES)
        yield Row(
            f"cases a minute, {workers} worker{'s' * (workers > 1)} on PostgreSQL ({CASES} cases)",
            f"{ours:.0f} = {ours / base:.2f} x", f"{base:.0f}, one run after the other", "printed",
        )  # fmt: skip


def a_minute(workers: int, cases: int, database: str = "PostgreSQL") -> float:
    """Return how many cases a minute so many workers take to their end; without any, runs one after the other."""
    with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder, stand_in(0) as service:
        settings = founded(Path(folder, "company"), service.url, DOORS, DATABASES[database]())
        told = within(settings.parent, "tests.bench.fleet", str(settings), str(workers), str(cases)).run()
    return cases / json.loads(told) * 60


def _measured(settings: Path, workers: int, cases: int) -> float:
    """Return the seconds it took. Raises SystemExit where a case does not end well."""
    desk = Desk(load(settings))
    codes = [opened(desk, settings.parent, number) for number in range(cases)]
    began = time.monotonic()
    if workers:
        with ExitStack() as running:
            for _ in range(workers):
                running.enter_context(working(settings.parent))
            answer_until_done(desk, codes)
            took = time.monotonic() - began
    else:
        for code in codes:
            command(settings.parent, "run", code).run((5,))
            _approve(desk, code)
            command(settings.parent, "run", code).run()
        took = time.monotonic() - began
    assert all(outcome(desk, code) == "done" for code in codes)
    return took


def opened(desk: Desk, folder: Path, number: int) -> str:
    """Open a case about a person of that number; returns its code name."""
    return desk.open(str(folder / PLAYBOOK), {"subject": MAIL.format(number)}, claim=Claim(STARTER, None))


@contextmanager
def working(folder: Path) -> Iterator[None]:
    """Run a worker for the length of the block, and wait for its end."""
    worker = command(folder, "work", "--at-once", "1")
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(worker.words, cwd=folder, env={**os.environ, **worker.variables}, **quiet) as process:
        try:
            yield
        finally:
            process.terminate()


def answer_until_done(desk: Desk, codes: list[str]) -> None:
    """Approve what is asked, as soon as it is, until every case is done."""
    seen: dict[str, int] = {}
    left, asking, ends = set(codes), set(codes), time.monotonic() + _DONE_WITHIN_S
    while left:
        if time.monotonic() > ends:
            raise SystemExit(f"not done in time: {', '.join(sorted(left))}")
        for code, seq in desk.heads().items():
            if code in left and seen.get(code) != seq:
                seen[code] = seq
                if code in asking and _approve(desk, code):
                    asking.discard(code)
                if outcome(desk, code) == "done":
                    left.discard(code)
        time.sleep(_LOOK_EVERY_S)


def _approve(desk: Desk, code: str) -> bool:
    """Give both approvals where they are asked for; returns whether they were."""
    asked = any(each["kind"] == "approval" for each in desk.status(code)[0]["waiting"])
    for person in DECIDERS if asked else ():
        desk.approve(code, None, "as expected", claim=Claim(person, None))
    return asked


def outcome(desk: Desk, code: str) -> str:
    """Return where a case stands, in one word."""
    return str(desk.status(code)[0]["outcome"])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measured(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))

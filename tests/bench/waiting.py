"""What 1,000 cases that wait for approval cost one `severance work`: resident memory, and percent of a core.

The cases are made quickly: one real case is opened, run through its quiet phase, and stands where its lockdown's
approval is asked. Its records are then recorded under 999 other code names, by the journal itself, which seals each
chain anew; the code name is replaced wherever it stands in them. Nothing of a case is left out, and nothing is faked
but its past. What the worker uses is read from /proc, its child processes included, over a minute that begins once
it has looked at every case and is quiet.

The baseline is an idle Python process that asks the same database for the end of every case, by the same index and
as often as the worker does, and does nothing with the answer.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx2
import sqlalchemy as sa

from runner.database.journal import Entry
from runner.desk.office import Office
from runner.fleet.worker import LOOK_EVERY_S
from runner.settings import load
from tests.bench.databases import DATABASES
from tests.bench.doored_company import command, founded, waiting
from tests.bench.stand_in import stand_in
from tests.bench.table import ROOT, Row, python

__all__ = ["Use", "multiplied", "rows", "used"]

CASES, SECONDS, DOORS = 1000, 60.0, 4
FETCHED_EVERY_S = 15.0
_MIB = 1024 * 1024
_SETTLED_WITHIN_S = 600.0
_QUIET_PERCENT, _LOOK_S, _LOOKS = 10, 3.0, 5
"""A worker that uses less of a core than this, look after look, is through with its first look at the cases."""
_MOST_PERCENT = {"SQLite": 20, "PostgreSQL": 5}


@dataclass(frozen=True, slots=True)
class Use:
    """What processes used."""

    resident_mib: float
    """The most at any look, of all together."""
    percent: float
    """Of one core."""


def rows() -> Iterator[Row]:
    """Yield memory and time for each database."""
    for name, made in DATABASES.items():
        with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder, stand_in(0) as service:
            settings = founded(Path(folder, "company"), service.url, DOORS, made())
            multiplied(settings, waiting(settings), CASES)
            ours, watched = used(settings, SECONDS), used(settings, SECONDS, counting=True)
            base = _polling(settings, SECONDS)
        setting = f"{CASES} cases waiting for approval, {name}"
        yield Row(
            f"{setting}: resident memory", f"{ours.resident_mib:.0f} MiB", f"{base.resident_mib:.0f} MiB, a poller",
            "<= 300 MiB",
        )  # fmt: skip
        yield Row(
            f"{setting}: percent of a core over {SECONDS:.0f} s", f"{ours.percent:.1f} %", f"{base.percent:.1f} %, a poller",
            f"<= {_MOST_PERCENT[name]} %",
        )  # fmt: skip
        yield Row(
            f"{setting}: the same with metrics fetched every {FETCHED_EVERY_S:.0f} s",
            f"{watched.resident_mib:.0f} MiB, {watched.percent:.1f} %", f"{ours.resident_mib:.0f} MiB, {ours.percent:.1f} %, without",
            "printed",
        )  # fmt: skip


def multiplied(settings: Path, code: str, cases: int) -> None:
    """Record a case's records under other code names until there are so many cases, in a process of its own."""
    python("-m", "tests.bench.waiting", "multiply", str(settings), code, str(cases))


def used(settings: Path, seconds: float, *, counting: bool = False) -> Use:
    """Run one worker, let it look at every case, and return what it then used over so many seconds.

    counting: with its metrics, which are fetched all the while.
    """
    if not counting:
        worker = command(settings.parent, "work")
        return _rested(worker.words, worker.variables, seconds)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    worker = command(settings.parent, "work", "--metrics", address)
    return _rested(worker.words, worker.variables, seconds, f"http://{address}/metrics")


def _polling(settings: Path, seconds: float) -> Use:
    words = [sys.executable, "-m", "tests.bench.waiting", "poll", str(settings)]
    return _rested(words, {"PYTHONPATH": str(ROOT)}, seconds)


def _rested(words: list[str], variables: Mapping[str, str], seconds: float, url: str = "") -> Use:
    """Run something, let it come to rest, and return what it then used. Raises SystemExit where it ends.

    url: of a page that is fetched meanwhile, and was once before.
    """
    with _beside(words, variables) as process:
        _settle(process.pid)
        if url:
            _fetch(url)
        with _fetching(url) if url else nullcontext():
            found = _over(process.pid, seconds)
        if process.poll() is not None:
            raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
        return found


def _fetch(url: str) -> None:
    """Fetch a page, once it is served."""
    ends = time.monotonic() + _SETTLED_WITHIN_S
    while True:
        try:
            httpx2.get(url, trust_env=False, timeout=_SETTLED_WITHIN_S).raise_for_status()
        except httpx2.ConnectError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
        else:
            return


@contextmanager
def _fetching(url: str) -> Iterator[None]:
    """Fetch a page again and again for the length of the block, as Prometheus does."""
    over = threading.Event()

    def fetch() -> None:
        while not over.wait(FETCHED_EVERY_S):
            _fetch(url)

    fetching = threading.Thread(target=fetch)
    fetching.start()
    try:
        yield
    finally:
        over.set()
        fetching.join()


@contextmanager
def _beside(words: list[str], variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(words, cwd=ROOT, env={**os.environ, **variables}, stdin=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()


def _settle(pid: int) -> None:
    """Return once a process has been quiet for some looks, and has no children. Raises SystemExit if it never is."""
    ends, quiet = time.monotonic() + _SETTLED_WITHIN_S, 0
    while quiet < _LOOKS:
        if time.monotonic() > ends:
            raise SystemExit("it does not come to rest")
        rests = _over(pid, _LOOK_S).percent < _QUIET_PERCENT and len(_family(pid)) == 1
        quiet = quiet + 1 if rests else 0


def _over(pid: int, seconds: float) -> Use:
    before, began, most = _cpu_s(pid), time.monotonic(), 0.0
    while time.monotonic() - began < seconds:
        time.sleep(min(1.0, seconds))
        most = max(most, sum(map(_resident_mib, _family(pid))))
    return Use(most, (_cpu_s(pid) - before) / (time.monotonic() - began) * 100)


def _family(pid: int) -> list[int]:
    """Return a process and what it started, as far as it lives."""
    told = Path(f"/proc/{pid}/task")
    children = [int(each) for task in told.glob("*/children") for each in task.read_text().split()]
    return [pid, *(each for child in children for each in _family(child))]


def _cpu_s(pid: int) -> float:
    """Return the seconds a process and its children computed, those that ended included (proc(5), stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(_cpu_s(child) for child in _family(pid)[1:] if Path(f"/proc/{child}").exists())


def _resident_mib(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except FileNotFoundError:  # it ended meanwhile
        return 0
    return pages * os.sysconf("SC_PAGESIZE") / _MIB


def _multiply(settings: Path, code: str, cases: int) -> None:
    office = Office(load(settings))
    told = json.dumps([[each["kind"], each["data"], each["class"]] for each in office.records(code)])
    for number in range(1, cases):
        other = f"{code.rpartition('-')[0]}-{1000 + number}"
        office.journal(other).append(*(Entry(*each) for each in json.loads(told.replace(code, other))))
    waits = [each for each in office.codes() if any(asked.kind == "approval" for asked in office.case(each).open_requests())]
    assert len(waits) == cases


def _poll(settings: Path) -> None:
    with Office(load(settings)).database.connect() as connection:
        while True:
            connection.execute(sa.text("SELECT code, seq FROM severance_cases WHERE seq > 0 ORDER BY number")).all()
            connection.rollback()
            time.sleep(LOOK_EVERY_S)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["multiply", settings, code, cases]:
            _multiply(Path(settings), code, int(cases))
        case ["poll", settings]:
            _poll(Path(settings))

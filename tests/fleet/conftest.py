from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from integrations.lab.ledger import duplicates, read
from runner.database.opening import Server, open_database
from runner.desk.cases import Desk
from runner.desk.cast import Cast
from runner.desk.claim import Claim
from runner.desk.laboratory import beside
from runner.evidence.chain import broken
from runner.settings import Settings, load
from tests.cases.company import House
from tests.cases.conftest import company, founded  # noqa: F401  fixtures
from tests.postgres import postgres_url, shared_by

MAIN = [sys.executable, "-c", "from runner.cli import main; main()"]
SAID = {
    "subject": "jonas.weber@fjordlight.example",
    "seen": "one device, three accounts",
    "engaged": "contractor",
}


class Fleet:
    """A simulated company whose cases lie on a PostgreSQL server, and workers that share them."""

    def __init__(self, settings: Path, standing: ExitStack) -> None:
        self.path, self._standing = settings, standing
        self.settings: Settings = load(settings)
        self.desk = Desk(self.settings)
        self.desk._office.database.dispose()
        self.desk._office = House(self.settings)
        standing.callback(self.desk._office.close)

    def open(self) -> str:
        return self.desk.open("suspected-dprk-worker", SAID, claim=Claim("ingrid", None))

    def worker(self) -> subprocess.Popen[bytes]:
        """Start a worker; what it runs ends with the test."""
        process = subprocess.Popen([*MAIN, "--config", str(self.path), "work"])
        self._standing.callback(self._end, process)
        return process

    def people(self, code: str) -> None:
        """Have the simulated people answer until the test ends."""
        self._standing.enter_context(Cast(self.settings, code, self.path.parent))

    def records(self, code: str, *kinds: str) -> list[dict[str, Any]]:
        return [each for each in self.desk.records(code) if not kinds or each["kind"] in kinds]

    def until(self, ready: Callable[[], Any], patience_s: float = 240) -> Any:
        end = time.monotonic() + patience_s
        while not (found := ready()):
            assert time.monotonic() < end, "it never came"
            time.sleep(0.1)
        return found

    def until_done(self, code: str) -> None:
        self.until(lambda: self.desk.status(code)[0]["outcome"] == "done")

    def runs(self, code: str) -> list[int]:
        """Return the processes that began to run a case, in order."""
        return [each["data"]["pid"] for each in self.records(code, "run.started")]

    def twice(self) -> list[str]:
        """Return what was changed in the company more than once."""
        ledgers = sorted((self.path.parent / "ledgers").glob("*.jsonl"))
        return duplicates([line for each in ledgers for line in read(each)])

    def whole(self, code: str) -> bool:
        return broken(self.desk.records(code)) is None

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait()


def kill(pid: int) -> None:
    """Kill a process as a power cut does, and whatever waits to be told so."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The shared database's, "" for a file in the store."""
    return postgres_url() if request.param == "postgres" else ""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def database(store: Path, url: str) -> Iterator[sa.Engine]:
    engine = open_database(store, Server(url) if url else None)
    yield engine
    engine.dispose()


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with ExitStack() as standing:
        path = standing.enter_context(beside(tmp_path / "company", 2, 0, 1_000_000))
        shared_by(path, postgres_url())
        yield Fleet(path, standing)

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from integrations.lab.company import SUBJECT, okta_id
from integrations.lab.ledger import read
from runner.desk.cases import Desk
from runner.desk.claim import Claim
from runner.desk.laboratory import beside
from runner.settings import Settings, load
from tests.cases.company import House
from tests.cases.conftest import company, founded  # noqa: F401  fixtures

ROOT = Path(__file__).parents[2]


class Beside:
    """A simulated company in a process beside this one, and cases whose runs are processes too."""

    subject = okta_id(SUBJECT)

    def __init__(self, settings: Path) -> None:
        self.path = settings
        self.settings: Settings = load(settings)
        self.desk = Desk(self.settings)
        self.desk._office.database.dispose()
        self.office = self.desk._office = House(self.settings)

    def open(self) -> str:
        """Open a case by the playbook we ship."""
        playbook = "suspected-dprk-worker"
        said = {
            "subject": "jonas.weber@fjordlight.example",
            "seen": "one device, three accounts",
            "engaged": "contractor",
        }
        return self.desk.open(playbook, said, claim=Claim("ingrid", None))

    def begin(self, code: str, **given: Any) -> subprocess.Popen[str]:
        """Start a run of a case in a process of its own."""
        command = [sys.executable, "-m", "tests.desk.run_process", str(self.path), code, json.dumps(given)]
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=ROOT, text=True, **streams)

    def wait(self, run: subprocess.Popen[str]) -> tuple[str, str]:
        """Wait for the end of a run; returns what it wrote to stdout and stderr."""
        try:
            return run.communicate(timeout=90)
        except subprocess.TimeoutExpired:
            run.kill()
            run.communicate()
            raise

    def until(self, ready: Callable[[], Any]) -> Any:
        """Wait until something is so, up to 60 s, and return it."""
        for _ in range(1200):
            if found := ready():
                return found
            time.sleep(0.05)
        raise AssertionError("it never was so")

    def approve(self, code: str, *people: str) -> None:
        for each in people:
            self.desk.approve(code, None, "as expected", claim=Claim(each, None))

    def say(self, code: str, name: str, value: str, *people: str) -> None:
        for each in people:
            self.desk.answer(code, name, value, claim=Claim(each, None))

    def fail(self, service: str, match: str, kind: str, **more: Any) -> None:
        """Let a service fail on requests that match."""
        answer = httpx2.post(
            f"{self.url(service)}/_lab/faults", json=[{"match": match, "kind": kind, **more}]
        )
        assert answer.status_code == 204

    def heal(self, service: str) -> None:
        assert httpx2.delete(f"{self.url(service)}/_lab/faults").status_code == 204

    def url(self, service: str) -> str:
        return str(self.settings.services[service].options["url"])

    def ledger(self) -> list[Any]:
        """Return what every service received."""
        folder = self.path.parent / "ledgers"
        return [line for path in sorted(folder.glob("*.jsonl")) for line in read(path)]

    def records(self, code: str, *kinds: str) -> list[Any]:
        return [each for each in self.desk.records(code) if not kinds or each["kind"] in kinds]

    def close(self) -> None:
        self.office.close()


@pytest.fixture
def beside_us(tmp_path: Path) -> Iterator[Callable[..., Beside]]:
    """Found companies that outlive any runner; all end with the test."""
    with ExitStack() as standing:

        def found(latency_ms: float = 0, compress: float = 1_000_000) -> Beside:
            path = standing.enter_context(beside(tmp_path / "lab", 2, latency_ms, compress))
            company = Beside(path)
            standing.callback(company.close)
            return company

        yield found

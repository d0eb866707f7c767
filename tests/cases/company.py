"""The simulated company in this process, a desk over it, and runs without the engine's memory.

Nothing of the runner is replaced but the engine: the port it implements (`runner.cases.phase.Port`) is
implemented here in five lines, so that a test costs milliseconds. `test_engine.py` tests the real one.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import httpx2
import sqlalchemy as sa

from integrations.lab.company import SUBJECT
from integrations.lab.launch import start
from integrations.lab.ledger import duplicates, read
from runner.actions.doors import Door
from runner.actions.live import Patience
from runner.actions.opening import ANSWER_S, SILENCE_S
from runner.actions.values import Account, Json
from runner.casefile.contents import CaseFile
from runner.cases.approving import ask_approval, wanted
from runner.cases.conduct import Conductor
from runner.cases.phase import Node, run_phase
from runner.cases.services import Services
from runner.cases.work import Work
from runner.database.tables import SUBJECTS
from runner.desk.cases import Desk
from runner.desk.cast import Cast
from runner.desk.claim import Claim
from runner.desk.office import Office
from runner.settings import load

T = TypeVar("T")
STARTER = "ingrid"
PEOPLE = "people: {start: [ir-oncall], decide: [security-leads, duty-managers, system-owners], advise: [counsel, hr]}"
QUIET = """
  - phase: quiet
    covert: true
    steps:
      - {id: found, do: doors.find, accounts: [subject]}
      - {id: keep-now, do: doors.keep, accounts: [subject], after: found}
"""
LOCKDOWN = """
  - phase: lockdown
    approve: {need: 2, each_of: [security-leads, duty-managers], within: 2h}
    steps:
      - {id: doors, do: doors.close, accounts: [subject]}
"""
AFTER = """
  - phase: after
    steps:
      - {id: proof, do: doors.prove, accounts: [subject]}
"""
SHARED = """
  - phase: shared
    steps:
      - id: shared-doors
        do: doors.close
        accounts: [subject]
        approve: {need: 1, of: [system-owners], within: 2h}
      - {id: shared-proof, do: doors.prove, accounts: [subject], after: shared-doors}
"""
CLOSE = QUIET + LOCKDOWN + AFTER


SUBJECT_INPUT = "{type: person, about: Who it is about}"


def playbook_of(phases: str, subject: str = SUBJECT_INPUT) -> str:
    """Return the text of a playbook with these phases."""
    inputs = f"inputs:\n  subject: {subject}\n" if subject else ""
    return (
        "playbook: rehearsal\nshown_as: Rehearsal\nversion: 1\nowner: security-leads\n"
        f"{PEOPLE}\n{inputs}phases:\n{phases}"
    )


class _Port:
    def declare(self, names: list[str]) -> None:
        self.names = names

    async def step(self, name: str, body: Callable[[], Awaitable[Json]]) -> Json:
        assert name in self.names
        return await body()


class Forgetful:
    """An engine that remembers nothing: what is not run twice is what the journal remembers."""

    executor = "test"

    def launch(self) -> None:
        pass

    async def run(self, name: str, nodes: Callable[[], list[Node]]) -> Json:
        return await run_phase(_Port(), nodes())


class House(Office):
    """An office that closes, in the end, what it opened: a process does it by ending."""

    silence_s, answer_s = SILENCE_S, ANSWER_S

    def services(self, code: str) -> Services:
        opened = super().services(code)
        opened.patience = Patience(pause=lambda wanted: time.sleep(min(wanted, 0.02)))
        opened.silence_s, opened.answer_s = self.silence_s, self.answer_s
        self.__dict__.setdefault("opened", []).append(opened)
        return opened

    def close(self) -> None:
        _wait_for_what_outlived_its_run()
        for services in self.__dict__.get("opened", ()):
            for opened in (*(each for each, _ in services._open.values()), *services._refused):
                getattr(getattr(opened, "http", opened), "close", lambda: None)()
        self.database.dispose()


def _wait_for_what_outlived_its_run() -> None:
    """Let what a run left under way in threads (`apart`) end first: it would open what we just closed."""
    ends = time.monotonic() + 3
    for thread in threading.enumerate():
        if isinstance(getattr(getattr(thread, "_target", None), "__self__", None), contextvars.Context):
            thread.join(max(0.0, ends - time.monotonic()))


class Running(Thread):
    """A run in a thread; `refused` is why it ended, once it did."""

    refused = ""

    def __init__(self, run: Callable[[], Conductor]) -> None:
        super().__init__()
        self._run = run

    def run(self) -> None:
        self.refused = self._run().refused


@dataclass
class Company:
    """Fjordlight, its responders, and the folder it all lies in."""

    folder: Path
    services: int = 2
    compress: float = 86_400
    edit: Callable[[str], str] = field(default=lambda text: text)
    """Changes the text of severance.yaml before it is read."""

    def __post_init__(self) -> None:
        self.lab = start(self.folder / "lab", services=self.services, compress=self.compress)
        path = self.lab.settings_path
        path.write_text(self.edit(path.read_text()))
        self.settings = load(path)
        self.desk = Desk(self.settings)
        self.desk._office.database.dispose()
        self.office = self.desk._office = House(self.settings)

    def close(self) -> None:
        self.office.close()
        self.lab.stop()

    def reload(self) -> None:
        """Read the settings again, as the next process does."""
        self.settings = load(self.lab.settings_path)
        self.office.close()
        self.office = self.desk._office = House(self.settings)

    def write(self, phases: str, subject: str = SUBJECT_INPUT) -> Path:
        """Write a playbook with these phases; returns its path."""
        path = self.folder / "rehearsal.yaml"
        path.write_text(playbook_of(phases, subject))
        return path

    # what happens

    def free(self) -> None:
        """Let any case be about anybody: one company serves many tests, with one subject."""
        with self.office.database.begin() as connection:
            connection.execute(sa.delete(SUBJECTS))

    def open(
        self, phases: str = CLOSE, *, by: str = STARTER, subject: str = SUBJECT.mail, **inputs: str
    ) -> str:
        """Open a case by a playbook with these phases, whoever else is about the person; returns its code name."""
        path = self.write(phases, SUBJECT_INPUT if subject else "")
        self.free()
        given = {"subject": subject, **inputs} if subject else inputs
        return self.desk.open(str(path), given, claim=Claim(by, None))

    def run(
        self, code: str, *, stay: bool = False, listen: Callable[[Json], None] = lambda _: None
    ) -> Conductor:
        """Run a case until it ends, or (unless `stay`) waits for people; listen: gets each record."""
        with self.office.holding(code):
            work = self.office.work(code)
            conductor = Conductor(work, Forgetful(), listen)
            asyncio.run(conductor.run(lambda: stay))
        return conductor

    def play(self, code: str) -> Conductor:
        """Run a case with everybody answering, until it ends."""
        with Cast(self.settings, code, self.folder):
            return self.run(code, stay=True)

    @contextmanager
    def running(self, code: str) -> Iterator[Running]:
        """Run a case that waits for people in a thread for the length of the block, then stop it."""
        thread = Running(lambda: self.run(code, stay=True))
        thread.start()
        try:
            self.until(lambda: len(self.records(code, "run.started")) > len(self.records(code, "run.ended")))
            yield thread
        finally:
            if thread.is_alive():
                self.desk.stop(code)
            thread.join()

    def ask(self, code: str) -> None:
        """Ask for the lockdown's approval now, as its run will: before the phases in front of it are run."""
        work = self.work(code)
        phase = next(each for each in work.playbook.phases if each.phase == "lockdown")
        quorum = wanted(work, phase, None)
        assert quorum
        ask_approval(work, phase, None, quorum)

    def approve(self, code: str, *people: str, digest: str | None = None, **more: Any) -> None:
        for each in people or ("maren", "beatriz"):
            self.desk.approve(code, digest, "as expected", claim=Claim(each, None), **more)

    def answer(self, code: str, name: str, value: str, *, by: str, item: Path | None = None) -> None:
        self.desk.answer(code, name, value, claim=Claim(by, None), item=item)

    def until(self, ready: Callable[[], T]) -> T:
        """Wait until something is so, up to 30 s, and return it."""
        for _ in range(600):
            if found := ready():
                return found
            time.sleep(0.05)
        raise AssertionError("it never was so")

    def work(self, code: str) -> Work:
        return self.office.work(code)

    def act(self, service: str, act: str, **given: Json) -> Json:
        """Let somebody at Fjordlight do something, outside our sight."""
        answer = httpx2.post(f"{self.lab.urls[service]}/_lab/act", json={"act": act, **given})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fail(self, service: str, match: str, kind: str, **more: Json) -> None:
        """Let a service fail on requests that match."""
        fault = {"match": match, "kind": kind, **more}
        assert httpx2.post(f"{self.lab.urls[service]}/_lab/faults", json=[fault]).status_code == 204

    def heal(self, service: str) -> None:
        assert httpx2.delete(f"{self.lab.urls[service]}/_lab/faults").status_code == 204

    # what is seen

    def case(self, code: str) -> CaseFile:
        return self.office.case(code)

    def records(self, code: str, *kinds: str) -> list[Json]:
        """Return the journal's records of these kinds, or all."""
        return [each for each in self.office.records(code) if not kinds or each["kind"] in kinds]

    def doors(self, code: str) -> Mapping[tuple[str, str], Door]:
        """Return the subject's doors by (service, layer)."""
        return {(door.service, door.layer): door for door in self.case(code).doors.values()}

    def account(self, code: str, service: str) -> Account:
        return next(each for each in self.case(code).accounts if each.service == service)

    def state(self, service: str) -> Json:
        return httpx2.get(f"{self.lab.urls[service]}/_lab/state").json()

    def ledger(self, *services: str) -> list[Json]:
        """Return what services received, oldest first."""
        folder = self.lab.settings_path.parent / "ledgers"
        lines = [line for path in folder.glob("*.jsonl") for line in read(path)]
        return sorted(
            (each for each in lines if not services or each["service"] in services), key=lambda it: it["at"]
        )

    def changes(self, *services: str) -> list[str]:
        """Return how the world changed by requests, in order."""
        return [f"{each['service']}: {each['changed']}" for each in self.ledger(*services) if each["changed"]]

    def changed_twice(self) -> list[str]:
        return duplicates(self.ledger())

    def expired(self, code: str) -> bool:
        """Tell whether every deadline of what is asked has passed."""
        moment = datetime.now(UTC)
        return all(datetime.fromisoformat(each["expires"]) < moment for each in self.waiting(code))

    def waiting(self, code: str) -> list[Json]:
        """Return what people are asked."""
        return self.desk.status(code)[0]["waiting"]

    def command(self, code: str, kind: str) -> Json:
        """Return what is waited for, of one kind; there must be one."""
        [asked] = [each for each in self.waiting(code) if each["kind"] == kind]
        return asked

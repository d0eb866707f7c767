"""`severance chat` as a process, on a company in another one, and people who use the workspace."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from integrations.lab.company import SUBJECT
from integrations.lab.control import Control
from integrations.lab.slack import CASE_CHANNEL, PUBLIC_CHANNEL
from runner.actions.values import Json
from runner.company import Person
from runner.desk.cases import Desk
from runner.desk.chat_hands import ChatHands
from runner.desk.claim import Claim
from runner.settings import Settings, load
from tests.cases.company import House, playbook_of
from tests.chat.in_workspace import ID, LOOKED

__all__ = ["Chat", "Served"]

MAIN = [sys.executable, "-c", "from runner.cli import main; main()"]
T = TypeVar("T")


class Chat:
    """One process of `severance chat`."""

    def __init__(self, settings: Path) -> None:
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen([*MAIN, "--config", str(settings), "chat"], text=True, **streams)

    def end(self, number: int = signal.SIGTERM, within_s: float = 40) -> tuple[int, str]:
        """Send a signal and wait; returns the exit code and all it wrote."""
        self.process.send_signal(number)
        try:
            out, err = self.process.communicate(timeout=within_s)
        finally:
            self.kill()
        return self.process.returncode, out + err

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()


class Served:
    """A lab beside us, whose people have a chat."""

    def __init__(self, settings: Path, *, admin: bool = False) -> None:
        """admin: the subject stays an administrator of the identity provider, as the lab has them."""
        self.path, self.folder = settings, settings.parent
        self.settings: Settings = load(settings)
        self.lab = Control(self.folder)
        if not admin:
            self.lab.act("okta", "drop-roles", {"mail": SUBJECT.mail})
        assert self.settings.chat
        self.desk, self.hands = Desk(self.settings), ChatHands(self.lab, self.settings.chat)
        self.desk._office.database.dispose()
        self.office = self.desk._office = House(self.settings)

    def close(self) -> None:
        self.office.close()

    @contextmanager
    def chat(self) -> Iterator[Chat]:
        """Serve the chat for the length of the block, from when it listens."""
        chat = Chat(self.path)
        try:
            self.until(lambda: self.typed("ingrid", "help")["acks"] or chat.process.poll() is not None)
            yield chat
        finally:
            chat.kill()

    def open(self, phases: str = LOOKED) -> str:
        """Open a case at a terminal, where its run is killed at once: the next chat takes it up."""
        path = self.folder / "rehearsal.yaml"
        path.write_text(playbook_of(phases))
        code = self.desk.open(str(path), {"subject": SUBJECT.mail}, claim=Claim("ingrid", None))
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen([*MAIN, "--config", str(self.path), "run", code], **quiet) as run:
            self.until(lambda: self.records(code, "run.started"))
            run.kill()
        return code

    def person(self, name: str) -> Person:
        return next(each for each in self.settings.people if each.id == name)

    def typed(self, name: str, text: str) -> Json:
        return self.lab.act("slack", "command", {"user": ID[name], "text": text})

    def raw(self, payload: Json, number: int) -> Json:
        """Have a payload delivered in an envelope of its own."""
        envelope = {"envelope_id": f"raw-{number}", "type": "slash_commands", "payload": payload}
        told = {**envelope, "accepts_response_payload": True}
        return self.lab.act("slack", "raw", {"envelope": told, "wait_s": 3})

    def told_last(self, name: str) -> str:
        """Return what the chat told somebody alone last; "" when it has told them nothing."""
        told = self.lab.state("slack")["ephemerals"].get(ID[name]) or [{"text": ""}]
        return str(told[-1]["text"])

    def until(self, ready: Callable[[], T], within_s: float = 40) -> T:
        """Wait until something is so, and return it."""
        end = time.monotonic() + within_s
        while not (found := ready()):
            assert time.monotonic() < end, "it never was so"
            time.sleep(0.1)
        return found

    def records(self, code: str, *kinds: str) -> list[Json]:
        return [each for each in self.desk.records(code) if each["kind"] in kinds]

    def channels(self) -> list[Json]:
        """Return the channels the chat made."""
        state = self.lab.state("slack")
        before = {CASE_CHANNEL, PUBLIC_CHANNEL, *state["ims"].values()}
        return [each for key, each in state["channels"].items() if key not in before]

    def cards(self) -> list[str]:
        """Return every message of the one channel, as its text."""
        return [json.dumps(each["blocks"]) for made in self.channels() for each in made["messages"]]

    def shown(self, words: str) -> list[str]:
        """Return the messages that say something."""
        return [each for each in self.cards() if words in each]

"""What the chat's benchmarks stand on: a company with a case, the chat as it is served, and a bare client."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TypeVar

from integrations.lab.control import Control
from runner.actions.values import Json
from runner.desk.cases import Desk
from runner.desk.chat_hands import ChatHands
from runner.desk.naming import playbook_file
from runner.language.loading import load as load_playbook
from runner.settings import load
from tests.bench.chat_acts import Case
from tests.bench.chat_lab import LabProcess
from tests.bench.table import ROOT

__all__ = ["SLACK", "House", "until"]

SLACK = "slack"
PLAYBOOK, _OPENS_WITHIN_S = "suspected-dprk-worker", 120
_SAID = {"subject": "jonas.weber@fjordlight.example", "engaged": "contractor", "seen": "a bench"}
_CHAT = "from runner.chat.server import rehearse; rehearse()"
T = TypeVar("T")


class House:
    """A company, its desk, and its chat."""

    def __init__(self, lab: LabProcess) -> None:
        """Nobody serves the chat yet."""
        self.lab, self.settings = lab, load(lab.settings)
        self.control, self.desk = Control(lab.settings.parent), Desk(self.settings, drill=True)
        self.log = lab.settings.parent / "chat.log"
        for name in [name for name, each in self.settings.services.items() if each.crown]:
            # an administrator of the identity provider could read the chat, and it would be off
            self.control.act(name, "drop-roles", {"mail": _SAID["subject"]})

    def open(self) -> Case:
        """Open a case in the chat, which is being served and then runs it; returns it once it has its channel."""
        starter = next(each for each in self.settings.people if "ir-oncall" in each.roles)
        book, known = load_playbook(playbook_file(PLAYBOOK)).playbook, set(self.desk.codes())
        assert book
        assert self.settings.chat
        ChatHands(self.control, self.settings.chat).open(starter, book.shown_as, _SAID)
        [code] = until(lambda: set(self.desk.codes()) - known, _OPENS_WITHIN_S, "a case")
        memory = self.desk.chat_line().memory
        channel = until(lambda: memory.channel(code), _OPENS_WITHIN_S, "a channel")
        people = set(self.desk.board(code)["people"])
        allowed = [each.accounts[SLACK] for each in self.settings.people if each.id in people]
        return Case(code, channel, allowed)

    def waiting(self, case: Case) -> None:
        """Return once a case asks somebody for something."""
        until(lambda: self.desk.status(case.code)[0]["waiting"], _OPENS_WITHIN_S, "a question")

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[bytes]]:
        """Serve the chat in a process of its own for the length of the block; what it prints is in `log`."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-c", _CHAT, str(self.settings.path)]
            with subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True) as chat:
                yield from self._connected(chat)

    @contextmanager
    def acknowledging(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run the library's bare client, which acknowledges everything at once, for the length of the block."""
        command = [sys.executable, "-m", "tests.bench.chat_house", str(self.settings.path)]
        with subprocess.Popen(command, cwd=ROOT) as bare:
            yield from self._connected(bare)

    def _connected(self, process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        try:
            until(lambda: self.lab.connections() or process.poll() is not None, 60, "a connection")
            yield process
        finally:
            process.terminate()
            process.wait()
            until(lambda: not self.lab.connections(), 30, "the end of the connection")

    def state(self) -> Json:
        """Return the whole workspace."""
        return self.control.state(SLACK)


def until(look: Callable[[], T], patience_s: float, what: str) -> T:
    """Wait until there is something to return. Raises SystemExit when it does not come."""
    end = time.monotonic() + patience_s
    while not (found := look()):
        if time.monotonic() > end:
            raise SystemExit(f"{what} did not come within {patience_s:.0f} s")
        time.sleep(0.1)
    return found


def _acknowledge(settings: Path) -> None:
    """Do what an app must at least do: https://docs.slack.dev/apis/events-api/using-socket-mode."""
    from slack_sdk.socket_mode import SocketModeClient  # noqa: PLC0415  as the next
    from slack_sdk.socket_mode.response import SocketModeResponse  # noqa: PLC0415  for this process alone

    line = Desk(load(settings)).chat_line()
    client = SocketModeClient(line.app_token, web_client=line.client)
    client.socket_mode_request_listeners.append(
        lambda client, asked: client.send_socket_mode_response(SocketModeResponse(asked.envelope_id))
    )
    with line.passing():
        client.connect()
    Event().wait()


if __name__ == "__main__":
    _acknowledge(Path(sys.argv[1]))

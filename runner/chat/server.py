"""`severance chat`: serves one workspace until it is told to stop, and runs the cases acted on there."""

from __future__ import annotations

import logging
import sys

from runner.chat.alarm import Alarm
from runner.chat.bridge import Asker, Bridge
from runner.chat.buttons import button
from runner.chat.channel import Channels
from runner.chat.commands import command
from runner.chat.following import Follower
from runner.chat.forms import ask_note
from runner.chat.guard import Guard
from runner.chat.hometab import show_home
from runner.chat.payloads import Delivery
from runner.chat.receiving import Receiver
from runner.chat.refusing import refuse
from runner.chat.submissions import submission
from runner.chat.workspace import Workspace
from runner.desk.cases import Desk
from runner.desk.reception import settings_of
from runner.errors import SeveranceError
from runner.fleet.server import until_told
from runner.fleet.worker import Worker
from runner.telemetry.sink import said

__all__ = ["Server", "rehearse", "serve"]

_log = logging.getLogger("severance.chat")
_HANDLERS = {
    "command": command,
    "button": button,
    "submit": submission,
    "shortcut": ask_note,
    "home": show_home,
}


class Server:
    """Everything that `severance chat` is made of."""

    def __init__(self, desk: Desk, runners: Worker | None = None) -> None:
        """Open the workspace; nothing is sent. Raises SettingsError and CredentialsError.

        runners: what looks after the cases acted on; a worker of this process unless told otherwise.
        """
        self._desk, line = desk, desk.chat_line()
        workspace = Workspace(line)
        alarm = Alarm(desk, line, workspace)
        self._bridge = Bridge(desk, line, workspace, runners or Worker(desk, only=()))
        self._guard = Guard(desk, line, workspace, alarm)
        self._follower = Follower(self._bridge, Channels(line, workspace, alarm), alarm)
        self._receiver = Receiver(line, self._work)

    def start(self) -> None:
        """Connect, go on with what was interrupted, and follow the cases. Raises what connecting does."""
        self._bridge.workspace.me()
        interrupted = self._interrupted()
        self._desk.barred()  # before anybody can press: it reads every case, and later only what is new
        self._receiver.connect()
        for code in interrupted:
            self._bridge.runners.ensure(code)
        self._bridge.runners.start()
        self._follower.start()

    def close(self) -> None:
        """Stop listening, finish what was acknowledged, and stop the runners."""
        self._receiver.close()
        self._follower.close()
        self._bridge.runners.close()

    def _interrupted(self) -> list[str]:
        """Return the cases whose runner was killed; one that stopped, or was refused, waits for people."""
        return [code for code in self._desk.codes() if self._desk.next_look(code)[0].why == "interrupted"]

    def _work(self, delivery: Delivery) -> None:
        """Do one delivery, once: copies of it, here or in another process, do nothing."""
        try:
            if delivery.kind == "close" or not self._bridge.line.memory.first(delivery.key):
                return
            if delivery.kind == "members":
                self._look_at(delivery.channel)
            elif person := self._guard.admit(delivery):
                _HANDLERS[delivery.kind](Asker(self._bridge, delivery, person))
            else:
                self._turn_away(delivery)
        except SeveranceError as error:
            _log.warning("a delivery was not answered", extra=said(delivery=delivery.kind, error=error))

    def _turn_away(self, delivery: Delivery) -> None:
        try:
            refuse(self._bridge.workspace, delivery)
        finally:  # whoever cannot be answered, as a bot has no home tab, is reported all the same
            self._guard.report(delivery)

    def _look_at(self, channel: str) -> None:
        """Have it asked again who is in a channel, here and by the process that posts there."""
        self._bridge.workspace.forget(channel)
        self._bridge.line.memory.changed(channel)


def serve(desk: Desk) -> None:
    """Serve until SIGTERM or Ctrl-C. Call it from the main thread. Raises as `Server` does."""
    server = Server(desk)
    until_told(server.start, server.close)


def rehearse() -> None:
    """Serve the chat of a drill, in a process of its own; its settings are the one argument."""
    desk = Desk(settings_of(sys.argv[1]), drill=True)
    with desk.observed():
        serve(desk)

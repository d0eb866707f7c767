"""The one private channel of a case: checked before each post, left when the wrong person is in it."""

from __future__ import annotations

import logging
import threading
import time

from runner.chat.alarm import Alarm
from runner.chat.workspace import Workspace
from runner.desk.chat_line import ChatLine, Json
from runner.errors import ServiceRefused, SeveranceError
from runner.telemetry.sink import said

__all__ = ["Channels"]

_CLOSED = "This channel is not used any more."
_TRIES = 20  # names taken by archived channels of earlier cases
_GONE = frozenset({"channel_not_found", "not_in_channel"})  # deleted, or our bot was taken out of it
_ASK_AGAIN_S = 300.0  # after Slack would not let somebody into a channel
_log = logging.getLogger("severance.chat")


class Channels:
    """The channels of all cases."""

    def __init__(self, line: ChatLine, workspace: Workspace, alarm: Alarm) -> None:
        """Send nothing yet."""
        self._line, self._workspace, self._alarm = line, workspace, alarm
        self._lock = threading.RLock()  # two threads must not make two channels
        self._refused: dict[tuple[str, str], float] = {}
        """When to ask again, on the monotonic clock, for whom Slack would not let into a channel."""

    def ready(self, board: Json) -> str:
        """Return the channel in which this case may be posted now, "" when there is none.

        It is made where it is missing, its people are invited one by one, and it is left for another when
        somebody is in it who may not be, or it is not private any more. Raises SeveranceError.
        """
        with self._lock:
            code, channel = str(board["code"]), self._line.memory.channel(str(board["code"]))
            if board["off"]:
                self._leave(code, channel)
                return ""
            channel = channel or self._make(code, board)
            if wrong := self._wrong(channel, board):
                told = f"{code}: {wrong}. The case goes on in another channel."
                self._alarm.sound(f"moved/{channel}", told, board)
                self._leave(code, channel)
                channel = self._make(code, board)
                return "" if self._wrong(channel, board) else channel
            self._invite(channel, board)
            return channel

    def _wrong(self, channel: str, board: Json) -> str:
        """Say why nothing may be posted in a channel; "" when all is well."""
        try:
            room = self._workspace.room(channel)
        except ServiceRefused as refused:
            if refused.code not in _GONE:
                raise
            return "its channel is gone"
        if not room.private:
            return "its channel is not private any more"
        allowed = self._allowed(board) | {self._workspace.me()}
        if room.members - allowed:
            return "somebody is in its channel who may not be"
        unfit = [each for each in room.members & self._allowed(board) if not self._workspace.member(each)]
        return "somebody in its channel is no full member any more" if unfit else ""

    def _allowed(self, board: Json) -> set[str]:
        return {account for account, person in self._line.pinned.items() if person in board["people"]}

    def _make(self, code: str, board: Json) -> str:
        name = f"{self._line.chat.command.lstrip('/')}-{code}"
        for at in range(1, _TRIES):
            try:
                channel = self._workspace.create(name if at == 1 else f"{name}-{at}")
            except ServiceRefused as refused:
                if refused.code != "name_taken":
                    raise
                continue
            self._line.memory.settle(code, channel)
            self._invite(channel, board)
            return channel
        raise SeveranceError(f"no free name for a channel of {code}", remedy="delete old channels of it")

    def _invite(self, channel: str, board: Json) -> None:
        """Bring in whoever may know of the case and is not there; who cannot be brought in is left out."""
        missing = self._allowed(board) - self._workspace.room(channel).members
        for account in sorted(missing):
            if time.monotonic() >= self._refused.get((channel, account), 0.0):
                self._bring_in(channel, account)

    def _bring_in(self, channel: str, account: str) -> None:
        try:
            if self._workspace.member(account):
                self._workspace.invite(channel, account)
                self._workspace.forget(channel)
        except ServiceRefused as refused:  # one who cannot come must not keep the others waiting
            self._refused[(channel, account)] = time.monotonic() + _ASK_AGAIN_S
            _log.warning("somebody could not be invited", extra=said(error=refused))

    def _leave(self, code: str, channel: str) -> None:
        """Stop posting to a channel; whoever is in it is told nothing but that."""
        if not channel:
            return
        self._line.memory.settle(code, "")
        try:
            self._workspace.post(channel, _CLOSED, ())
        except ServiceRefused as refused:  # archived, or gone: whoever is there sees that for themselves
            _log.warning("an old channel was not told", extra=said(case=code, error=refused))

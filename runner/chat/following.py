"""Follows every case under way, and has its channel show it; whoever changed it, here or at a terminal."""

from __future__ import annotations

import logging
import math
import threading
import time
from datetime import timedelta

from runner.chat.alarm import Alarm
from runner.chat.bridge import Bridge
from runner.chat.cards.case import cards
from runner.chat.channel import Channels
from runner.chat.posting import Poster
from runner.chat.turn import Turn
from runner.clock import now
from runner.errors import RateLimited, SeveranceError
from runner.telemetry.sink import said

__all__ = ["Follower"]

LOOK_EVERY_S = 0.25
REMIND_EVERY_S = 15.0  # a case nothing happens in is looked at this often: reminders come by the clock
CHECK_EVERY_S = 15.0  # of all channels in which nothing is due, one is asked about this often: Slack counts
BACK_OFF_S = 5.0  # after Slack, or the case, could not be reached
_FORGET_EVERY_S = 3600.0
_FORGET_AFTER = timedelta(days=2)  # Slack sends nothing again that late
_log = logging.getLogger("severance.chat")


class Follower:
    """One thread; it writes to Slack and changes nothing in a case."""

    def __init__(self, bridge: Bridge, channels: Channels, alarm: Alarm) -> None:
        """Start nothing yet."""
        self._bridge, self._channels, self._alarm = bridge, channels, alarm
        self._poster = Poster(bridge.line, bridge.workspace)
        self._seen: dict[str, int] = {}
        self._again: dict[str, float] = {}
        self._over: set[str] = set()
        self._heard: dict[str, tuple[str, int]] = {}
        self._checked: dict[str, float] = {}
        self._turn = Turn(bridge.line.turn)
        self._forget_at = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow_forever, name="chat-follower", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End after the look that is under way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._turn.close()

    def _follow_forever(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            self._alarm.again()
            if self._turn.ours():
                self._look_around()

    def _look_around(self) -> None:
        try:
            heads = self._bridge.desk.heads()
            self._hear_of_changes()
            if time.monotonic() >= self._forget_at:
                self._forget_at = time.monotonic() + _FORGET_EVERY_S
                self._bridge.line.memory.forget_deliveries(now() - _FORGET_AFTER)
        except SeveranceError as error:
            _log.warning("the cases cannot be read", extra=said(error=error))
            return
        # What happened goes before what only the clock asks for: with many cases, that takes a while.
        for code in sorted(heads, key=lambda code: self._seen.get(code) == heads[code]):
            if self._due(code, heads[code]):
                self._look(code, heads[code])

    def _hear_of_changes(self) -> None:
        """Look at once at a case whose channel somebody entered or left, whichever process was told of it."""
        for code, change in self._bridge.line.memory.changes().items():
            if self._heard.get(code) != change:
                self._heard[code], self._again[code], self._checked[code] = change, 0.0, -math.inf
                self._bridge.workspace.forget(change[0])

    def _due(self, code: str, last: int) -> bool:
        if code in self._over and self._seen.get(code) == last:
            return False
        return self._seen.get(code) != last or time.monotonic() >= self._again.get(code, 0.0)

    def _look(self, code: str, last: int) -> None:
        """Send what is due in one case; a case of an earlier time that is done has no channel any more."""
        bridge = self._bridge
        try:
            board = bridge.desk.board(code)
            done = board["over"]
            if done and not bridge.line.memory.channel(code):
                self._settle(code, last, REMIND_EVERY_S, over=True)
                return
            shown = cards(board, bridge.line.chat.detail, bridge.line.names, now())
            if not (board["off"] or self._poster.owes(code, shown) or self._to_check(code)):
                self._settle(code, last, REMIND_EVERY_S, over=done)
                return
            channel = self._channels.ready(board)
            self._checked[code] = time.monotonic()
            if not channel:
                self._settle(code, last, REMIND_EVERY_S)
                return
            if self._poster.bring_up_to_date(code, channel, shown):
                self._settle(code, last, REMIND_EVERY_S, over=done)
            else:
                self._again[code] = 0.0
        except SeveranceError as error:
            _log.warning("a channel is not up to date", extra=said(case=code, error=error))
            wait_s = error.wait_s if isinstance(error, RateLimited) else 0.0
            self._settle(code, last, max(wait_s, BACK_OFF_S))
        except Exception as error:  # noqa: BLE001  a defect in one case must not leave all the others unshown
            told = said(case=code, error=error)
            _log.exception("a channel is not up to date: a defect of severance", extra=told)
            self._settle(code, last, REMIND_EVERY_S)

    def _to_check(self, code: str) -> bool:
        """Tell whether it is time to ask who is in a channel though nothing is to be said there."""
        under_way = len(self._seen) - len(self._over)
        asked_at = self._checked.setdefault(code, time.monotonic())
        return time.monotonic() - asked_at >= CHECK_EVERY_S * under_way

    def _settle(self, code: str, last: int, again_in_s: float, *, over: bool = False) -> None:
        self._seen[code], self._again[code] = last, time.monotonic() + again_in_s
        if over:
            self._over.add(code)
        else:
            self._over.discard(code)

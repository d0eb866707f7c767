"""Tells approvers directly that somebody tried what they may not, or is where they may not."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from runner.chat.workspace import Workspace
from runner.clock import now
from runner.desk.cases import Desk
from runner.desk.chat_line import ChatLine, Json
from runner.errors import RateLimited, SeveranceError
from runner.telemetry.sink import said

__all__ = ["Alarm"]

AGAIN_IN_S = 5.0  # after Slack could not be reached; where it says how long to wait, that is waited
_KEPT = 100  # alarms for one person: what comes while Slack is away for long is in the log
_TOLD = 20  # alarms in one message
_log = logging.getLogger("severance.chat")


@dataclass(slots=True)
class _Waiting:
    """What one person is still to be told."""

    texts: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT))
    again_at: float = 0.0
    """On the monotonic clock."""


class Alarm:
    """Sounds once an hour for the same thing, however often it happens and however many processes see it."""

    def __init__(self, desk: Desk, line: ChatLine, workspace: Workspace) -> None:
        """Send nothing yet."""
        self._desk, self._line, self._workspace = desk, line, workspace
        self._waiting: dict[str, _Waiting] = {}
        self._lock, self._telling = threading.Lock(), threading.Lock()

    def sound(self, key: str, text: str, board: Json | None = None) -> None:
        """Write to the deciders of a case, or of every case under way; never to anybody who is kept out.

        key: what happened, the same for every repetition. What cannot be delivered now is kept for `again`.
        """
        hour = now().strftime("%Y-%m-%dT%H")
        if not self._line.memory.first(f"alarm/{hour}/{key}"):
            return
        deciders = self._deciders([board] if board else self._boards())
        with self._lock:
            for account in deciders:
                self._waiting.setdefault(account, _Waiting()).texts.append(text)
        self.again()

    def again(self) -> None:
        """Deliver what is kept and due, unless another thread is at it; several for one are one message."""
        if not self._telling.acquire(blocking=False):
            return
        try:
            with self._lock:
                due = [name for name, each in self._waiting.items() if each.texts and _due(each)]
            for account in due:
                self._tell(account, self._waiting[account])
        finally:
            self._telling.release()

    def _tell(self, account: str, waiting: _Waiting) -> None:
        with self._lock:
            texts = list(waiting.texts)[:_TOLD]
        try:
            if self._may_know(account):
                self._workspace.tell(account, "\n".join(texts))
        except SeveranceError as error:
            _log.warning("an alarm did not reach somebody yet", extra=said(error=error))
            wait_s = error.wait_s if isinstance(error, RateLimited) else 0.0
            waiting.again_at = time.monotonic() + max(wait_s, AGAIN_IN_S)
            return
        with self._lock:
            for _ in texts:
                waiting.texts.popleft()

    def _may_know(self, account: str) -> bool:
        """Tell whether, by now, this person is not kept out, no guest, and has not left."""
        return self._line.pinned[account] not in self._desk.barred() and self._workspace.member(account)

    def _boards(self) -> list[Json]:
        boards = [self._desk.board(code) for code in self._desk.codes()]
        return [each for each in boards if each["outcome"] != "done"]

    def _deciders(self, boards: Iterable[Json]) -> list[str]:
        """Return the accounts of those who decide; of everybody who is pinned where no case is under way."""
        wanted = {person for each in boards for person in each["deciders"]} or set(self._line.pinned.values())
        return [account for account, person in self._line.pinned.items() if person in wanted]


def _due(waiting: _Waiting) -> bool:
    return time.monotonic() >= waiting.again_at

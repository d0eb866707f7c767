"""Tells approvers directly that somebody tried what they may not, or is where they may not."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from runner.chat.workspace import Workspace
from runner.desk.cases import Desk
from runner.desk.chat_line import ChatLine, Json
from runner.errors import SeveranceError

__all__ = ["Alarm"]

_log = logging.getLogger("severance.chat")


class Alarm:
    """Sounds once an hour for the same thing, however often it happens and however many processes see it."""

    def __init__(self, desk: Desk, line: ChatLine, workspace: Workspace) -> None:
        """Send nothing yet."""
        self._desk, self._line, self._workspace = desk, line, workspace

    def sound(self, key: str, text: str, board: Json | None = None) -> None:
        """Write to the deciders of a case, or of every case under way; never to anybody who is kept out.

        key: what happened, the same for every repetition. What cannot be delivered is logged.
        """
        hour = datetime.now(UTC).strftime("%Y-%m-%dT%H")
        if not self._line.memory.first(f"alarm/{hour}/{key}"):
            return
        for account in self._deciders([board] if board else self._boards()):
            try:
                self._workspace.tell(account, text)
            except SeveranceError as error:
                _log.warning("an alarm did not reach %s: %s", account, error.what)

    def _boards(self) -> list[Json]:
        boards = [self._desk.board(code) for code in self._desk.codes()]
        return [each for each in boards if each["outcome"] != "done"]

    def _deciders(self, boards: Iterable[Json]) -> list[str]:
        """Return the accounts of those who decide; of everybody who is pinned where no case is under way."""
        wanted, kept_out = {person for each in boards for person in each["deciders"]}, self._desk.barred()
        wanted = (wanted or set(self._line.pinned.values())) - kept_out
        return [account for account, person in self._line.pinned.items() if person in wanted]

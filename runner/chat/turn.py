"""Of several chats, on one machine or many, one posts; the others listen, and one takes over when it ends."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from runner.desk.chat_line import Hold
from runner.errors import CaseBusy

__all__ = ["Turn"]


class Turn:
    """What only one process has at a time, and loses by dying, however it dies."""

    def __init__(self, taking: Callable[[], AbstractContextManager[Hold]]) -> None:
        """taking: returns what takes the turn, and raises CaseBusy while another process has it."""
        self._taking, self._stack = taking, ExitStack()
        self._hold: Hold | None = None

    def ours(self) -> bool:
        """Tell whether this process posts, and take the turn when nobody has it. Raises StorageError."""
        if self._hold is None or not self._hold.ours():
            self.close()
            try:
                self._hold = self._stack.enter_context(self._taking())
            except CaseBusy:
                return False
        return True

    def close(self) -> None:
        """Let another have it."""
        self._hold = None
        self._stack.close()

"""Of several chats on one machine one posts; the others listen, and one of them takes over when it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

__all__ = ["Turn"]


class Turn:
    """A lock that the system drops when its holder dies, however it dies."""

    def __init__(self, store: Path) -> None:
        """store: the folder that they share."""
        self._file = os.open(store / "chat.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)

    def ours(self) -> bool:
        """Tell whether this process posts, and take the turn when nobody has it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let another have it."""
        os.close(self._file)

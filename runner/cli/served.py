"""Tells a run that a server started for how long it is wanted."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

__all__ = ["open_stdin"]


def open_stdin() -> Callable[[], bool]:
    """Return what tells whether standard input is open; a server that dies closes it, however it dies."""
    closed = threading.Event()

    def wait_for_end() -> None:
        while os.read(0, 1024):
            pass
        closed.set()

    threading.Thread(target=wait_for_end, name="stdin", daemon=True).start()
    return lambda: not closed.is_set()

"""`severance work`: looks after the cases of a store until it is told to stop."""

from __future__ import annotations

import signal
from collections.abc import Callable

from runner.desk.cases import Desk
from runner.fleet.worker import Worker

__all__ = ["serve", "until_told"]

_STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def serve(desk: Desk, *, at_once: int) -> None:
    """Serve until SIGTERM, SIGHUP or Ctrl-C. Call it from the main thread."""
    worker = Worker(desk, at_once=at_once)
    until_told(worker.start, worker.close)


def until_told(start: Callable[[], None], close: Callable[[], None]) -> None:
    """Start something, wait for a signal to end, and close it, whatever happens."""
    # Blocked before any thread starts, so that every thread inherits it and sigwait alone sees them.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        start()
        signal.sigwait(_STOPS)
    finally:
        close()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

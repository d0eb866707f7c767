"""Runs cases for the chat: a process of its own for each, the same as `severance run` in a terminal.

A case whose runner ended (refused, or waiting until something is done) is run again once somebody acts.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

__all__ = ["Runners"]

# The chat blocks the signals it waits for, and a child inherits that: a runner must hear its Ctrl-C.
_RUN = "import signal; signal.pthread_sigmask(signal.SIG_SETMASK, ()); from runner.cli import main; main()"
_REVIVE_AFTER_S = 5.0  # since it was started: what dies at once is not started ten times a second
_STOP_WITHIN_S = 25  # a little more than a runner takes to let its reads end


class Runners:
    """The processes that this chat has started."""

    def __init__(self, settings: Path, store: Path) -> None:
        """settings: the file they are to use. store: where the cases' folders are, for what they print."""
        self._settings, self._store = settings, store
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}
        self._lock = threading.Lock()
        self._closed = False

    def ensure(self, code: str) -> None:
        """Have a case run. One that a terminal runs is left to it: another runner finds it held, and ends."""
        with self._lock:
            known = self._running.get(code)
            if not self._closed and (known is None or known.poll() is not None):
                self._running[code] = self._start(code)

    def revive(self) -> None:
        """Start again what somebody, or the system, has killed; a runner that ends by itself had a reason."""
        with self._lock:
            killed = [code for code, each in self._running.items() if (each.poll() or 0) < 0]
            due = [code for code in killed if time.monotonic() - self._started[code] > _REVIVE_AFTER_S]
            for code in due if not self._closed else ():
                self._running[code] = self._start(code)

    def close(self) -> None:
        """Stop every runner: no further write goes out, the state is saved, the next chat goes on with it."""
        with self._lock:
            self._closed = True
            alive = [each for each in self._running.values() if each.poll() is None]
        for each in alive:
            each.send_signal(signal.SIGTERM)
        for each in alive:
            try:
                each.wait(_STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                each.kill()
                each.wait()

    def _start(self, code: str) -> subprocess.Popen[bytes]:
        self._started[code] = time.monotonic()
        words = [sys.executable, "-c", _RUN, "--config", str(self._settings), "run", code]
        log = self._store / "cases" / code / "run.log"
        how = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        with os.fdopen(os.open(log, how, 0o600), "wb") as out:
            # A session of its own: a Ctrl-C at the chat's terminal reaches it through us, and once.
            return subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )

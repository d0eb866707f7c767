"""Runs a case in a process of its own, the same as `severance run` in a terminal.

It stays, waiting for people, while its standard input is open: whoever started it closes that once the case
has been quiet, or ends; either way the run saves its state and ends by itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

__all__ = ["Processes"]

# A server blocks the signals it waits for, and a child inherits that: a runner must hear its own.
_RUN = "import signal; signal.pthread_sigmask(signal.SIG_SETMASK, ()); from runner.cli import main; main()"
_STOP_WITHIN_S = 25  # a little more than a runner takes to let its reads end


class Processes:
    """The runners that this process has started."""

    def __init__(self, settings: Path, store: Path) -> None:
        """settings: the file they are to use. store: where the cases' folders are, for what they print."""
        self._settings, self._store = settings, store
        self._alive: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, code: str) -> None:
        """Run a case. One that another runner has is left to it: the process finds it held, and ends."""
        words = [sys.executable, "-c", _RUN, "--config", str(self._settings), "run", code, "--served"]
        how = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        folder = self._store / "cases" / code
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # on this machine nobody may have opened it yet
        with os.fdopen(os.open(folder / "run.log", how, 0o600), "wb") as out:
            # A session of its own: a Ctrl-C at the server's terminal reaches it through us, and once.
            self._alive[code] = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True
            )

    def alive(self) -> frozenset[str]:
        """Return the cases that run here."""
        return frozenset(self._alive)

    def ended(self) -> list[str]:
        """Return the cases whose processes ended since the last look."""
        gone = [code for code, each in self._alive.items() if each.poll() is not None]
        for code in gone:
            _hang_up(self._alive.pop(code))
        return gone

    def let_go(self, code: str) -> None:
        """Have a run end as soon as it only waits."""
        _hang_up(self._alive[code])

    def stop(self) -> None:
        """Stop every runner: no further write goes out, and the state is saved for whoever is next."""
        for each in self._alive.values():
            each.send_signal(signal.SIGTERM)
        for each in self._alive.values():
            try:
                each.wait(_STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                each.kill()
                each.wait()
            _hang_up(each)
        self._alive.clear()


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()

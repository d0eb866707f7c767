"""Starts lives: processes of their own that may end by a signal.

A nursery has loaded what every life needs, and gives birth by fork: a life then costs what it does, and not a second
for its imports. Another way to live (a server that shares cases, another database) stands beside `Lives.live`.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

__all__ = ["Ended", "Lives"]

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 3600  # a machine may be busy, or a process paused; what hangs is told of all the same
KILLED = (-signal.SIGKILL, -signal.SIGXFSZ)
"""How a life ends at a point: killed by itself, or by the system in the middle of a write."""


@dataclass(frozen=True)
class Ended:
    """How a life ended."""

    code: int
    """What it returned, or the signal that ended it, negative."""
    out: str
    err: str

    @property
    def killed(self) -> bool:
        """Whether it died at a point."""
        return self.code in KILLED


class Lives:
    """A nursery, for the length of a block."""

    def __enter__(self) -> Self:
        """Start it."""
        self._folder = tempfile.TemporaryDirectory(prefix="severance-lives-")
        words = [sys.executable, "-m", "tests.crash.lives"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._nursery = subprocess.Popen(words, cwd=ROOT, text=True, bufsize=1, **pipes)
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._nursery.communicate()
        self._folder.cleanup()

    def live(self, module: str, *words: str) -> Ended:
        """Run `main(*words)` of a module of tests.crash in a process of its own, to its end.

        Raises AssertionError when it takes an hour.
        """
        out, err = (Path(self._folder.name) / each for each in ("out", "err"))
        asked = {"module": module, "words": words, "out": str(out), "err": str(err)}
        assert self._nursery.stdin
        assert self._nursery.stdout
        self._nursery.stdin.write(json.dumps(asked) + "\n")
        code = int(self._nursery.stdout.readline())
        assert code != -signal.SIGALRM, f"{module} {' '.join(words)} did not end: {err.read_text()}"
        return Ended(code, out.read_text(), err.read_text())


def _born(module: str, words: list[str], out: str, err: str) -> None:
    """Live: what is read and written goes nowhere else, and a life that hangs is ended."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    signal.alarm(_PATIENCE_S)
    importlib.import_module(f"tests.crash.{module}").main(*words)


def main() -> None:
    """Give birth to one life after the other, as they are asked for; write how each ended."""
    for each in ("opening", "mortal", "handing"):
        importlib.import_module(f"tests.crash.{each}")
    importlib.import_module("runner.cases.conduct")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                _born(**json.loads(line))
            except BaseException:  # noqa: BLE001  whatever it was, this process must not go on as a nursery
                sys.excepthook(*sys.exc_info())
                sys.stderr.flush()
                os._exit(3)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

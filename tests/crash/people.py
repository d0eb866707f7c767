"""People who die as they answer: before their record is written, or once it is durable and before they heard of it.

Whoever died comes back, knows nothing of it, and answers what is still asked.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

from runner.desk.cases import Desk
from runner.desk.cast import main as act
from runner.settings import load
from tests.crash.lives import KILLED, ROOT
from tests.crash.mortal import Mortal, chosen

__all__ = ["MortalPeople"]


class MortalPeople:
    """Simulated people in a process of their own, for the length of a block; another one each time it dies."""

    def __init__(self, words: Iterable[str], visited: Path, tell: Callable[[], None]) -> None:
        """words: settings, code and choice, as for `main`. visited: the file of their points. tell: called at a death."""
        self._words = [sys.executable, "-m", "tests.crash.people", *words, str(visited)]
        self._tell, self._over = tell, threading.Event()
        self._deaths = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        """Have them start."""
        self._begin()
        self._deaths.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._over.set()
        self._process.terminate()
        self._deaths.join()

    def _begin(self) -> None:
        self._process = subprocess.Popen(self._words, cwd=ROOT, start_new_session=True)

    def _watch(self) -> None:
        while self._process.wait() in KILLED:
            self._tell()
            if self._over.is_set():
                return
            self._begin()


def main(settings: str, code: str, choice: str, visited: str) -> None:
    """Answer, and die."""
    loaded = load(Path(settings))
    seen = len(Desk(loaded).records(code))
    Mortal(Path(visited), chosen(choice), code, seen, side="people", shared=loaded.database).listen()
    sys.argv = ["cast", settings, code, str(loaded.folder), "", ""]
    act()


if __name__ == "__main__":
    main(*sys.argv[1:])

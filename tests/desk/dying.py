"""Does something to a store again and again, and dies at each of its steps in turn, until it comes through.

`python -m tests.desk.dying restore SETTINGS BACKUP`, or `forget SETTINGS CODE`; prints how often it died. A
step is whatever changes a file or a folder, as Python's audit events tell (PEP 578), and each commit.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.desk.cases import Desk
from runner.desk.claim import Claim
from runner.desk.restoring import restore
from runner.settings import Settings, load

_STEPS = {"open", "os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "sqlite3.connect"}


def lives(do: Callable[[], Any], over: Callable[[], bool]) -> int:
    """Return how many lives were lost before `do` came through; `over` tells that it is to be done no more."""
    for deaths in range(2000):
        child = os.fork()
        if not child:
            _die_after(deaths + 1)
            do()
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            assert status == 0, f"a life after {deaths} deaths ended badly"
            return deaths
        if over():
            return deaths + 1
    raise AssertionError("it never came through")


def _forget(settings: Settings, code: str) -> None:
    desk = Desk(settings)
    [counsel, *_] = [each.id for each in settings.people if "counsel" in each.roles]
    desk.archive.confirm_deletion(code, claim=Claim(counsel, None))


def _die_after(steps: int) -> None:
    left = steps

    def look(event: str, given: tuple[Any, ...]) -> None:
        nonlocal left
        writes = event != "open" or (isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR))
        if event in _STEPS and writes:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


def main(what: str, settings: str, about: str) -> None:
    here = load(Path(settings))
    if what == "restore":
        deaths = lives(lambda: restore(here, Path(about)), (here.store_folder / "severance.db").exists)
    else:
        deaths = lives(lambda: _forget(here, about), lambda: False)
    sys.stdout.write(f"{deaths}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

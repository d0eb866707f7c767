"""A process that opens a case, and dies before it is on record, or before anybody has heard of it."""

from __future__ import annotations

import sys
from pathlib import Path

from runner.desk.cases import Desk
from runner.settings import load
from tests.crash.mortal import Mortal, chosen
from tests.crash.points import Point
from tests.crash.rehearsals import REHEARSALS

__all__ = ["main"]


def main(settings: str, playbook: str, choice: str, visited: str) -> None:
    """Open it, and die; prints the code name."""
    loaded = load(Path(settings))
    desk = Desk(loaded)
    mortal = Mortal(Path(visited), chosen(choice), "", 0, side="people", shared=loaded.database)
    mortal.listen()
    code = REHEARSALS[playbook].open(desk, Path(visited).parent)
    mortal.meet(Point("a person's case.opened", "a person's case.opened"))
    sys.stdout.write(code)
    sys.stdout.flush()

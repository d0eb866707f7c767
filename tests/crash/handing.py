"""A process that makes the bundle or writes a report, and dies at the next point where nobody has died yet.

`main(SETTINGS, CODE, CHOICE, VISITED, FORM, OUT)`. FORM: bundle, or a form of the report. It prints the path.
"""

from __future__ import annotations

import sys
from pathlib import Path

from runner.desk.cases import Desk
from runner.settings import load
from tests.crash.mortal import Mortal, chosen
from tests.crash.points import Point

__all__ = ["main"]


def main(settings: str, code: str, choice: str, visited: str, form: str, out: str) -> None:
    """Make it, and die."""
    loaded = load(Path(settings))
    desk = Desk(loaded)
    mortal = Mortal(Path(visited), chosen(choice), code, len(desk.records(code)), shared=loaded.database)
    mortal.listen()
    made = desk.bundle(code, Path(out)) if form == "bundle" else desk.report(code, form)
    mortal.meet(Point(f"{form} made", f"{form} made"))
    sys.stdout.write(f"{made}\n")
    sys.stdout.flush()

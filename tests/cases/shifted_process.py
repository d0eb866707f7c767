"""A process whose wall clock is wrong: `python -m tests.cases.shifted_process SETTINGS CODE PERSON SECONDS`.

It approves the case's one plan as that person, and prints what came of it.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runner.clock import CLOCK
from runner.desk.cases import Desk
from runner.desk.claim import Claim
from runner.errors import RefusedError
from runner.settings import load


def main(settings: str, code: str, person: str, seconds: str) -> None:
    CLOCK.restart(lambda: datetime.now(UTC) + timedelta(seconds=float(seconds)))
    try:
        Desk(load(Path(settings))).approve(code, None, "as expected", claim=Claim(person, None))
    except RefusedError as refused:
        sys.stdout.write(refused.what)
    else:
        sys.stdout.write("approved")


if __name__ == "__main__":
    main(*sys.argv[1:])

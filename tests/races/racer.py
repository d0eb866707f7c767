"""A process that takes a case again and again, records while it has it, and now and then dies with it.

`python -m tests.races.racer STORE TURNS SEED`. It says `ready`, starts at a line on stdin, and ends after so many turns
with the case; in one of five it kills itself right after a record. What it may not have it leaves, in the words it got.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path

from runner.database.holds import holding
from runner.database.journal import Journal
from runner.database.opening import open_database
from runner.errors import CaseBusy

CASE = "amber-falcon-7"


def main(store: Path, turns: int, seed: str) -> None:
    """Race."""
    drawn, engine, had = random.Random(seed), open_database(store), 0
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    while had < turns:
        try:
            with holding(engine, CASE, store / "runner.lock") as hold:
                had += 1
                journal = Journal(engine, CASE, redact=str, hold=hold)
                journal.write("note", fence=hold.fence, pid=os.getpid())
                if drawn.random() < 0.2:
                    os.kill(os.getpid(), signal.SIGKILL)
                journal.write("note", fence=hold.fence, pid=os.getpid())
        except CaseBusy as busy:
            assert f"severance status {CASE}" in busy.remedy


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])

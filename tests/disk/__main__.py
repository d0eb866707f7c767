"""`python -m tests.disk 50 --seed 7`: fills the disk so often under runs of the shipped playbook, at records the seed chooses.

Prints each, and at the end how many were met and what was wrong; its exit code is 1 when anything was.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.disk.life import live


def main() -> int:
    """Fill it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.disk", description=__doc__)
    parser.add_argument("times", nargs="?", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--small", action="store_true", help="by the short playbook of the tests")
    given = parser.parse_args()
    _say(f"seed {given.seed}")
    met, wrong, case = 0, 0, 0
    while met < given.times:
        case += 1
        with tempfile.TemporaryDirectory(prefix="severance-disk-") as folder:
            times, found = live(Path(folder), given.times - met, f"{given.seed}/{case}", small=given.small, tell=lambda line: _say(f"  {line}"))
        met, wrong = met + times, wrong + len(found)
        _say("\n  ".join([f"case {case}: {times} times", *found]))
    _say(f"{met} times full, {wrong} wrong")
    return 1 if wrong else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

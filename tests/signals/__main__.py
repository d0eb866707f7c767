"""`python -m tests.signals 50 --seed 7`: so many of each signal, at instants that the seed chooses, of the shipped playbook.

Prints each, and at the end how many were met and what was wrong; its exit code is 1 when anything was.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.signals.life import SIGNALS, live


def main() -> int:
    """Send them; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.signals", description=__doc__)
    parser.add_argument("each", nargs="?", type=int, default=50, help="how many of each signal")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--small", action="store_true", help="by the short playbook of the tests")
    given = parser.parse_args()
    _say(f"seed {given.seed}")
    left = [number for number in SIGNALS for _ in range(given.each)]
    random.Random(given.seed).shuffle(left)
    met, wrong, case = 0, 0, 0
    while left:
        case += 1
        with tempfile.TemporaryDirectory(prefix="severance-signals-") as folder:
            lives = live(Path(folder), left, f"{given.seed}/{case}", small=given.small, tell=lambda line: _say(f"  {line}"))
        for number, _ in lives.met:
            left.remove(number)
        met, wrong = met + len(lives.met), wrong + len(lives.wrong)
        _say("\n  ".join([f"case {case}: {len(lives.met)} signals, {len(left)} to come", *lives.wrong]))
    _say(f"{met} signals, {wrong} wrong")
    return 1 if wrong else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

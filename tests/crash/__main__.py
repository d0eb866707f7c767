"""`python -m tests.crash all` kills at every point; `python -m tests.crash random 500 --seed 7` at as many of them.

Prints each point, and at the end how many deaths there were, what was done twice and what was lost; its exit code is 1
when anything was.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.crash.march import March, march

PLAYBOOK = "suspected-dprk-worker"
SHARE = 0.15  # of the points of one march, in a random run: about as many deaths a minute as a full one


def main() -> int:
    """Run what was asked for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("which", choices=("all", "random"))
    parser.add_argument("deaths", nargs="?", type=int, default=500, help="of a random run")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--services", type=int, default=2)
    given = parser.parse_args()
    _say(f"seed {given.seed}")
    marches: list[March] = []
    for number in range(10_000):
        if given.which == "all" and number == 1:
            break
        if given.which == "random" and sum(len(each.points) for each in marches) >= given.deaths:
            break
        share, seed = (1.0, "0") if given.which == "all" else (SHARE, f"{given.seed}/{number}")
        with tempfile.TemporaryDirectory(prefix="severance-crash-") as folder:
            ended = march(Path(folder), PLAYBOOK, services=given.services, share=share, seed=seed, tell=lambda point: _say(f"  {point}"))
        marches.append(ended)
        deaths = f"{len(ended.points)} deaths in {ended.seconds:.0f} s"
        _say("\n  ".join([deaths, *ended.twice, *ended.lost]))
    twice, lost = sum(len(each.twice) for each in marches), sum(len(each.lost) for each in marches)
    _say(f"{sum(len(each.points) for each in marches)} deaths, {lost} lost, {twice} done twice")
    return 1 if lost or twice else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

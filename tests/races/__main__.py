"""`python -m tests.races 200 --seed 7`: three processes race for one case, so often; some die while they have it."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.races.run import race


def main() -> int:
    """Let them race; returns 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.races", description=__doc__)
    parser.add_argument("races", nargs="?", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="severance-races-") as folder:
        taken, wrong = race(Path(folder) / "state", given.races, str(given.seed))
    sys.stdout.write("\n  ".join([f"seed {given.seed}: taken {taken} times, {len(wrong)} wrong", *wrong]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

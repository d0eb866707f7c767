"""`python -m tests.faults` lets every wrong answer meet every write of every action; `--only WORDS` those that match.

Prints a row a wrong: what the first attempt said, and what was said once the service was well again, each how often;
its exit code is 1 when anything was said that was not so, or done twice, or not at all.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conformance.case import Case
from tests.conformance.world import World
from tests.faults.kinds import KINDS, Wrong
from tests.faults.trial import Trial, impatient, meets, tried, writing


def main() -> int:
    """Run what was asked for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", default="", help="words of the wrong, or of the action, such as okta.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="severance-faults-") as folder:
        return _all(Path(folder), given.only)


def _all(folder: Path, only: str) -> int:
    cases = defaultdict[str, list[Case]](list)
    for case in writing():
        cases[case.action.partition(".")[0]].append(case)
    vendors = {name: impatient(name, folder / name) for name in cases}
    wrongs, turns = 0, itertools.count()

    def of(name: str, wrong: Wrong) -> list[Trial]:
        trials = list[Trial]()
        for case in cases[name]:
            if meets(case, wrong) and only in f"{wrong} {case}":
                world = World(vendors[name], folder / f"world-{next(turns)}")
                trials += tried(case, wrong, world)
                world.close()
        return trials

    with ThreadPoolExecutor(len(vendors)) as pool:  # what waits for a silent service waits beside the others
        for wrong in KINDS.values():
            trials = [each for found in pool.map(of, vendors, itertools.repeat(wrong)) for each in found]
            _tell(wrong, trials)
            wrongs += sum(bool(each.wrong) for each in trials)
    for each in vendors.values():
        each.close()
    _say(f"{wrongs} wrong")
    return 1 if wrongs else 0


def _tell(wrong: Wrong, trials: list[Trial]) -> None:
    if not trials:
        return
    came = Counter(each.first if each.first == each.last else f"{each.first}, then {each.last}" for each in trials)
    _say(f"{wrong}: " + "; ".join(f"{times} {what}" for what, times in came.most_common()))
    for each in trials:
        if each.wrong:
            _say(f"  {each.wrong}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

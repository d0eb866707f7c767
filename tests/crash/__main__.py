"""`python -m tests.crash all` kills at every sort of point; `python -m tests.crash random 500 --seed 7` at as many points.

Both march through both playbooks, and take the first one's case back at its end. They march through each once with
nobody killed: doors must end as they do then. They print each point, and at the end how many deaths there were, what
was done twice and what was lost; the exit code is 1 when anything was. A random run draws from every operation and
request by itself; its seed draws the same points again.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, cycle
from pathlib import Path

from tests.crash.lives import Lives
from tests.crash.march import March, march
from tests.crash.points import NOBODY, Choice
from tests.crash.rehearsals import REHEARSALS

TAKEN_BACK = "suspected-dprk-worker"
SHARE = 0.05  # of the points of one march, in a random run: about sixty deaths, and many different marches


def main() -> int:
    """Run what was asked for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("which", choices=("all", "random"))
    parser.add_argument("deaths", nargs="?", type=int, default=500, help="of a random run")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--services", type=int, default=2)
    parser.add_argument("--postgres", action="store_true", help="on a real server: each death leaves a lease of 10 s")
    parser.add_argument("--playbook", choices=tuple(REHEARSALS), help="this one only")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))  # whoever ends it ends its company as well
    names = [given.playbook] if given.playbook else list(REHEARSALS)
    _say(f"seed {given.seed}" if given.which == "random" else "every sort of point")
    with Lives() as lives:
        undisturbed = {name: _marched(lives, name, NOBODY, given) for name in names}
        marches = list(undisturbed.values())
        for name, choice in _every(names) if given.which == "all" else _random(names, given.seed):
            ended = _marched(lives, name, choice, given)
            marches.append(replace(ended, lost=[*ended.lost, *_other_doors(ended, undisturbed[name])]))
            if given.which == "random" and _deaths(marches) >= given.deaths:
                break
    return _summed_up(marches)


def _summed_up(marches: list[March]) -> int:
    twice, lost = sum(len(each.twice) for each in marches), sum(len(each.lost) for each in marches)
    seconds = sum(each.seconds for each in marches)
    _say(f"{_deaths(marches)} deaths in {len(marches)} marches, {lost} lost, {twice} done twice, {seconds:.0f} s")
    return 1 if lost or twice else 0


def _other_doors(ended: March, undisturbed: March) -> list[str]:
    other = [f"a door that did not end as undisturbed: {each}" for each in sorted({*ended.doors} ^ {*undisturbed.doors})]
    for each in other:
        _say(f"  lost: {each}")
    return other


def _every(names: list[str]) -> Iterator[tuple[str, Choice]]:
    yield from ((name, Choice()) for name in names)


def _random(names: list[str], seed: int) -> Iterator[tuple[str, Choice]]:
    for name, number in zip(cycle(names), count(), strict=False):
        yield name, Choice(by="name", share=SHARE, seed=f"{seed}/{number}")


def _marched(lives: Lives, name: str, choice: Choice, given: argparse.Namespace) -> March:
    _say(f"{name}, seed {choice.seed}" if choice.by == "name" else name)
    with tempfile.TemporaryDirectory(prefix="severance-crash-") as folder:
        ended = march(
            Path(folder),
            lives,
            REHEARSALS[name],
            choice,
            services=given.services,
            on_server=given.postgres,
            undo=name == TAKEN_BACK,
            tell=lambda point: _say(f"  {point}"),
        )
    deaths = f"{len(ended.points)} deaths in {ended.seconds:.0f} s"
    _say("\n  ".join([deaths, *(f"twice: {each}" for each in ended.twice), *(f"lost: {each}" for each in ended.lost)]))
    return ended


def _deaths(marches: list[March]) -> int:
    return sum(len(each.points) for each in marches)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

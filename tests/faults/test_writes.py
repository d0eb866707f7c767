"""Wrong answers to writes: what is said of a write is what the world says, and it is done once.

Here the lost answer meets every action, and every other wrong one action of each vendor, another for each wrong.
`python -m tests.faults` lets every wrong meet every write of every action.
"""

from __future__ import annotations

import pytest

from tests.conformance.case import Case
from tests.faults.kinds import KINDS, Wrong
from tests.faults.trial import meets, tried, writing

EVERYWHERE = ("answer lost after it was applied",)


def some() -> list[tuple[Case, Wrong]]:
    by_vendor: dict[str, list[Case]] = {}
    for case in writing():
        by_vendor.setdefault(case.action.partition(".")[0], []).append(case)
    chosen = []
    for turn, wrong in enumerate(KINDS.values()):
        here = writing() if wrong.name in EVERYWHERE else [cases[turn % len(cases)] for cases in by_vendor.values()]
        chosen += [(case, wrong) for case in here if meets(case, wrong)]
    return chosen


@pytest.mark.parametrize(("case", "wrong"), some(), ids=str)
def test_what_is_said_of_a_write_is_what_the_world_says_and_it_is_done_once(case, wrong, world):
    trials = tried(case, wrong, world)
    assert trials
    assert [each.wrong for each in trials if each.wrong] == []

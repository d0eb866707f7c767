"""An upgrade in the middle of a case: what an earlier release left is gone on with (threats.md R13).

Two stages are run to their end here, the others to where people are needed; `python -m tests.upgrade` runs all to their end.
That what is stored in an unknown format is refused aloud is for `tests/cases/test_engine.py`.
"""

from __future__ import annotations

import json

import pytest

from runner.errors import Exit
from tests.upgrade.stored import AGAIN, ARCHIVES, stored, to_the_end, wrong_after

of_every_release = pytest.mark.parametrize("archive", ARCHIVES, ids=lambda archive: archive.parent.name)


@of_every_release
@pytest.mark.parametrize("stage", ["3-lockdown", "5-done"])
def test_a_case_an_earlier_release_left_is_finished_with_nothing_lost_and_nothing_done_twice(archive, stage, tmp_path):
    with stored(archive, stage, tmp_path) as case:
        assert case.company.desk.status(case.code)[0]["outcome"] == {"3-lockdown": "doors-open", "5-done": "done"}[stage]
        made = {(each["service"], each["changed"]) for each in case.company.ledger() if each["user_agent"] == AGAIN}
        assert made == {(each["service"], each["changed"]) for each in case.before if each["changed"]} & made
        assert to_the_end(case) == []


@of_every_release
@pytest.mark.parametrize("stage", ["1-opened", "2-waiting", "4-after"])
def test_a_case_an_earlier_release_left_goes_on_to_where_people_are_needed(archive, stage, tmp_path):
    with stored(archive, stage, tmp_path) as case:
        before = case.company.records(case.code)
        run = case.company.begin(case.code, stay=False)
        out, complaint = case.company.wait(run)
        assert run.returncode in (Exit.WAITING, Exit.DOORS_OPEN), complaint or out
        asked = [each["request"] for each in json.loads(out)["waiting"]]
        assert {"1-opened": "same-person", "2-waiting": "approve-lockdown-2", "4-after": "approve-shared-shared-doors"}[stage] in asked
        assert wrong_after(case, before) == []

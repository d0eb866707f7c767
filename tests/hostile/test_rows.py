"""The corpus is whole: every row of the threat model's list has entries, and every entry has a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.corpus.entries import ALL
from tests.corpus.made import MADE

ROOT = Path(__file__).parents[2]
ROWS = range(1, 45)
ELSEWHERE = {
    "engine-row": "tests/cases/test_engine.py::test_a_row_edited_to_a_pickle_is_refused_and_its_payload_does_not_run",
}
"""Fields whose test lives with what it tests."""
BESIDES: dict[int, tuple[str, ...]] = {
    8: ("tests/language/test_golden.py",),
    11: ("tests/language/test_references.py", "tests/language/test_documents.py"),
    14: ("tests/people/test_namesakes.py",),
    15: ("tests/people/test_protected.py", "tests/proofs/test_who_may.py"),
    16: ("tests/people/test_namesakes.py::test_the_right_accounts_are_taken_and_no_other",),
    17: ("tests/test_every_action.py::test_a_bent_id_is_refused_with_nothing_sent",),
    20: ("tests/chat/test_deliveries.py",),
    21: ("tests/chat/test_barred.py", "tests/chat/test_forgeries.py"),
    22: ("tests/chat/test_forgeries.py", "tests/chat/test_malformed.py", "tests/proofs/test_changed_plan.py"),
    23: ("tests/chat/test_hostile.py",),
    27: ("tests/test_every_action.py::test_an_answer_that_sends_us_elsewhere_is_not_followed",),
    29: ("tests/hostile/test_drift.py",),
    31: ("tests/test_every_action.py::test_a_repeat_finds_it_done",),
    32: ("tests/test_secrets.py",),
    36: ("tests/evidence/test_bag.py",),
    37: ("tests/intake/test_hostile.py",),
    40: ("tests/proofs/test_hostile.py",),
    43: ("tests/test_settings.py", "tests/integrations/test_client.py"),
    44: ("tests/proofs/test_changed_plan.py::test_a_row_of_the_journal_that_was_edited_stops_every_run",),
}
"""Tests of a row beside those that read the corpus: they need a world of their own."""


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_entries(row):
    assert [each.id for each in ALL if row in each.rows]


def test_every_entry_has_a_name_of_its_own_a_row_and_something_expected():
    assert len({each.id for each in ALL}) == len(ALL)
    assert {row for each in ALL for row in each.rows} == set(ROWS)
    assert all(each.expected and each.fields for each in ALL)


def test_every_field_is_somebodys_business():
    read = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    read += (ROOT / "tests/corpus/entries.py").read_text("utf-8")
    asked = set(re.findall(r'into\("([a-z-]+)"\)', read))
    assert {field for each in ALL for field in each.fields} == asked | set(ELSEWHERE)


def test_everything_that_is_made_is_asked_for():
    assert {name for name in MADE if not name.startswith("mail/")} <= {each.make for each in ALL}


@pytest.mark.parametrize("place", sorted({*ELSEWHERE.values(), *(each for several in BESIDES.values() for each in several)}))
def test_what_is_pointed_at_is_there(place):
    file, _, name = place.partition("::")
    text = (ROOT / file).read_text("utf-8")
    assert f"def {name}(" in text if name else "def test_" in text

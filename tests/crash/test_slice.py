"""A slice of `python -m tests.crash all`: the deaths that told most, in both playbooks."""

from __future__ import annotations

import pytest

from tests.crash.lives import Lives
from tests.crash.march import march
from tests.crash.points import Choice
from tests.crash.rehearsals import REHEARSALS

DEATHS = {
    "suspected-dprk-worker": (
        "item half written",
        "a person's approval.given approve-lockdown",
        "answered after/ticket/jira.open_issue@jira",
        "page.sent now mail",
        "approval.used approve-shared-shared-doors",
        "ask.closed accept-inferred",
        "bundle data/journal.jsonl half written",
        "report report.html half written",
    ),
    "post-termination-extortion": (
        "before a person's task.done",
        "link.confirmed",
        "sent residue-lockdown/residue-doors/github.remove_member@github",
        "answered page/asked@pager",
        "bundle itself renamed",
        "bundle made",
        "report timeline.csv renamed",
    ),
}


@pytest.mark.parametrize(
    "playbook", ["suspected-dprk-worker", pytest.param("post-termination-extortion", marks=pytest.mark.long)]
)
def test_nothing_is_lost_and_nothing_is_done_twice(tmp_path, playbook):
    with Lives() as lives:
        ended = march(tmp_path, lives, REHEARSALS[playbook], Choice(only=DEATHS[playbook]), tell=lambda _: None)
    assert (ended.lost, ended.twice) == ([], [])
    assert {chosen for chosen, _ in ended.points} == set(DEATHS[playbook])

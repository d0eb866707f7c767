"""Cases on a real PostgreSQL, run by worker processes that die, freeze and wake, as their users start them."""

from __future__ import annotations

import os
import signal

import pytest

from tests.fleet.conftest import kill


def test_a_case_whose_worker_dies_with_its_run_is_finished_by_another_and_nothing_is_done_twice(fleet):
    code = fleet.open()
    first = fleet.worker()
    fleet.until(lambda: fleet.runs(code))
    fleet.people(code)
    second = fleet.worker()
    fleet.until(lambda: fleet.records(code, "write.intent"))
    kill(first.pid)  # a machine that goes dark takes the worker and its runs
    kill(fleet.runs(code)[0])
    fleet.until_done(code)
    assert len(fleet.runs(code)) > 1
    assert second.poll() is None
    assert fleet.whole(code)
    assert fleet.twice() == []


@pytest.mark.long
def test_a_run_that_froze_and_wakes_after_another_took_its_case_writes_nothing_more(fleet):
    code = fleet.open()
    fleet.worker()
    fleet.people(code)
    fleet.until(lambda: fleet.records(code, "item.kept"))
    frozen = fleet.runs(code)[0]
    os.kill(frozen, signal.SIGSTOP)
    try:
        fleet.worker()
        fleet.until_done(code)
        ended = len(fleet.records(code))
    finally:
        os.kill(frozen, signal.SIGCONT)
    log = fleet.settings.store_folder / "cases" / code / "run.log"
    fleet.until(lambda: "another runner has taken this case over" in log.read_text())
    assert len(fleet.records(code)) == ended
    assert fleet.whole(code)
    assert fleet.twice() == []

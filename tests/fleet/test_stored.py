"""A run stored in another format is told from the database alone, whichever it is; and so is who has a case."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from runner.database.holds import held, holding
from runner.database.stored import strange_runs
from tests.cases.test_engine import DIAMOND
from tests.fleet.test_holds import CASE, other, taken  # noqa: F401  a fixture

ROOT = Path(__file__).parents[2]


def test_a_run_of_another_format_is_told_until_it_has_ended(database, store, url):
    assert strange_runs(database) == {}  # nothing was ever run
    words = json.dumps({"run": f"{CASE}/quiet", "nodes": DIAMOND, "server": url, "hang": ["ask"]})
    with subprocess.Popen(
        [sys.executable, "-m", "tests.cases.engine_process", str(store), words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout.readline().strip() == "hanging ask"
        run.kill()
    assert strange_runs(database) == {}
    table = "dbos.workflow_status" if url else "workflow_status"

    def becomes(column, value):
        with database.begin() as connection:
            assert connection.execute(sa.text(f"update {table} set {column} = '{value}'")).rowcount == 1

    becomes("application_version", "phase-0")
    assert strange_runs(database) == strange_runs(database, CASE) == {CASE: "phase-0"}
    assert strange_runs(database, "amber-falcon-70") == {}
    becomes("status", "SUCCESS")
    assert strange_runs(database) == {}


def test_that_somebody_has_a_case_is_seen_by_everybody_and_taken_from_nobody(database, store, other):  # noqa: F811
    assert held(database, CASE, store / "runner.lock")
    assert held(database, CASE, store / "runner.lock")
    assert not held(database, "slate-otter-9", store / "other.lock")
    other.kill()
    taken(database, store)  # once its lease has run out; and given back
    assert not held(database, CASE, store / "runner.lock")
    with holding(database, CASE, store / "runner.lock"):
        assert held(database, CASE, store / "runner.lock")

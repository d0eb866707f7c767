from __future__ import annotations

import base64
import json
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from runner.cases.engine import FORMAT

ROOT = Path(__file__).parents[2]
DIAMOND = {"find": [], "keep": ["find"], "ask": ["keep"], "close": ["keep", "ask"]}


class Process:
    """One process of `engine_process.py`."""

    def __init__(self, folder, run, nodes=None, **given):
        words = json.dumps({"run": run, "nodes": nodes, **given})
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.cases.engine_process", str(folder), words],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.pid = self.process.pid

    def line(self):
        return self.process.stdout.readline().strip()

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        self.process.communicate()

    def end(self):
        """Wait for the end; return what it says, or None and what it complained of."""
        try:
            out, err = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        return (json.loads(out.splitlines()[-1]) if self.process.returncode == 0 else None), err


@pytest.fixture
def store(tmp_path):
    return tmp_path / "state"


def ran(store, run="amber-falcon-7/quiet"):
    lines = [line.split() for line in (store / "ran").read_text().splitlines()]
    return [(int(pid), node) for pid, name, node in lines if name == run]


def rows(store, query):
    with closing(sqlite3.connect(store / "severance.db")) as database:
        return database.execute(query).fetchall()


def killed_in(store, node, nodes, **given):
    """Run until a node hangs, and kill the process there."""
    process = Process(store, "amber-falcon-7/quiet", nodes, hang=[node], **given)
    assert process.line() == f"hanging {node}"
    process.kill()
    return process


def test_steps_of_a_killed_process_are_not_run_again_and_the_unfinished_ones_are(store):
    first = killed_in(store, "ask", DIAMOND)
    second = Process(store, "amber-falcon-7/quiet", DIAMOND)
    said, _ = second.end()
    assert ran(store) == [
        *((first.pid, node) for node in ("find", "keep", "ask")),
        *((second.pid, node) for node in ("ask", "close")),
    ]
    assert said["result"]["close"] == {"by": "close", "saw": {"ask": "ask", "find": "find", "keep": "keep"}}


def test_a_phase_that_is_through_is_told_and_not_run_again(store):
    told = [Process(store, "amber-falcon-7/quiet", DIAMOND).end()[0]["result"] for _ in range(2)]
    assert told[0] == told[1]
    assert len(ran(store)) == len(DIAMOND)


def test_the_order_in_which_parallel_steps_end_decides_nothing(store):
    names = ["one", "two", "three", "four"]
    nodes = {**{name: [] for name in names}, "last": names}
    slow = {"one": 0.12, "two": 0.06, "three": 0.0, "four": 0.03}
    killed_in(store, "last", nodes, slow=slow)
    said, complaint = Process(store, "amber-falcon-7/quiet", nodes, slow={"four": 0.1}).end()
    assert said, complaint
    assert said["result"]["last"]["saw"] == {name: name for name in sorted(names)}
    assert [node for _, node in ran(store)].count("last") == 2
    assert len(ran(store)) == 6


class Payload:
    """What an attacker would put into a row."""

    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return (os.mkdir, (self.target,))


@pytest.mark.parametrize("table", ["workflow_status", "operation_outputs"])
def test_a_row_edited_to_a_pickle_is_refused_and_its_payload_does_not_run(store, tmp_path, table):
    killed_in(store, "ask", DIAMOND)
    payload = base64.b64encode(pickle.dumps(Payload(tmp_path / "owned"))).decode()
    column = {"workflow_status": "inputs", "operation_outputs": "output"}[table]
    with closing(sqlite3.connect(store / "severance.db")) as database, database:
        edit = f"UPDATE {table} SET serialization = 'py_pickle', {column} = ?"
        assert database.execute(edit, (payload,)).rowcount
    process = Process(store, "amber-falcon-7/quiet", DIAMOND)
    said, complaint = process.end()
    assert not (tmp_path / "owned").exists()
    assert said is None
    assert "pickled row" in complaint or "not as it was written" in complaint
    assert {pid for pid, _ in ran(store)} != {process.pid}


def test_a_run_stored_in_another_format_is_refused_by_name_and_goes_on_with_the_version_that_reads_it(store):
    """The engine would leave it in its queue for ever, and say nothing (threats.md F5)."""

    def stored_as(form):
        with closing(sqlite3.connect(store / "severance.db")) as database, database:
            assert database.execute("UPDATE workflow_status SET application_version = ?", (form,)).rowcount

    killed_in(store, "ask", DIAMOND)
    stored_as("phase-99")
    process = Process(store, "amber-falcon-7/quiet", DIAMOND)
    said, complaint = process.end()
    assert said is None
    assert "phase-99" in complaint
    assert FORMAT in complaint
    assert process.pid not in {pid for pid, _ in ran(store)}
    stored_as(FORMAT)
    said, complaint = Process(store, "amber-falcon-7/quiet", DIAMOND).end()
    assert said, complaint


def test_nothing_in_the_database_is_a_pickle(store):
    Process(store, "amber-falcon-7/quiet", DIAMOND).end()
    formats = rows(
        store,
        "SELECT serialization FROM workflow_status UNION ALL SELECT serialization FROM operation_outputs",
    )
    assert {name for (name,) in formats} == {"portable_json"}


def test_a_run_belongs_to_our_own_version_and_to_an_executor_nobody_else_is(store):
    said = [Process(store, f"amber-falcon-7/{phase}", DIAMOND).end()[0] for phase in ("quiet", "after")]
    stored = rows(store, "SELECT application_version, executor_id FROM workflow_status ORDER BY created_at")
    assert stored == [(FORMAT, each["executor"]) for each in said]
    assert said[0]["executor"] != said[1]["executor"]


def test_a_process_that_merely_launches_never_takes_over_anothers_run_living_or_dead(store):
    running = Process(store, "amber-falcon-7/quiet", DIAMOND, hang=["ask"])
    assert running.line() == "hanging ask"
    bystander = Process(store, None)
    assert bystander.line().startswith("launched ")
    other, complaint = Process(store, "umber-wren-31/quiet", DIAMOND).end()
    assert other, complaint
    running.kill()
    after_the_death = Process(store, None)
    assert after_the_death.line().startswith("launched ")
    Process(store, "umber-wren-31/after", DIAMOND).end()
    for each in (bystander, after_the_death):
        each.process.communicate("", timeout=60)
    assert {pid for pid, _ in ran(store)} == {running.pid}

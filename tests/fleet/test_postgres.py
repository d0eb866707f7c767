"""The journal and the engine on a real PostgreSQL server, and when it goes away."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runner.database.heads import Heads
from runner.database.journal import Entry, Journal
from runner.database.opening import Server, open_database
from runner.errors import StorageError
from runner.evidence.chain import broken
from tests import postgres
from tests.cases.test_engine import DIAMOND

CASE, ROOT = "amber-falcon-7", Path(__file__).parents[2]
on_postgres = pytest.mark.parametrize("url", ["postgres"], indirect=True)


@on_postgres
def test_processes_and_threads_that_append_at_once_leave_one_whole_chain(database, store, url):
    program = (
        "import sys; from pathlib import Path; from runner.database.opening import Server, open_database;"
        "from runner.database.journal import Journal;"
        f"journal = Journal(open_database(Path(sys.argv[1]), Server(sys.argv[2])), '{CASE}', redact=str);"
        "[journal.write('note', number=number) for number in range(30)]"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, str(store), url], cwd=ROOT) for _ in range(2)]
    mine = Journal(database, CASE, redact=str)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: mine.append(Entry("note", {"number": number})), range(40)))
    assert [each.wait(60) for each in writers] == [0, 0]
    assert broken(mine.read()) is None
    assert Heads(database).now() == {CASE: 100}


@on_postgres
def test_an_append_outlives_connections_that_the_server_ends(database):
    journal = Journal(database, CASE, redact=str)
    stop, some_more = threading.Event(), threading.Semaphore(0)

    def nemesis():
        while not stop.is_set():
            some_more.acquire()
            postgres.server().psql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'severance' AND pid <> pg_backend_pid()"
            )

    enemy = threading.Thread(target=nemesis)
    enemy.start()
    try:
        for number in range(60):
            journal.write("note", number=number)
            if number % 5 == 0:
                some_more.release()
    finally:
        stop.set()
        some_more.release()
        enemy.join()
    records = journal.read()
    assert [each["data"]["number"] for each in records] == list(range(60))
    assert broken(records) is None


def test_a_server_that_is_away_is_said_with_what_to_do(store):
    nobody = tempfile.mkdtemp()
    with pytest.raises(StorageError) as away:
        open_database(store, Server(f"postgresql://postgres@/store?host={nobody}"))
    assert nobody in away.value.where
    assert "database server" in away.value.remedy


@on_postgres
def test_a_phase_that_was_killed_goes_on_in_another_process_and_finished_steps_are_not_run_again(store, url):
    def process(**given):
        words = json.dumps({"run": "amber-falcon-7/quiet", "nodes": DIAMOND, "server": url, **given})
        return subprocess.Popen(
            [sys.executable, "-m", "tests.cases.engine_process", str(store), words],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    with process(hang=["ask"]) as first:
        assert first.stdout.readline().strip() == "hanging ask"
        first.kill()
    with process() as second:
        result = json.loads(second.communicate(timeout=60)[0].splitlines()[-1])["result"]
    ran = [line.split()[2] for line in (store / "ran").read_text().splitlines()]
    assert ran == ["find", "keep", "ask", "ask", "close"]
    assert result["close"]["saw"] == {"ask": "ask", "find": "find", "keep": "keep"}

"""Runners on several machines together keep within what a service allows."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from runner.actions.gate import Gate
from runner.database.budgets import BURST_S, Budget

ROOT = Path(__file__).parents[2]
SPENDER = """
import sys, time
from pathlib import Path
from runner.database.budgets import Budget
from runner.database.opening import Server, open_database
server = Server(sys.argv[2]) if sys.argv[2] else None
budget = Budget(open_database(Path(sys.argv[1]), server), "okta", 1200)
sys.stdin.readline()
for _ in range(60):
    budget.spend(waits=True)
print(time.time())
"""


def test_three_processes_together_send_no_more_than_the_service_allows(database, store, url):
    """1,200 a minute is 20 a second: 180 requests, less the burst, take four seconds at the least."""
    spenders = [
        subprocess.Popen(
            [sys.executable, "-c", SPENDER, str(store), url], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    began = time.time()
    for each in spenders:
        each.stdin.write("now\n")
        each.stdin.flush()
    ended = max(float(each.communicate(timeout=60)[0]) for each in spenders)
    assert ended - began >= (180 - 20 * BURST_S - 3 * 20) / 20


def test_a_write_waits_for_nobody_and_what_it_took_is_missing_to_the_next_read(database):
    waited: list[float] = []
    budget = Budget(database, "okta", 60, waited.append)
    gate = Gate((), lambda waits: budget.spend(waits=waits))
    with gate.opened():
        for _ in range(30):
            gate.check("POST", "/api/v1/users/1/lifecycle/suspend")
    assert waited == []
    for _ in range(2):
        gate.check("GET", "/api/v1/users/1")
    assert sum(waited) > 30 - BURST_S - 5


def test_what_one_runner_is_told_to_wait_all_wait(database):
    waited: list[float] = []
    Budget(database, "okta", 600).limited(30.0)
    Budget(database, "okta", 600, waited.append).spend(waits=True)
    assert [round(each + BURST_S) for each in waited] == [30]
    Budget(database, "github", 600, waited.append).spend(waits=True)
    assert len(waited) == 1


def test_a_clock_that_is_set_back_holds_no_reader_for_as_long(database):
    waited: list[float] = []
    Budget(database, "okta", 600).limited(86_400.0)
    Budget(database, "okta", 600, waited.append).spend(waits=True)
    assert waited == []

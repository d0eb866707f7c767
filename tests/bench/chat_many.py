"""A thousand open cases in one store: how long a person waits for what they press or type, beside a single case.

All are the same case, recorded under other names as a run would have left it: it asks people, and nobody runs it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from runner.database.journal import Entry
from runner.desk.office import Office
from tests.bench.chat_acts import OUTSIDERS, Act, Case
from tests.bench.chat_house import House
from tests.bench.chat_lab import lab
from tests.bench.table import Row

__all__ = ["rows", "waits"]

CASES, TIMES, SERVICES, COMPRESS = 1_000, 9, 2, 1


def rows(folder: Path) -> Iterator[Row]:
    """Measure one case, then many. folder: a new one."""
    alone, many = waits(folder / "one", 1, TIMES), waits(folder / "many", CASES, TIMES)
    for what, took in many.items():
        yield Row(f"{what}, {CASES} open cases (median of {TIMES}, most)", _told(took), _told(alone[what]), "printed")


def waits(folder: Path, cases: int, times: int) -> dict[str, list[float]]:
    """Return the milliseconds until an answer, by what was done."""
    with lab(folder, SERVICES, 0, COMPRESS) as process:
        house = House(process)
        with house.serving():
            house.waiting(case := house.open())
        _repeat(house, case.code, cases - 1)
        with house.serving():
            return {what: process.answered([act] * times) for what, act in _acts(case).items()}


def _repeat(house: House, code: str, times: int) -> None:
    """Record the same case under other names: each is a case of its own, which nobody runs."""
    office = Office(house.settings)
    left_out = ("run.", "stop.")  # who ran it, and was stopped with the chat: it would be run again
    records = json.dumps([each for each in office.records(code) if not each["kind"].startswith(left_out)])

    def again(number: int) -> None:
        name = f"copied-case-{number}"
        office.folder(name)
        told = json.loads(records.replace(code, name))
        office.journal(name).append(*[Entry(each["kind"], each["data"]) for each in told])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(again, range(times)))
    assert not any(office.case(name).interrupted for name in office.codes() if name != code)
    office.database.dispose()


def _acts(case: Case) -> dict[str, Act]:
    who = case.allowed[0]
    return {
        "a press, answered": Act("press", who, what="brief", value=case.code, channel=case.channel),
        "a command about one case, answered": Act("command", who, what=f"status {case.code}"),
        "a press of somebody who may not, answered": Act("press", OUTSIDERS[0], what="brief", value=case.code),
        "help, which looks at every case, answered": Act("command", who, what="help"),
    }


def _told(took: list[float]) -> str:
    return f"{median(took):.0f} ms, {max(took):.0f} ms"

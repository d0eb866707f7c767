"""Linking one person with files about everybody: time, memory, growth; and how often it is right.

Each size runs in a process of its own, so that its peak memory is its own. The baseline reads the same file
once with `csv` and keeps a dictionary of every value, which the product never does. Whether it is right is
tried on an invented company in which everybody who is proposed is confirmed: the worst people could do.
"""

from __future__ import annotations

import csv
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from runner.actions.values import Account, Json
from runner.people.links.scoring import propose
from runner.people.links.searching import own_rows, search
from runner.people.links.sightings import FILES, token_of
from runner.people.links.tables import Table
from tests.bench import people
from tests.bench.table import Row, python, seconds, timed

__all__ = ["rows"]

SEED = 20_261_125
SMALL, LARGE = 10_000, 100_000
COMPANY, OPERATORS, INNOCENT = 5_000, 20, 200


def rows() -> Iterator[Row]:
    """Measure a small and a large file, then judge the invented company."""
    small, large = (
        json.loads(python("-m", "tests.bench.linking", str(size)).stdout) for size in (SMALL, LARGE)
    )
    size = f"{LARGE} people, {len(people.COLUMNS)} observations each"
    yield Row(
        f"links.compare of one person ({size})", f"{large['compare_s']:.2f} s",
        f"{large['bare_s']:.2f} s, a bare loop into a dictionary", "<= 20 s",
    )  # fmt: skip
    yield Row(
        f"sweep from one person until nothing new ({large['hops']} hops, {size})", f"{large['sweep_s']:.2f} s",
        f"{large['hops'] * large['bare_s']:.2f} s, as many bare loops", "<= 20 s",
    )  # fmt: skip
    yield Row(
        f"peak memory of both ({size})", f"{large['peak_mib']:.0f} MiB", f"{large['bare_peak_mib']:.0f} MiB with the dictionary",
        "<= 2048 MiB",
    )  # fmt: skip
    ratio, bare_ratio = (large[key] / small[key] for key in ("compare_cpu_s", "bare_cpu_s"))
    yield Row(
        f"links.compare, {LARGE} people against {SMALL}, processor time",
        f"{ratio:.1f} x",
        f"{bare_ratio:.1f} x",
        "<= 12 x",
    )
    yield from _right()


def _right() -> Iterator[Row]:
    """Sweep from one persona of each operator, and from innocent people; count who is proposed."""
    company = people.company(COMPANY, OPERATORS, SEED)
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder:
        path = Path(folder, "everybody.csv")
        people.write(path, company.people)
        found = {personas: sweep(path, personas[0])[0] for personas in company.operators}
        known = {name for personas in company.operators for name in personas}
        honest = chance.sample(sorted(company.people.keys() - known), INNOCENT)
        accused = sum(bool(sweep(path, name)[0]) for name in honest)
    right = sum(len(names & set(personas)) for personas, names in found.items())
    wrong = sum(len(names - set(personas)) for personas, names in found.items())
    there = sum(len(personas) - 1 for personas in company.operators)
    setting = f"{COMPANY} people, {OPERATORS} operators, seed {SEED}"
    named = f"{right} of {right + wrong} proposed"
    naive, naive_wrong = _any_value(company)
    yield Row(
        f"precision ({setting})", f"{right / max(right + wrong, 1):.3f}, {named}",
        f"{naive / max(naive + naive_wrong, 1):.3f}, whoever shares any value", "printed",
    )  # fmt: skip
    yield Row(
        f"recall ({setting})", f"{right / there:.3f}, {right} of {there} personas", f"{naive / there:.3f}, whoever shares any value",
        "printed",
    )  # fmt: skip
    yield Row(f"innocent people for whom anybody is proposed (of {INNOCENT})", str(accused), "-", "printed")


def _any_value(company: people.Company) -> tuple[int, int]:
    """Return how many personas and how many others share any value with the first of each operator."""
    right = wrong = 0
    for personas in company.operators:
        values = set(company.people[personas[0]].items())
        shares = {name for name, row in company.people.items() if not values.isdisjoint(row.items())} - {
            personas[0]
        }
        right, wrong = right + len(shares & set(personas)), wrong + len(shares - set(personas))
    return right, wrong


def sweep(path: Path, name: str) -> tuple[set[str], int]:
    """Compare, take everybody proposed as confirmed, and compare again until nothing is new.

    Returns the names found, and how many comparisons it took. In the product every such step takes two people.
    """
    known = {name}
    hops = 0
    while True:
        hops += 1
        fresh = compare(path, known)
        if not fresh - known:
            return known - {name}, hops
        known |= fresh


def compare(path: Path, names: set[str]) -> set[str]:
    """Return who is proposed as the same person as these, by the steps of `links.compare`."""
    table = Table(path.name, "5e" * 32, partial(path.open, "rb"))
    accounts = [Account(FILES, name, name, {"staff_id": name}) for name in names]
    own = own_rows([table], accounts)
    assert table.troubles == []
    found = search([table], {token for each in own if (token := token_of(each.observation))})
    return {each.accounts[0].id for each in propose(accounts, own, found.seen, found.crowded)}


def bare(path: Path) -> dict[str, list[str]]:
    """Read the file once and index every value of everybody."""
    index: dict[str, list[str]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.reader(file):
            for cell in row[1:]:
                index.setdefault(cell, []).append(row[0])
    return index


def measure(size: int) -> Json:
    """Return what one size takes, measured in this process; ours first, so that the peak is ours."""
    with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder:
        path = Path(folder, "everybody.csv")
        subject = _write(path, size)
        compare_s = timed(3, lambda: compare(path, {subject}))[0]
        compare_cpu_s = _processor_s(lambda: compare(path, {subject}))
        took: list[int] = []
        sweep_s = seconds(lambda: took.append(sweep(path, subject)[1]))
        peak = _peak_mib()
        bare_s = timed(3, lambda: bare(path))[0]
        bare_cpu_s = _processor_s(lambda: bare(path))
    return {
        "compare_s": compare_s, "sweep_s": sweep_s, "hops": took[0], "bare_s": bare_s, "peak_mib": peak,
        "bare_peak_mib": _peak_mib(), "compare_cpu_s": compare_cpu_s, "bare_cpu_s": bare_cpu_s,
    }  # fmt: skip


def _write(path: Path, size: int) -> str:
    """Write the file from a process of its own: inventing a company must not count as our memory.

    Returns the persona who shares most, so that a sweep has something to follow.
    """
    code = (
        "import sys; from pathlib import Path; from tests.bench import people; "
        f"made = people.company({size}, {OPERATORS}, {SEED}); people.write(Path(sys.argv[1]), made.people); "
        "print(people.busiest(made))"
    )
    return python("-c", code, str(path)).stdout.strip()


def _processor_s(do: Callable[[], object]) -> float:
    """Return the least processor time of three goes: growth must not depend on who else is at work."""
    took = []
    for _ in range(3):
        began = time.process_time()
        do()
        took.append(time.process_time() - began)
    return min(took)


def _peak_mib() -> float:
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes there, kilobytes on Linux
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]))))

"""Every part of the benchmarks still runs, in its smallest form, and measures what happened; how long is no matter here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import (
    chat_broken,
    doors,
    engine,
    fleet,
    keeping,
    linking,
    linting,
    lockdown,
    overhead,
    peers,
    phases,
    start,
    takeover,
    waiting,
)
from tests.bench.__main__ import PARTS
from tests.bench.peers.contestants import CONTESTANTS, Contestant
from tests.bench.peers.environments import Environment
from tests.bench.table import MARKS, ROOT, Row, put_into, tables

QUICK_MS = 10.0


def linted(_: Path, smaller) -> None:
    smaller(linting, FILES=2)
    assert len([*linting.rows()]) == 1


def stepped(_: Path, smaller) -> None:
    assert "ms" in next(engine.rows()).ours


def weighed(folder: Path, smaller) -> None:
    smaller(overhead, STEPS=2, TIMES=1)
    assert [row.baseline.split(", ")[1] for row in overhead.rows()] == ["plain asyncio"] * 4


def started(folder: Path, smaller) -> None:
    smaller(start, TIMES=1)
    helped, loaded = start._help(folder / "empty.py")
    assert (loaded.ours, helped.target) == ("none", "<= 1.2 x")
    assert start._launch(folder / "lab").ours.endswith(" s")


def linked(_: Path, smaller) -> None:
    smaller(linking, SMALL=500, LARGE=1000, COMPANY=100, OPERATORS=1, INNOCENT=1)
    assert len([*linking.rows()]) == 7


def locked_down(_: Path, smaller) -> None:
    smaller(lockdown, SERVICES=1, LATENCY_MS=QUICK_MS)
    *_, outcome = lockdown.rows()
    assert outcome.ours == "done, 0 duplicate writes"


def closed(_: Path, smaller) -> None:
    ours, bare = doors.measured(2, QUICK_MS, 1)
    assert min(ours.window_ms, bare.window_ms) >= 2 * QUICK_MS


def raced(folder: Path, smaller) -> None:
    *_, bare = CONTESTANTS  # the only one that is quick; severance's own way is that of `closed`
    for run in peers.raced(bare, 2, QUICK_MS, 2):
        assert QUICK_MS / 1000 <= run.window_s < run.last_closed_s < run.last_answer_s < run.wall_s


def waited(folder: Path, smaller) -> None:
    smaller(waiting, CASES=3, SECONDS=1.0, _LOOK_S=0.5, _LOOKS=1, _QUIET_PERCENT=1000, FETCHED_EVERY_S=0.5, DATABASES={"SQLite": str})
    memory, percent, counting = waiting.rows()
    assert memory.ours.endswith("MiB")
    assert {percent.ours[-1], counting.ours[-1]} == {"%"}


def served(_: Path, smaller) -> None:
    assert fleet.a_minute(1, 1, "SQLite") > 0


def taken_over(_: Path, smaller) -> None:
    [wait] = takeover.taken_over(1)
    assert wait > 0


def phased(_: Path, smaller) -> None:
    smaller(phases, LATENCY_MS=0)
    assert set(phases.PARTS) < set(phases._measured(["okta"]))


def kept(_: Path, smaller) -> None:
    smaller(keeping, SMALL=1000, LARGE=2000, TIMES=1)
    rate, memory = keeping.rows()
    assert rate.target.startswith(">=")
    assert "MiB" in memory.ours


def broke(folder: Path, smaller) -> None:
    found = chat_broken.broken(folder / "chat", 200)
    assert (found.effects, found.tracebacks, found.alive) == ([], 0, True)


SMALLEST = {
    "linting": linted, "engine": stepped, "overhead": weighed, "start": started, "linking": linked, "lockdown": locked_down,
    "doors": closed, "peers": raced, "waiting": waited, "fleet": served, "takeover": taken_over,
    "phases": phased, "keeping": kept, "chat": broke,
}  # fmt: skip


@pytest.fixture
def smaller(monkeypatch):
    """Give a part smaller sizes than it is measured with."""

    def made(part, **sizes):
        for name, size in sizes.items():
            monkeypatch.setattr(part, name, size)

    return made


def test_every_part_has_a_smallest_form():
    assert set(SMALLEST) == set(PARTS)


LONG = {"chat", "doors", "lockdown", "phases"}


@pytest.mark.parametrize("part", [pytest.param(each, marks=pytest.mark.long if each in LONG else ()) for each in SMALLEST])
def test_the_smallest_form_of_a_part_runs(part, tmp_path, smaller):
    SMALLEST[part](tmp_path, smaller)


def test_a_peer_that_cannot_be_installed_is_named_as_such(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "cache").write_text("no folder")
    standing = peers._standing(Contestant("Nobody", CONTESTANTS[0].prepare, Environment("nobody")), 12, 1)
    assert "Nobody: not installed" in standing.contestant
    assert {standing.window, standing.first_request, standing.last_closed, standing.wall} == {"-"}


def test_tables_of_several_kinds_go_between_the_marks_of_a_page_and_nothing_else_changes(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{MARKS[0]}\nold\n{MARKS[1]}\nafter\n")
    rows = [Row("a", "1 ms", "2 ms", "-"), peers.Standing("b", "3 ms", "4 s", "5 s", "6 s", "7 s")]
    put_into(page, tables(rows, markdown=True))
    before, first, second = page.read_text().partition(f"\n{MARKS[1]}\nafter\n")[0].replace(MARKS[0] + "\n", "\n").split("\n\n")
    assert before == "before"
    assert first.splitlines()[2] == "| a | 1 ms | 2 ms | - |"
    assert second.splitlines()[2] == "| b | 3 ms | 4 s | 5 s | 6 s | 7 s |"
    assert page.read_text().endswith(f"\n{MARKS[1]}\nafter\n")


def test_the_readme_has_a_place_for_what_is_measured():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [text.count(mark) for mark in MARKS] == [1, 1]
    assert "python -m tests.bench --into README.md speed" in text

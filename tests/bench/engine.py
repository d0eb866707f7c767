"""A no-op step of the durable engine on SQLite, beside one fsynced commit on the same disk."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from runner.cases.engine import Engine
from runner.cases.phase import Node
from runner.database.opening import open_database
from tests.bench.table import Row, python, seconds

__all__ = ["rows"]

STEPS = 200


def rows() -> Iterator[Row]:
    """Run a phase of steps that do nothing, in a process of its own, then as many commits."""
    with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder:
        ours = float(python("-m", "tests.bench.engine", folder).stdout)
        commit = commits(Path(folder, "baseline.db"))
    yield Row(f"engine, a no-op step (of {STEPS} in a chain)", f"{ours:.2f} ms", f"{commit:.2f} ms a commit", "printed")


def commits(path: Path) -> float:
    """Return the milliseconds of one commit of one row: WAL, synchronous FULL, as the journal's."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, body TEXT)")

    def insert() -> None:
        for _ in range(STEPS):
            connection.execute("INSERT INTO t (body) VALUES ('a step that did nothing')")

    took = seconds(insert)
    connection.close()
    return took * 1000 / STEPS


async def phase(folder: Path) -> float:
    """Return the milliseconds of one step, each after the one before."""
    engine = Engine(open_database(folder / "state"))
    engine.launch()
    loop = asyncio.get_running_loop()
    await engine.run("bench/warm", lambda: nodes(1))
    began = loop.time()
    await engine.run("bench/steps", lambda: nodes(STEPS))
    return (loop.time() - began) * 1000 / STEPS


def nodes(count: int) -> list[Node]:
    """Return steps that do nothing, each after the one before."""

    async def nothing(_results: object) -> None:
        return None

    return [Node(f"step-{at}", (f"step-{at - 1}",) if at else (), nothing) for at in range(count)]


if __name__ == "__main__":
    sys.stdout.write(str(asyncio.run(phase(Path(sys.argv[1])))))
    sys.stdout.flush()
    os._exit(0)  # the engine's threads are not ours to wait for

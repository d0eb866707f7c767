"""What durability costs a step, on SQLite and on PostgreSQL, beside plain asyncio in the same process.

A chain of steps that do nothing, each after the one before: through the engine alone (one row a step), and as a case
has them (the engine's row, and a journalled, sealed record when a step starts and when it ends). The baseline is
the same chain of asyncio tasks, which remembers nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from runner.cases.engine import Engine
from runner.cases.phase import Node
from runner.database.journal import Journal
from runner.desk.office import Office
from runner.settings import load
from tests.bench.databases import DATABASES
from tests.bench.doored_company import founded
from tests.bench.table import Row, python

__all__ = ["chain", "rows"]

STEPS, TIMES = 200, 3
_NOBODY = "http://127.0.0.1:9"  # no service is asked


def rows() -> Iterator[Row]:
    """Yield two rows a database."""
    for name, made in DATABASES.items():
        with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder:
            settings = founded(Path(folder, "company"), _NOBODY, 1, made())
            told = [json.loads(python("-m", "tests.bench.overhead", str(settings), str(STEPS)).stdout) for _ in range(TIMES)]
        engine, case, plain = (statistics.median(each[part] for each in told) for part in ("engine", "case", "plain"))
        asyncio_alone = f"{plain:.3f} ms, plain asyncio"
        yield Row(f"a no-op step of the engine, {name} (of {STEPS} in a chain)", f"{engine:.2f} ms", asyncio_alone, "printed")
        yield Row(f"the same with its two records in the journal, {name}", f"{case:.2f} ms", asyncio_alone, "printed")


async def chain(database: sa.Engine, steps: int) -> dict[str, float]:
    """Return the milliseconds of one step: of the engine, as a case has it, and of plain asyncio."""
    engine, journal = Engine(database), Journal(database, f"bench-{os.getpid()}", redact=str)
    engine.launch()

    async def nothing() -> None:
        return None

    async def recorded() -> None:
        journal.write("step.started", step="bench")
        journal.write("step.finished", step="bench")

    async def run(body: Callable[[], object], count: int) -> None:
        await engine.run(f"{journal.case}/{body.__name__}-{count}", lambda: _nodes(body, count))

    await run(recorded, 1)  # first connections, first statements
    return {
        "engine": await _each_ms(run(nothing, steps), steps),
        "case": await _each_ms(run(recorded, steps), steps),
        "plain": await _each_ms(_plain(nothing, steps), steps),
    }


async def _each_ms(doing: object, steps: int) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await doing
    return (loop.time() - began) * 1000 / steps


def _nodes(body: Callable[[], object], count: int) -> list[Node]:
    return [
        Node(f"step-{at}", (f"step-{at - 1}",) if at else (), lambda _results: body()) for at in range(count)
    ]


async def _plain(body: Callable[[], object], count: int) -> None:
    async def after(before: asyncio.Task[None] | None) -> None:
        if before:
            await before
        await body()

    last: asyncio.Task[None] | None = None
    for _ in range(count):
        last = asyncio.ensure_future(after(last))
    await last


if __name__ == "__main__":
    found = asyncio.run(chain(Office(load(Path(sys.argv[1]))).database, int(sys.argv[2])))
    sys.stdout.write(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)  # the engine's threads are not ours to wait for

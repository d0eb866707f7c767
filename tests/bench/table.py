"""One row a figure: ours, a baseline of the same run, and the target. Nothing is judged: a reader does that."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

__all__ = ["Row", "print_table", "python", "seconds", "severance", "timed"]

ROOT = Path(__file__).parents[2]
ENTRY = "from runner.cli import main; main()"


@dataclass(frozen=True)
class Row:
    """One figure."""

    figure: str
    ours: str
    baseline: str
    target: str


def print_table(rows: Sequence[Row]) -> None:
    """Print rows under their headings, each column as wide as it must be."""
    cells = [("figure", "ours", "baseline of this run", "target"), *(astuple(row) for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(4)]
    cells.insert(1, tuple("-" * width for width in widths))
    for row in cells:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")


def severance(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the command line of this checkout, in this interpreter, asking nothing."""
    return python("-c", ENTRY, *words, check=check)


def python(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run this interpreter on the checkout; raises CalledProcessError with its stderr shown."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path}, check=False,
    )  # fmt: skip
    if check and done.returncode:
        sys.stderr.write(done.stderr)
        done.check_returncode()
    return done


def seconds(do: Callable[[], object]) -> float:
    """Return how long something takes, in seconds."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def timed(times: int, *doings: Callable[[], object]) -> list[float]:
    """Return the median seconds of each, done in turns so that a busy moment hits all alike."""
    rounds = [[seconds(do) for do in doings] for _ in range(times)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]

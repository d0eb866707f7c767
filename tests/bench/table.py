"""One row a figure: ours, a baseline of the same run, and the target. Nothing is judged: a reader does that."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import astuple, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import ClassVar, Protocol

__all__ = ["Command", "Line", "Row", "print_tables", "python", "seconds", "severance", "timed"]

ROOT = Path(__file__).parents[2]
ENTRY = "from runner.cli import main; main()"


@dataclass(frozen=True)
class Row:
    """One figure."""

    HEADINGS: ClassVar = ("figure", "ours", "baseline of this run", "target")

    figure: str
    ours: str
    baseline: str
    target: str


class Line(Protocol):
    """A row of some table: a dataclass whose fields are its cells, all text."""

    HEADINGS: ClassVar[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Command:
    """What a user would type, and where."""

    words: list[str]
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    """Of the environment, besides ours."""

    def run(self, ends: Collection[int] = (0,)) -> str:
        """Run it to its end, asking nothing; returns its stdout. Raises SystemExit where it ends otherwise."""
        done = subprocess.run(
            self.words, cwd=self.folder, env={**os.environ, **self.variables}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode not in ends:
            raise SystemExit(f"{' '.join(self.words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout


def print_tables(rows: Iterable[Line], *, markdown: bool = False) -> None:
    """Print rows under their headings; those of another kind in a table of their own.

    markdown: as a reader of Markdown wants it, instead of each column as wide as it must be.
    """
    for kind, of_kind in groupby(rows, type):
        cells = [kind.HEADINGS, *(astuple(row) for row in of_kind)]
        widths = [0 if markdown else max(map(len, column)) for column in zip(*cells, strict=True)]
        cells.insert(1, tuple("-" * max(width, 3) for width in widths))
        for row in cells:
            line = (" | " if markdown else "  ").join(map(str.ljust, row, widths)).rstrip()
            sys.stdout.write(f"| {line} |\n" if markdown else f"{line}\n")
        sys.stdout.write("\n")


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

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

__all__ = ["Command", "Line", "Row", "put_into", "python", "seconds", "severance", "tables", "timed"]

ROOT = Path(__file__).parents[2]
ENTRY = "from runner.cli import main; main()"
MARKS = ("<!-- measured -->", "<!-- /measured -->")
"""Between these stands what was measured, on a page for people."""


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


def tables(rows: Iterable[Line], *, markdown: bool = False) -> str:
    """Return rows under their headings; those of another kind in a table of their own.

    markdown: as a reader of Markdown wants it, instead of each column as wide as it must be.
    """
    return "\n".join(_table([kind.HEADINGS, *map(astuple, lines)], markdown) for kind, lines in groupby(rows, type))


def _table(cells: list[tuple[str, ...]], markdown: bool) -> str:
    widths = [3 if markdown else max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, tuple("-" * width for width in widths))
    if markdown:
        return "".join(f"| {' | '.join(row)} |\n" for row in cells)
    return "".join("  ".join(map(str.ljust, row, widths)).rstrip() + "\n" for row in cells)


def put_into(page: Path, text: str) -> None:
    """Put text between the marks of a page, instead of what is there. Raises SystemExit where it has no marks."""
    before, begins, rest = page.read_text(encoding="utf-8").partition(MARKS[0])
    _, ends, after = rest.partition(MARKS[1])
    if not (begins and ends):
        raise SystemExit(f"{page} has no {' … '.join(MARKS)}")
    page.write_text(f"{before}{begins}\n{text.strip()}\n{ends}{after}", encoding="utf-8")


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

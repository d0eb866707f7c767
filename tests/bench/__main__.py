"""`python -m tests.bench [--into PAGE] [NAME …]`: every figure beside a baseline of the same run; judges nothing.

All together take an hour and a half. With names, only those parts are measured. What is measured goes to stdout as
tables, and to stderr while it is measured. With `--into` it goes into a page as Markdown instead; the tables of the
README are those of `python -m tests.bench --into README.md speed`, a quarter of an hour on a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
from dataclasses import astuple
from pathlib import Path

from tests.bench import (
    chat,
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
from tests.bench.table import MARKS, Line, put_into, tables

_MODULES = (
    linting, engine, overhead, start, linking, lockdown, doors, peers, waiting, fleet, takeover, phases, keeping, chat,
)  # fmt: skip
PARTS = {each.__name__.rpartition(".")[2]: each for each in _MODULES}
SPEED = ("peers", "doors", "start", "overhead", "waiting", "fleet", "takeover")
"""What the README shows."""


def main() -> None:
    """Measure one thing after the other. Raises SystemExit for what cannot be meant."""
    reader = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    reader.add_argument("names", nargs="*", metavar="NAME", help=", ".join([*PARTS, "speed"]))
    reader.add_argument("--into", type=Path, metavar="PAGE", help=f"a page with {' and '.join(MARKS)}")
    asked = reader.parse_args()
    if unknown := set(asked.names) - {*PARTS, "speed"}:
        reader.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}, and speed for several")
    names = [name for each in asked.names or PARTS for name in (SPEED if each == "speed" else (each,))]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(f"ended by {signal.SIGTERM.name}"))  # no worker, no service stays behind
    before = _load()
    rows = [_told(row) for name in names for row in PARTS[name].rows()]
    setting = (
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()}; "
        f"load {before} before, {_load()} after.\n\n"
    )
    if asked.into:
        put_into(asked.into, setting + tables(rows, markdown=True))
    else:
        sys.stdout.write(setting + tables(rows))


def _told(row: Line) -> Line:
    """Say on stderr what was just measured: all of it takes long, and the tables come last."""
    sys.stderr.write("; ".join(astuple(row)) + "\n")
    return row


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()

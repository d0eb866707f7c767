"""`python -m tests.bench [--markdown] [NAME …]`: every figure beside a baseline of the same run; judges nothing.

All together take an hour and a half. With names, only those parts are measured. `--markdown` prints tables for
the README, whose section "Speed" is `python -m tests.bench --markdown speed`.
"""

from __future__ import annotations

import os
import platform
import sys

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
    waiting,
)
from tests.bench.table import print_tables

_MODULES = (
    linting, engine, overhead, start, linking, lockdown, doors, peers, waiting, fleet, phases, keeping, chat,
)  # fmt: skip
PARTS = {each.__name__.rpartition(".")[2]: each for each in _MODULES}
SPEED = ("peers", "doors", "start", "overhead", "waiting", "fleet")
"""What the README shows."""


def main() -> None:
    """Measure one thing after the other, then print the tables. Raises SystemExit for a name it does not know."""
    words = sys.argv[1:]
    markdown = "--markdown" in words
    asked = [each for each in words if each != "--markdown"]
    names = [name for each in asked for name in (SPEED if each == "speed" else (each,))] or list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        raise SystemExit(f"there is no {', '.join(unknown)}; there are {', '.join(PARTS)}, and `speed` for several")
    before = _load()
    rows = [row for name in names for row in PARTS[name].rows()]
    sys.stdout.write(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()}; "
        f"load {before} before, {_load()} after\n\n"
    )
    print_tables(rows, markdown=markdown)


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    main()

"""`python -m tests.bench [NAME …]`: every figure beside a baseline of the same run; judges nothing.

All together take a quarter of an hour. With names, only those parts are measured.
"""

from __future__ import annotations

import os
import platform
import sys

from tests.bench import chat, engine, keeping, linking, linting, lockdown, phases, start
from tests.bench.table import print_table

PARTS = {
    each.__name__.rpartition(".")[2]: each for each in (linting, engine, start, linking, lockdown, phases, keeping, chat)
}


def main() -> None:
    """Measure one thing after the other, then print the table. Raises SystemExit for a name it does not know."""
    names = sys.argv[1:] or list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        raise SystemExit(f"there is no {', '.join(unknown)}; there are {', '.join(PARTS)}")
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    sys.stdout.write(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()}, load {load}\n\n"
    )
    print_table([row for name in names for row in PARTS[name].rows()])


if __name__ == "__main__":
    main()

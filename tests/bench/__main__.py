"""`python -m tests.bench`: every figure beside a baseline of the same run. Takes some minutes; judges nothing."""

from __future__ import annotations

import os
import platform
import sys

from tests.bench import engine, linking, linting, lockdown, start
from tests.bench.table import print_table


def main() -> None:
    """Measure one thing after the other, then print the table."""
    sys.stdout.write(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()}\n\n"
    )
    print_table([row for part in (linting, engine, start, linking, lockdown) for row in part.rows()])


if __name__ == "__main__":
    main()

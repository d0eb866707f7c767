"""`python -m tests.upgrade`: runs every stored case of every release to its end; exit code 1 when anything is wrong."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.upgrade.stored import ARCHIVES, STAGES, stored, to_the_end


def main() -> int:
    """Run them one after the other, and print each with what is wrong."""
    wrong: list[str] = []
    for archive in ARCHIVES:
        for stage in STAGES:
            with tempfile.TemporaryDirectory(prefix="severance-upgrade-") as folder, stored(archive, stage, Path(folder)) as case:
                found = to_the_end(case)
            sys.stdout.write("\n  ".join([f"{archive.parent.name} {stage}: {'wrong' if found else 'done'}", *found]) + "\n")
            sys.stdout.flush()
            wrong += found
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

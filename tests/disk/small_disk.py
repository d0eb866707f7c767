"""Meets a disk that is really full (ENOSPC), in a file system of its own: `unshare -rm python -m tests.disk.small_disk FOLDER`.

Prints, by what is written, how often it failed and what was wrong.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cases.company import CLOSE, Company
from tests.disk.writers import WRITERS, forward

SIZE = "32m"


def main(folder: Path) -> None:
    """Mount it there, found a company on it, and fill it under each write."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "none", str(folder)], check=True)

    @contextmanager
    def full(room: int) -> Iterator[None]:
        """Leave so many bytes free for the length of the block."""
        ballast, left = folder / "ballast", os.statvfs(folder)
        ballast.write_bytes(b"\0" * max(0, left.f_bavail * left.f_frsize - room))
        try:
            yield
        finally:
            ballast.unlink()

    company = Company(folder / "company")
    code = company.open(CLOSE)
    company.run(code)
    sys.stdout.write(json.dumps({name: forward(company, code, write, full) for name, write in WRITERS.items()}))
    company.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

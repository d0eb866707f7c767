"""Writes down a defect of ours for its report: where it happened, without secrets and without values."""

from __future__ import annotations

import os
import platform
import secrets
import sys
import tempfile
import traceback
from pathlib import Path

__all__ = ["write_crash"]


def write_crash(error: BaseException) -> Path:
    """Write the traceback of an unexpected error into a new file, 0600, and return its path.

    Only frames and the error's own words, scrubbed: local variables may hold evidence or tokens.
    It goes to the temp folder: where the store is may be the very thing that failed.
    """
    from runner.desk.showing import guarded

    text = f"{platform.platform()}, Python {platform.python_version()}, {Path(sys.argv[0]).name}\n"
    text += "".join(traceback.format_exception(error))
    path = Path(tempfile.gettempdir(), f"severance-crash-{secrets.token_hex(6)}.txt")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(guarded(text))
    return path

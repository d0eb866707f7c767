"""Processes that the permissions of files bind, whoever runs the tests: root is asked to do without its privilege."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["run_bound"]

_BOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
"""capabilities(7): what root writes past permissions with; util-linux brings the command."""


def run_bound(program: str, *words: object) -> subprocess.CompletedProcess[str]:
    """Run a Python program that knows this project to its end; words: its `sys.argv[1:]`."""
    command = [*(_BOUND if os.geteuid() == 0 else []), sys.executable, "-c", program, *map(str, words)]
    return subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False, timeout=60)

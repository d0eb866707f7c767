"""What vendors publish of their interfaces, cut to the calls we make: test data, which is no part of the project.

It lies beside the project's folder, in `shared/specs`. Where that folder is not, what needs it is skipped and says
so; where it is, a description that is missing fails.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

__all__ = ["description_of"]

FOLDER = Path(__file__).parents[2] / "shared" / "specs"


def description_of(name: str) -> Any:
    """Return one, anew each time: whoever judges by it changes it first."""
    if not FOLDER.is_dir():
        pytest.skip(f"the vendors' descriptions are not at {FOLDER}")
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))

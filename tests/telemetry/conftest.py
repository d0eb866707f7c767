from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.cases.conftest import company, founded  # noqa: F401  fixtures


@pytest.fixture(autouse=True)
def without_capture() -> Iterator[None]:
    """Take pytest's own handlers away: what they captured is sent between processes, and half a pair cannot be."""
    root = logging.getLogger()
    theirs = [each for each in root.handlers if type(each).__module__.startswith("_pytest")]
    for each in theirs:
        root.removeHandler(each)
    yield
    for each in theirs:
        root.addHandler(each)

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cases.company import Company


@pytest.fixture
def founded(tmp_path: Path) -> Iterator[Callable[..., Company]]:
    """Found companies; all are closed at the end."""
    standing: list[Company] = []

    def found(**options: Any) -> Company:
        standing.append(Company(tmp_path / f"company-{len(standing)}", **options))
        return standing[-1]

    yield found
    for each in standing:
        each.close()


@pytest.fixture
def company(founded: Callable[..., Company]) -> Company:
    return founded()

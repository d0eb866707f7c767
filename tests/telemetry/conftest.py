from __future__ import annotations

from tests.cases.conftest import founded  # noqa: F401  a fixture

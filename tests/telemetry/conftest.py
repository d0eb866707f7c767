from __future__ import annotations

from tests.cases.conftest import company, founded  # noqa: F401  fixtures

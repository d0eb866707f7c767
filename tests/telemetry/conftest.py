from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from tests.cases.conftest import company, founded  # noqa: F401  fixtures


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Spell what was captured so that it can be sent between processes: half a pair of surrogates cannot."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report

"""What is left out of `pytest` and run by `pytest -m long`, before a release: whole cases, many times over.

The suite of every change must end within twenty minutes on two cores; a part of each of these is in it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

LONG = {
    "bench/test_bench.py",
    "cases/test_dead_service.py",
    "chat/cards/test_real_run.py",
    "desk/test_backup.py",
    "desk/test_chat_drill.py",
    "desk/test_custody.py",
    "desk/test_killed.py",
    "desk/test_retention.py",
    "desk/test_undo_killed.py",
    "desk/test_woken_again.py",
    "disk/test_full.py",
    "faults/test_another.py",
    "faults/test_pages.py",
    "faults/test_writes.py",
    "races/test_races.py",
    "signals/test_signals.py",
    "upgrade/test_stored_cases.py",
}
"""Files below `tests`."""
FIRST = "test_every_action.py"
"""Takes three minutes, and is collected last: whoever began with it then would be waited for by all others."""
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(HERE).as_posix() in LONG:
            item.add_marker(pytest.mark.long)
    items.sort(key=lambda item: item.path != HERE / FIRST)

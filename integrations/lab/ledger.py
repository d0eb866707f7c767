"""Read what a vendor really received: one line a request, append-only, the oracle of every test.

A ledger is written by a stand-in and outlives any runner, so that a killed run can be judged. It
says what was asked *and* whether the world changed by it; it never holds an Authorization header.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from runner.actions.values import Json

__all__ = ["Ledger", "arrival", "duplicates", "read"]


def arrival() -> str:
    """Return the present moment: RFC 3339, UTC, microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Ledger:
    """One append-only JSON Lines file; may be shared by the threads of one stand-in."""

    def __init__(self, path: Path) -> None:
        """Go on after the lines already there; the folder is made when missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = threading.Lock()
        self._count = len(read(path))

    def append(self, line: dict[str, Json]) -> None:
        """Write one line, numbered `n` from 1, and hand it to the system before returning."""
        with self._lock:
            self._count += 1
            text = json.dumps({"n": self._count, **line}, ensure_ascii=False)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(text + "\n")


def read(path: Path) -> list[dict[str, Json]]:
    """Return all lines, oldest first.

    Each has n, at, service, method, path, query, body, user_agent, status, changed and fault.
    """
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def duplicates(entries: Iterable[dict[str, Json]]) -> list[str]:
    """Return the changes that happened more than once, named by service and state key.

    A resent request that changed nothing has no `changed` and is no duplicate.
    """
    made = Counter(f"{each['service']}: {each['changed']}" for each in entries if each["changed"])
    return sorted(key for key, times in made.items() if times > 1)

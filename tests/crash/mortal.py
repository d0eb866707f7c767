"""A run that dies at the next point where nobody has died yet: a SIGKILL to itself, in the thread that writes.

`python -m tests.crash.mortal SETTINGS CODE VISITED SEED SHARE`. VISITED: a file of points, a line each; the point it
dies at is added first. SHARE: of the points, those it dies at (1 for all), chosen by SEED and the point's name.
It prints the measuring document when it lives to the end.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import event

from runner.desk.cases import Desk
from runner.settings import load
from tests.crash.points import of_insert, of_record
from tests.desk.run_process import AFTER


class Mortal:
    """Decides at each point whether this is where the process ends."""

    def __init__(self, visited: Path, seed: str, share: float, code: str, seen: int) -> None:
        """seen: the last record of earlier runs: they are no points of this one."""
        self._path, self._seed, self._share, self._code = visited, seed, share, code
        self._visited = set(visited.read_text().splitlines()) if visited.exists() else set()
        self._seen = seen
        self._lock = threading.Lock()

    def at_insert(self, _connection: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        """Before the database takes a record."""
        if not statement.startswith("INSERT INTO severance_journal"):
            return
        rows = given if isinstance(given, list) else [given]
        for row in rows:
            text = next((each for each in row if isinstance(each, str) and each.startswith('{"')), "")
            if text:
                self._meet(of_insert(json.loads(text)))

    def at_commit(self, connection: sqlite3.Connection, _record: object) -> None:
        """After a commit, before anybody has heard of it."""
        with self._lock:
            for seq, text in connection.execute(AFTER, (self._code, self._seen)).fetchall():
                self._seen = seq
                self._meet(of_record(json.loads(text)))

    def _meet(self, point: str) -> None:
        if not point or point in self._visited or not self._chosen(point):
            return
        with self._path.open("a") as file:
            file.write(point + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.kill(os.getpid(), signal.SIGKILL)

    def _chosen(self, point: str) -> bool:
        drawn = int.from_bytes(hashlib.sha256(f"{self._seed}/{point}".encode()).digest()[:4]) / 2**32
        return drawn < self._share


def main(settings: str, code: str, visited: str, seed: str, share: str) -> None:
    """Run the case, and die."""
    desk = Desk(load(Path(settings)))
    mortal = Mortal(Path(visited), seed, float(share), code, len(desk.records(code)))
    event.listen(desk._office.database, "before_cursor_execute", mortal.at_insert)
    event.listen(desk._office.database, "checkin", mortal.at_commit)
    document = desk.run(code, stay=True, listen=lambda _: None)
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
    os._exit(document["exit"])


if __name__ == "__main__":
    main(*sys.argv[1:])

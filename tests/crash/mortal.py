"""A process that dies at the next point where nobody has died yet: a SIGKILL to itself, in the thread that writes.

`main(SETTINGS, CODE, CHOICE, VISITED)` runs a case and prints the measuring document when it lives
to the end. VISITED: a file of points, a line each; the point it dies at is added first. CHOICE: as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event

from integrations.lab.control import Control
from runner.desk.cases import Desk
from runner.settings import load
from tests.crash.points import Choice, Point, Side, about_to_write, of_file, sent, written
from tests.desk.run_process import AFTER

ON_ITS_WAY_S = 0.1  # after which a request has left, and its service, which waits longer, has not answered
SERVICE_WAITS_S = 0.3
HALF = 64  # bytes of the next file that still reach the disk
_CHANGES = "^(POST|PUT|PATCH|DELETE|MAIL) "


class Mortal:
    """Decides at each point whether this is where the process ends."""

    def __init__(
        self,
        visited: Path,
        choice: Choice,
        code: str,
        seen: int,
        *,
        side: Side = "runner",
        lab: Control | None = None,
        shared: str | None = None,
    ) -> None:
        """seen: the last record of earlier lives: they are no points of this one. lab: its services can be slow.

        shared: the server that the store's database is on; without one it is a file.
        """
        self._path, self._choice, self._code, self._side, self._lab = visited, choice, code, side, lab
        lines = visited.read_text().splitlines() if visited.exists() else []
        self._visited = {line.partition("\t")[0] for line in lines}
        self._seen, self._doomed = seen, False
        self._lock = threading.RLock()
        self._server = psycopg.connect(shared, autocommit=True) if shared else None

    def listen(self) -> None:
        """Listen to every database and every file of this process."""
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it; by default it ends the process
        event.listen(sa.Engine, "before_cursor_execute", self._at_insert)
        event.listen(sa.pool.Pool, "checkin", self._at_commit)
        sys.addaudithook(self._at_file)

    def meet(self, point: Point | None) -> None:
        """Die here, if this is where."""
        with self._lock:
            if point and self._is_due(point):
                self._doomed = True
                if point.half:
                    resource.setrlimit(resource.RLIMIT_FSIZE, (HALF, HALF))
                else:
                    os.kill(os.getpid(), signal.SIGKILL)

    def _is_due(self, point: Point) -> bool:
        key = self._choice.key(point)
        if self._doomed or key in self._visited or not self._choice.takes(point):
            return False
        self._visited.add(key)
        with self._path.open("a") as file:
            file.write(f"{key}\t{point.name}\n")
            file.flush()
            os.fsync(file.fileno())
        return True

    def _at_insert(self, _connection: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        """Before the database takes a record."""
        if not statement.startswith("INSERT INTO severance_journal"):
            return
        for row in given if isinstance(given, list) else [given]:
            for each in row.values() if isinstance(row, dict) else row:
                if isinstance(each, str) and each.startswith('{"'):
                    self.meet(about_to_write(json.loads(each), self._side))

    def _at_commit(self, connection: sqlite3.Connection, _record: object) -> None:
        """After a commit, before anybody has heard of it."""
        with self._lock:
            for seq, text in self._added(connection):
                self._seen, record = seq, json.loads(text)
                self.meet(written(record, self._side))
                self._die_waiting(record)

    def _added(self, connection: sqlite3.Connection) -> list[tuple[int, str]]:
        """Return the records of the case that this process has not seen, with their numbers."""
        if self._server:  # its own connection: the pool's is not to be left in a transaction
            return self._server.execute(AFTER.replace("?", "%s"), (self._code, self._seen)).fetchall()
        return connection.execute(AFTER, (self._code, self._seen)).fetchall()

    def _die_waiting(self, record: dict[str, Any]) -> None:
        """Let the request of an intent go out, to a service that is slow to answer, and die meanwhile."""
        point = sent(record) if self._lab else None
        if not point or not self._lab or not self._is_due(point):
            return
        self._doomed = True
        slow = {"match": _CHANGES, "kind": "delay", "seconds": SERVICE_WAITS_S}
        with suppress(ValueError):  # a folder that takes files is no service of the lab
            self._lab.fail(record["data"]["service"], slow)
        threading.Thread(target=_die_soon, daemon=True).start()

    def _at_file(self, what: str, given: tuple[Any, ...]) -> None:
        """Before a file is opened or renamed."""
        if what not in ("open", "os.rename") or not isinstance(given[0], (str, os.PathLike)):
            return
        for point in of_file(what, os.fspath(given[0]), given[2] if what == "open" else 0):
            self.meet(point)


def _die_soon() -> None:
    time.sleep(ON_ITS_WAY_S)
    os.kill(os.getpid(), signal.SIGKILL)


def chosen(text: str) -> Choice:
    """Return a choice from its JSON."""
    given = json.loads(text)
    return Choice(**{**given, "only": tuple(given["only"])})


def main(settings: str, code: str, choice: str, visited: str) -> None:
    """Run the case, and die."""
    loaded = load(Path(settings))
    desk = Desk(loaded)
    seen, lab = len(desk.records(code)), Control(loaded.folder)
    while desk._office.held(code):  # on a server whoever died has it until the lease runs out
        time.sleep(0.1)
    Mortal(Path(visited), chosen(choice), code, seen, lab=lab, shared=loaded.database).listen()
    document = desk.run(code, stay=True, listen=lambda _: None)
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
    os._exit(document["exit"])


"""A process that runs a case as `severance run` does, and can be made to die at a record of its journal.

`python -m tests.desk.run_process SETTINGS CODE '{"die_at": KIND, "in_phase": NAME, "about": REQUEST}'`
Dying is a SIGKILL to itself, right after the record is durable. It prints the measuring document.
"""

from __future__ import annotations

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

AFTER = "SELECT seq, record FROM severance_journal WHERE case_code = ? AND seq > ? ORDER BY seq"


def kill_at(desk: Desk, code: str, given: dict[str, Any]) -> None:
    """Kill the process at the record that is meant: once it is durable, and before anybody has heard of it.

    A connection comes back to the pool right after its commit, on the thread that writes the journal.
    """
    phase, seen = "", 0
    killing = threading.Lock()

    def look(connection: sqlite3.Connection, _record: object) -> None:
        nonlocal phase, seen
        with killing:
            for seq, text in connection.execute(AFTER, (code, seen)).fetchall():
                seen, record = seq, json.loads(text)
                if record["kind"] == "phase.started":
                    phase = record["data"]["phase"]
                meant = record["kind"] == given["die_at"] and given.get("in_phase", phase) == phase
                meant = meant and given.get("about", record["data"].get("request")) == record["data"].get("request")
                if meant and seen > given["since"]:
                    os.kill(os.getpid(), signal.SIGKILL)

    event.listen(desk._office.database, "checkin", look)


def main(settings: str, code: str, given: dict[str, Any]) -> None:
    desk = Desk(load(Path(settings)))
    if "die_at" in given:
        given["since"] = len(desk.records(code))  # a moment of an earlier run is none of this one
        kill_at(desk, code, given)
    document = desk.run(code, stay=given.get("stay", True), listen=lambda _: None)
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
    os._exit(document["exit"])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))

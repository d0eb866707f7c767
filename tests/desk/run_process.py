"""A process that runs a case as `severance run` does, and can be made to die at a record of its journal.

`python -m tests.desk.run_process SETTINGS CODE '{"die_at": KIND, "in_phase": NAME, "stay": true}'`
Dying is a SIGKILL to itself, right after the record is durable (10 ms at most). It prints the measuring document.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

from runner.desk.cases import Desk
from runner.settings import load


def kill_at(desk: Desk, code: str, given: dict[str, Any]) -> None:
    """Watch the journal from beside the run, and kill the process at the record that is meant."""
    phase, seen = "", 0
    while True:
        for record in desk._office.journal(code).read(after=seen):
            seen = record["seq"]
            if record["kind"] == "phase.started":
                phase = record["data"]["phase"]
            if (
                seen > given["since"]
                and record["kind"] == given["die_at"]
                and given.get("in_phase", phase) == phase
            ):
                os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.01)


def main(settings: str, code: str, given: dict[str, Any]) -> None:
    desk = Desk(load(Path(settings)))
    if "die_at" in given:
        given["since"] = len(desk.records(code))  # a moment of an earlier run is none of this one
        Thread(target=kill_at, args=(desk, code, given), daemon=True).start()
    document = desk.run(code, stay=given.get("stay", True), listen=lambda _: None)
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
    os._exit(document["exit"])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))

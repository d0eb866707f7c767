"""A process that runs a case as `severance run` does, and can be made to die at a record of its journal.

`python -m tests.desk.run_process SETTINGS CODE '{"die_at": KIND, "in_phase": NAME, "seconds_later": S, "stay": true}'`
Dying is a SIGKILL to itself, right after the record is durable. It prints the measuring document.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from runner.desk.cases import Desk
from runner.settings import load


def main(settings: str, code: str, given: dict[str, Any]) -> None:
    phase = [""]

    def listen(record: dict[str, Any]) -> None:
        if record["kind"] == "phase.started":
            phase[0] = record["data"]["phase"]
        if record["kind"] == given.get("die_at") and given.get("in_phase", phase[0]) == phase[0]:
            time.sleep(given.get("seconds_later", 0))
            os.kill(os.getpid(), signal.SIGKILL)

    document = Desk(load(Path(settings))).run(code, stay=given.get("stay", True), listen=listen)
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
    os._exit(document["exit"])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))

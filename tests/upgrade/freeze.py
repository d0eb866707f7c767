"""Stores one case at every stage at which an upgrade can meet it: `python -m tests.upgrade.freeze OUT`.

Run it with the code of the release to be stored, once, and keep what it wrote: `OUT/cases.tar.xz`. In the archive each
stage is a folder: `state` (database and case folder, as the runner left them), `ledgers` (what the services had
received by then, of which their world can be made again), `about.json` (the case, and how its store was come by).
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sqlite3
import sys
import tarfile
import tempfile
import time
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from runner.cases.engine import FORMAT
from runner.desk.cast import Cast
from runner.desk.laboratory import beside
from runner.errors import Exit
from tests.desk.conftest import Beside

SERVICES = 2
COMPRESS = 86_400.0  # a recheck after three days is due in 3 s, the last of half a year in three minutes
IN_FLIGHT_S = 1.0  # until the services have acted on whatever was under way at a kill


def main() -> int:
    """Store every stage; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade.freeze", description=__doc__)
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    with tempfile.TemporaryDirectory(prefix="severance-freeze-") as name:
        folder = Path(name)
        (folder / "stages").mkdir()
        with beside(folder / "lab", SERVICES, 0, COMPRESS) as settings:
            company = Beside(settings)
            try:
                _live(company, folder / "stages")
            finally:
                company.close()
        out.mkdir(parents=True, exist_ok=True)
        with tarfile.open(out / "cases.tar.xz", "x:xz", preset=9) as archive:
            for each in sorted((folder / "stages").rglob("*")):
                archive.add(each, each.relative_to(folder / "stages"), recursive=False, filter=_nobodys)
    sys.stdout.write(f"{out / 'cases.tar.xz'}: {(out / 'cases.tar.xz').stat().st_size} bytes\n")
    return 0


def _live(company: Beside, stages: Path) -> None:
    """Live one case from its opening to its end, storing it on the way."""
    code = company.open()
    _store(company, code, stages / "1-opened", "opened, and never run")
    _waits(company, code)
    company.say(code, "same-person", "none", "maren", "rohan")
    company.say(code, "conflict", "no", "maren")
    _waits(company, code)
    company.say(code, "ground", "a policy broken", "helene")
    _waits(company, code)
    _store(company, code, stages / "2-waiting", "run until it waited for the approval of its lockdown")
    with Cast(company.settings, code, company.path.parent):
        _dies(company, code, "write.outcome", "lockdown")
        _store(company, code, stages / "3-lockdown", "killed with the first answer of the lockdown written down")
        _dies(company, code, "phase.finished", "after")
        _store(company, code, stages / "4-after", "killed after the phase that set the standing orders")
        run = company.begin(code)
        out, complaint = run.communicate(timeout=600)
        assert run.returncode == Exit.DONE, complaint or out
    _store(company, code, stages / "5-done", "run to its end")


def _waits(company: Beside, code: str) -> None:
    run = company.begin(code, stay=False)
    out, complaint = company.wait(run)
    assert run.returncode == Exit.WAITING, complaint or out


def _dies(company: Beside, code: str, at: str, phase: str) -> None:
    run = company.begin(code, die_at=at, in_phase=phase)
    company.wait(run)
    assert run.returncode == -signal.SIGKILL
    time.sleep(IN_FLIGHT_S)


def _store(company: Beside, code: str, to: Path, how: str) -> None:
    state = company.settings.store_folder
    shutil.copytree(state / "cases", to / "state" / "cases")
    with closing(sqlite3.connect(state / "severance.db")) as kept, closing(sqlite3.connect(to / "state" / "severance.db")) as copy:
        kept.backup(copy)  # what is in the write-ahead log included
    shutil.copytree(company.path.parent / "ledgers", to / "ledgers")
    about = {"code": code, "release": version("severance"), "format": FORMAT, "how": how}
    (to / "about.json").write_text(json.dumps(about) + "\n")
    sys.stdout.write(f"{to.name}: {how}; {len(company.records(code))} records\n")


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 0
    return entry


if __name__ == "__main__":
    sys.exit(main())

"""A case whose disk fills up at an instant, is freed, fills up at another, until the rest is run in peace.

The kernel fills it: `prlimit` takes every further byte of every file from the running process (EFBIG), as ENOSPC would.
"""

from __future__ import annotations

import random
import resource
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from runner.desk.cast import Cast
from runner.errors import Exit
from tests.desk.conftest import Beside
from tests.signals.life import founded, late_writes, struck, wrong_at_the_end

__all__ = ["live"]

_LIVES_A_CASE = 12


def live(folder: Path, times: int, seed: str, *, small: bool, tell: Callable[[str], None] = lambda _: None) -> tuple[int, list[str]]:
    """Fill the disk so many times, at records chosen by the seed; returns how often a run met it, and what was wrong."""
    drawn, met, wrong = random.Random(seed), 0, list[str]()
    spread = 25 if small else 90  # records a life
    with founded(folder, small=small) as (company, code), Cast(company.settings, code, company.path.parent):
        for _ in range(min(times, _LIVES_A_CASE)):
            after = len(company.records(code)) + drawn.randint(1, spread)
            found = _filled(company, code, after)
            if found is None:
                break
            met += 1
            wrong += [f"full after record {after}: {each}" for each in found]
            tell(f"full after record {after}" + "".join(f"\n    {each}" for each in found))
        wrong += wrong_at_the_end(company, code)
    return met, wrong


def _filled(company: Beside, code: str, after: int) -> list[str] | None:
    """Run the case and fill the disk once it has so many records; returns what is wrong, None when it came too late."""
    moments: list[datetime] = []

    def fill(run: subprocess.Popen[str]) -> None:
        moments.append(datetime.now(UTC))
        _, most = resource.prlimit(run.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (0, most))

    ended = struck(company, code, after, 0, fill)
    if not moments or ended.returncode in (Exit.DONE, Exit.DOORS_OPEN):
        return None
    return list(_wrong(company, ended, moments[0]))


def _wrong(company: Beside, ended: subprocess.CompletedProcess[str], filled_at: datetime) -> Iterator[str]:
    said = ended.stdout + ended.stderr
    if ended.returncode != Exit.OUR_FAULT:
        yield f"exit {ended.returncode}: {said[-400:]}"
    if not any(each in said for each in ("severance resume", "resume the case", "severance report")):
        yield f"it does not say how to go on: {said[-400:]}"
    if str(company.settings.store_folder) not in said:
        yield f"it does not say where: {said[-400:]}"
    if "Traceback" in said or "a defect" in said:
        yield f"not in words: {said[-600:]}"
    yield from late_writes(company, filled_at.isoformat())

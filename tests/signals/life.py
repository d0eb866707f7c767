"""A case whose run gets a signal at an instant, and one at another, life after life, until the rest is run in peace.

The ledgers of the services judge: after the first signal no new write arrives later than a second after it. That is a
promise of correctness (issue 5), and the one time that tests may look at.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from integrations.lab.ledger import duplicates
from runner.desk.cast import Cast
from runner.desk.claim import Claim
from runner.desk.laboratory import beside
from runner.errors import Exit
from runner.evidence.chain import broken
from tests.cases.company import CLOSE, SHARED, playbook_of
from tests.desk.conftest import Beside

__all__ = ["SIGNALS", "Lives", "command", "founded", "late_writes", "live", "struck", "wrong_at_the_end"]

ROOT = Path(__file__).parents[2]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NO_WRITE_AFTER = timedelta(seconds=1)  # issue 5: "after the first signal no new write later than 1 s"
_PATIENCE_S = 240.0
_LIVES_A_CASE = 12
_SAID = {"seen": "one device, three accounts", "engaged": "contractor", "subject": "jonas.weber@fjordlight.example"}


@dataclass
class Lives:
    """How the lives of one case went."""

    met: list[tuple[signal.Signals, int]] = field(default_factory=list)
    """The signals that a run was under way to hear, each with the record after which it was sent."""
    wrong: list[str] = field(default_factory=list)


@contextmanager
def founded(folder: Path, *, small: bool) -> Iterator[tuple[Beside, str]]:
    """Found a company and open a case there; small: by a short playbook instead of the one we ship."""
    with beside(folder / "company", 2, 0, 1_000_000) as settings:
        company = Beside(settings)
        try:
            (folder / "rehearsal.yaml").write_text(playbook_of(CLOSE + SHARED))
            playbook = str(folder / "rehearsal.yaml") if small else "suspected-dprk-worker"
            given = {"subject": _SAID["subject"]} if small else _SAID
            yield company, company.desk.open(playbook, given, claim=Claim("ingrid", None))
        finally:
            company.close()


def command(company: Beside, *words: str, hung_up: str = "SIG_DFL") -> list[str]:
    """Return the command line of a verb, as a user has it.

    hung_up: what it finds set for SIGHUP; said each time, because whoever runs the tests may be under nohup.
    """
    program = f"import signal; signal.signal(signal.SIGHUP, signal.{hung_up}); from runner.cli import main; main()"
    return [sys.executable, "-c", program, *words, "--config", str(company.path)]


def live(folder: Path, signals: Sequence[signal.Signals], seed: str, *, small: bool, tell: Callable[[str], None] = lambda _: None) -> Lives:
    """Send these signals, each to a life of its own, at instants chosen by the seed; then let the case end.

    A signal whose run was over before its instant came is not among those it met.
    """
    drawn, lives = random.Random(seed), Lives()
    spread = 12 if small else 60  # records a life: a case has some 160, or some 1,000
    with founded(folder, small=small) as (company, code), Cast(company.settings, code, company.path.parent):
        for number in signals[:_LIVES_A_CASE]:
            after = len(company.records(code)) + drawn.randint(1, spread)
            met = _signalled(company, code, number, after, drawn.random() * 0.1)
            if met is None:
                break
            lives.met.append((number, after))
            lives.wrong += [f"{number.name} after record {after}: {each}" for each in met]
            tell(f"{number.name} after record {after}" + "".join(f"\n    {each}" for each in met))
        lives.wrong += wrong_at_the_end(company, code)
    return lives


def _signalled(company: Beside, code: str, number: signal.Signals, after: int, pause_s: float) -> list[str] | None:
    """Run the case and send a signal once it has so many records; returns what is wrong, None when it came too late."""
    before = len(company.records(code))
    ended = struck(company, code, after, pause_s, lambda run: run.send_signal(number))
    asked = [each for each in company.records(code)[before:] if each["kind"] == "stop.asked"]
    if not asked:  # before anybody listens nothing is under way; after the end, nothing any more
        return None if ended.returncode in (Exit.DONE, Exit.DOORS_OPEN) else []
    return list(_wrong_after(company, code, number, asked[0], ended.returncode, ended.stdout + ended.stderr))


def struck(
    company: Beside, code: str, after: int, pause_s: float, strike: Callable[[subprocess.Popen[str]], object]
) -> subprocess.CompletedProcess[str]:
    """Run the case, strike its process once the journal has so many records, and wait for its end."""
    words = command(company, "run", code, "--json")
    run = subprocess.Popen(words, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        while len(company.records(code)) < after and run.poll() is None:
            time.sleep(0.01)
        time.sleep(pause_s)
        if run.poll() is None:
            strike(run)
        out, complaint = run.communicate(timeout=_PATIENCE_S)
    finally:
        run.kill()
        run.wait()
    return subprocess.CompletedProcess(words, run.returncode, out, complaint)


def _wrong_after(company: Beside, code: str, number: signal.Signals, asked: dict[str, Any], exit_code: int, said: str) -> Iterator[str]:
    if asked["data"] != {"by": "signal", "because": number.name}:
        yield f"stopped by {asked['data']}"
    if exit_code != Exit.STOPPED:
        yield f"exit {exit_code}: {said[-400:]}"
    if f"severance resume {code}" not in said:
        yield "it does not say how to go on"
    if "Traceback" in said:
        yield f"a traceback: {said[-400:]}"
    if company.records(code, "run.started", "run.ended")[-1]["data"].get("why") != "stopped":
        yield "it did not say that it ended"
    yield from late_writes(company, asked["at"])


def late_writes(company: Beside, stopped_at: str) -> Iterator[str]:
    """Yield the writes that reached a service later than a second after a moment of the last run."""
    limit = datetime.fromisoformat(stopped_at) + NO_WRITE_AFTER
    for line in company.ledger():
        if line["method"] not in ("GET", "HEAD") and line["changed"] and datetime.fromisoformat(line["at"]) > limit:
            yield f"written at {line['at']}, stopped at {stopped_at}: {line['service']} {line['changed']}"


def wrong_at_the_end(company: Beside, code: str) -> Iterator[str]:
    """Resume the case, with the people who are there answering; yield what is wrong with how it ends."""
    done = subprocess.run(command(company, "resume", code, "--json"), cwd=ROOT, text=True, capture_output=True, timeout=_PATIENCE_S, check=False)
    if done.returncode != Exit.DONE:
        yield f"resume: exit {done.returncode}: {(done.stdout + done.stderr)[-600:]}"
        return
    yield from (f"left: {each}" for each in json.loads(done.stdout)["left"])
    yield from (f"twice: {each}" for each in duplicates(company.ledger()))
    if damage := broken(company.records(code)):
        yield damage

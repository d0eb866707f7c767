"""Marches one case through its deaths: killed at a point, taken up again, killed at the next, until it is done."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from integrations.lab.control import Control
from integrations.lab.ledger import duplicates, read
from runner.desk.cases import Desk
from runner.desk.cast import Cast
from runner.desk.claim import Claim
from runner.desk.laboratory import beside
from runner.evidence.chain import broken
from runner.settings import load

__all__ = ["March", "march"]

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 240.0
_SAID = {"seen": "one device, three accounts", "engaged": "contractor", "subject": "jonas.weber@fjordlight.example"}


@dataclass(frozen=True)
class March:
    """How a march ended."""

    points: list[str]
    """Where it was killed, in order."""
    twice: list[str]
    """Changes of the world that were made more than once."""
    lost: list[str]
    """What the case says is left, and what its journal says wrongly; empty when nothing was lost."""
    seconds: float
    document: dict[str, Any] = field(repr=False)


def march(
    folder: Path,
    playbook: str = "suspected-dprk-worker",
    *,
    services: int = 2,
    share: float = 1.0,
    seed: str = "0",
    tell: Callable[[str], None] = lambda _: None,
) -> March:
    """Play a playbook in a company of its own in `folder`, killing its run at each point that is chosen."""
    began, visited = time.monotonic(), folder / "points.txt"
    with beside(folder / "company", services, 0, 1_000_000) as path:
        settings = load(path)
        desk = Desk(settings)
        code = desk.open(playbook, _SAID, claim=Claim("ingrid", None))
        with Cast(settings, code, path.parent):
            document = _to_the_end(path, code, visited, [seed, str(share)], tell, Control(path.parent))
        ledger = [line for each in sorted((path.parent / "ledgers").glob("*.jsonl")) for line in read(each)]
        lost = [*document["left"], *_wrong(desk.records(code), document)]
    points = visited.read_text().splitlines() if visited.exists() else []
    return March(points, duplicates(ledger), lost, time.monotonic() - began, document)


def _to_the_end(
    path: Path, code: str, visited: Path, chosen: list[str], tell: Callable[[str], None], lab: Control
) -> dict[str, Any]:
    while True:
        lab.act("github", "new-hour", {})  # a hundred lives in a minute read more than GitHub allows an hour
        words = [sys.executable, "-m", "tests.crash.mortal", str(path), code, str(visited), *chosen]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
        if done.returncode != -signal.SIGKILL:
            assert done.stdout, done.stderr
            document: dict[str, Any] = json.loads(done.stdout)
            return document
        tell(visited.read_text().splitlines()[-1])


def _wrong(records: list[dict[str, Any]], document: dict[str, Any]) -> list[str]:
    """Return what a death must not leave behind: an intent nobody answered, a broken chain, another outcome."""
    open_intents: dict[str, bool] = {}
    for each in records:
        if each["kind"] in ("write.intent", "write.outcome"):
            answered = each["kind"] == "write.outcome" and each["data"]["outcome"] != "unknown"
            open_intents[each["data"]["op"]] = answered
    wrong = [f"unanswered: {op}" for op, answered in open_intents.items() if not answered and not _idle(op)]
    wrong += [f"chain: {damage}"] if (damage := broken(records)) else []
    return [*wrong, *([] if document["outcome"] == "done" else [f"outcome: {document['outcome']}"])]


def _idle(op: str) -> bool:
    """Tell whether it is a page: one that was cut short woke people, or what it asked is answered by now."""
    return op.startswith("page/")

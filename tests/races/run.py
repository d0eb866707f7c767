"""Lets processes race for one case, and judges by its journal who had it."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
from pathlib import Path

from runner.database.journal import read
from runner.database.opening import open_database
from runner.evidence.chain import broken
from tests.races.racer import CASE

__all__ = ["race"]

ROOT = Path(__file__).parents[2]
RACERS = 3
TURNS = 4  # of a racer that lives: at one of five it dies
_PATIENCE_S = 240


def race(store: Path, races: int, seed: str) -> tuple[int, list[str]]:
    """Have the case taken at least so often; returns how often it was, and what was wrong."""
    engine, wrong = open_database(store), list[str]()
    try:
        for heat in itertools.count():
            records = read(engine, CASE)
            fences = [each["data"]["fence"] for each in records]
            if len(set(fences)) >= races:
                break
            wrong += _heat(store, f"{seed}/{heat}")
    finally:
        engine.dispose()
    wrong += ["two had it at once: their records are mixed"] if fences != sorted(fences) else []
    owners = {(each["data"]["fence"], each["data"]["pid"]) for each in records}
    wrong += ["two had it under one number"] if len(owners) != len(set(fences)) else []
    damage = broken(records)
    return len(set(fences)), [*wrong, *([damage] if damage else [])]


def _heat(store: Path, seed: str) -> list[str]:
    """Start them together, and wait for all; a racer may only end well or be killed by itself."""
    words = [sys.executable, "-m", "tests.races.racer", str(store), str(TURNS)]
    racers = [
        subprocess.Popen([*words, f"{seed}/{number}"], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for number in range(RACERS)
    ]
    for each in racers:
        assert each.stdout
        each.stdout.readline()
    for each in racers:
        assert each.stdin
        each.stdin.write("\n")
        each.stdin.flush()
    said = [each.communicate(timeout=_PATIENCE_S)[1] for each in racers]
    return [text for each, text in zip(racers, said, strict=True) if each.returncode not in (0, -signal.SIGKILL)]

"""Malformed payloads by the thousand: what they changed in store and workspace, and whether the chat lives.

Each is made of an act that would have changed something, by somebody who may. What only the sender sees (an
answer, a form, the home tab) is no effect.
"""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from runner.actions.values import Json
from tests.bench.chat_acts import Act, Case
from tests.bench.chat_house import House
from tests.bench.chat_lab import lab
from tests.bench.table import Row

__all__ = ["Broken", "broken", "rows"]

COUNT, A_SECOND, SEED = 10_000, 400, 20_261_125
SERVICES, COMPRESS = 2, 1
_QUIET_S = 5.0  # nothing changed for so long: what the case itself shows is shown
_DELIVERIES = "severance_chat_deliveries"
"""What the chat remembers of deliveries, so that copies do nothing: no effect of one."""


@dataclass(frozen=True)
class Broken:
    """What came of it."""

    taken: int
    """Envelopes that the socket took."""
    effects: list[str]
    """What is different in store and workspace."""
    tracebacks: int
    """On stderr, defects that were named there included."""
    alive: bool
    """Whether a good act was done afterwards."""
    seconds: float
    """Until it was."""


def rows(folder: Path) -> Iterator[Row]:
    """Send them; yields one row for each of what is wanted. folder: a new one."""
    found = broken(folder, COUNT)
    named = f"{COUNT} malformed payloads, seed {SEED}"
    changed = f": {', '.join(found.effects[:3])}" if found.effects else ""
    yield Row(f"effects of {named}", f"{len(found.effects)}{changed}", "-", "0")
    yield Row(f"tracebacks of {named}", str(found.tracebacks), "-", "0")
    yield Row(f"a good act after {named}", f"{'done' if found.alive else 'not done'} after {found.seconds:.1f} s", "-", "done")


def broken(folder: Path, count: int) -> Broken:
    """Send so many, and then something good."""
    with lab(folder, SERVICES, 0, COMPRESS) as process:
        house = House(process)
        with house.serving():
            house.waiting(case := house.open())
            asking = [Act("command", each, what="status") for each in case.allowed[:2]]
            process.answered(asking)  # both have talked to the app before
            before = _settled(house)
            began = time.monotonic()
            taken = process.wreck(_acts(case), count, SEED, A_SECOND)
            alive = process.answered(asking[1:]) < [math.inf]  # it stands behind all that was sent
            took = time.monotonic() - began
            effects = _differences(before, _settled(house))
    printed = house.log.read_text()
    return Broken(taken, effects, printed.count("Traceback") + printed.count("a defect of"), alive, took)


def _acts(case: Case) -> list[Act]:
    """Return acts of somebody who may; done whole, each would change something but the last two."""
    who, told = {"user": case.allowed[0], "channel": case.channel}, json.dumps({"code": case.code})
    return [
        Act("command", what=f"note {case.code} seen", **who),
        Act("command", what=f"object {case.code} not yet", **who),
        Act("command", what=f"stop {case.code}", **who),
        Act("form", what="object", value=told, values={"because": "not yet"}, **who),
        Act("form", what="note", value="{}", values={"case": case.code, "value": "Seen."}, **who),
        Act("press", what="object", value=case.code, **who),
        Act("joined", **who),
    ]


def _settled(house: House) -> Json:
    """Return store and workspace once the case is at rest."""
    seen, since = _everything(house), time.monotonic()
    while time.monotonic() - since < _QUIET_S:
        time.sleep(0.5)
        if (now := _everything(house)) != seen:
            seen, since = now, time.monotonic()
    return seen


def _everything(house: House) -> Json:
    """Return all that an act could change, by name."""
    state = house.state()
    found = {f"channel {key}": each for key, each in state["channels"].items()}
    path = house.settings.store_folder / "severance.db"
    with closing(sqlite3.connect(path)) as store:
        names = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in [each for each in names if each.startswith("severance_") and each != _DELIVERIES]:
            found[name] = [list(row) for row in store.execute(f"SELECT * FROM {name} ORDER BY rowid")]
    return {**found, "users": state["users"], "failures": state["failures"]}


def _differences(before: Json, after: Json) -> list[str]:
    """Return what is new or changed, one entry a row or message."""
    found = []
    for name in sorted({*before, *after}):
        old, new = (_parts(each.get(name)) for each in (before, after))
        found += [f"{name}: {each[:300]}" for each in sorted(new ^ old)]
    return found


def _parts(value: Json) -> set[str]:
    if isinstance(value, dict) and "messages" in value:
        told = {json.dumps({**value, "messages": []}, sort_keys=True)}
        return told | {json.dumps(each, sort_keys=True) for each in value["messages"]}
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return {json.dumps(each, sort_keys=True) for each in listed}

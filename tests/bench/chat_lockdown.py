"""A lockdown of many doors, followed in its channel: how far apart edits are, how late the card, how old a belief.

Everything is read from what the workspace wrote down. In a second
run it says every two seconds that somebody came into the channel, though nobody did: whatever was believed of it is to be asked again.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs

from integrations.lab.ledger import read
from runner.actions.values import Json
from runner.desk.cast import Cast
from tests.bench.chat_acts import Act, Case
from tests.bench.chat_house import SLACK, House, until
from tests.bench.chat_lab import LabProcess, lab
from tests.bench.table import Row

__all__ = ["Seen", "followed", "rows"]

SERVICES, LATENCY_MS, COMPRESS = 4, 100, 1_000_000
EVENT_EVERY_S = 2.0
_WRITES = ("/api/chat.postMessage", "/api/chat.update")
_LOOK, _PERSON = "/api/conversations.members", "/api/users.info"
_AT_ONCE_S = 1.0  # what was on its way when the event came
_SHOWN_WITHIN_S = 300


@dataclass(frozen=True)
class Seen:
    """What one lockdown came to."""

    doors: int
    edits: list[float]
    """Seconds between one edit of the channel and the next."""
    lag_s: float
    """From the last change of any door to the edit of the doors' card that showed it."""
    ages_s: list[float]
    """How old, at each message or edit, was what was believed: who is in the channel, what each of them is."""
    asked_again_s: list[float]
    """After each event, how long until the members were asked again."""
    stale: int
    """Messages and edits a second and more after an event, on the word of an earlier look."""


def rows(folder: Path) -> Iterator[Row]:
    """Run two, one without events and one with; yields spacing, lag and ages. folder: a new one."""
    seen, told = (followed(folder / name, SERVICES, LATENCY_MS, events=name == "events") for name in ("calm", "events"))
    setting = f"lockdown of {seen.doors} doors, {len(seen.edits) + 1} edits"
    yield Row(f"least time between edits of a channel ({setting})", f"{min(seen.edits):.2f} s", "1 s, what Slack allows", ">= 3 s")
    yield Row("the doors' card after the last change of a door", f"{seen.lag_s:.1f} s", "-", "printed")
    yield Row(
        f"oldest belief at {len(seen.ages_s)} messages and edits", f"{max(seen.ages_s):.1f} s", "0 s, asked before each", "<= 10 s"
    )
    again = sorted(told.asked_again_s)
    yield Row(
        f"members asked again after a membership event (of {len(again)})",
        f"median {again[len(again) // 2] * 1000:.0f} ms, most {again[-1] * 1000:.0f} ms", "-", "printed",
    )  # fmt: skip
    yield Row(f"of {len(told.ages_s)} messages and edits, on the word of before an event", str(told.stale), "-", "0")


def followed(folder: Path, services: int, latency_ms: float, *, events: bool) -> Seen:
    """Run a case to its end while it is followed in the chat. events: whether somebody seems to come in, again and again."""
    with lab(folder, services, latency_ms, COMPRESS) as process:
        house = House(process)
        with house.serving():
            case = house.open()
            over, told = threading.Event(), list[float]()
            teller = threading.Thread(target=_tell, args=(process, case, over, told))
            if events:
                teller.start()
            with Cast(house.settings, case.code, folder):
                memory = house.desk.chat_line().memory
                until(lambda: memory.cards(case.code).get("ended"), _SHOWN_WITHIN_S, "the end of the case")
            over.set()
            if events:
                teller.join()
        return _seen(house, case, told)


def _tell(process: LabProcess, case: Case, over: threading.Event, told: list[float]) -> None:
    while not over.wait(EVENT_EVERY_S):
        process.play([Act("joined", case.allowed[0], channel=case.channel)])
        told.append(time.time())


def _seen(house: House, case: Case, events: list[float]) -> Seen:
    edits = [each for each in house.state()["edits"] if each["channel"] == case.channel]
    card = house.desk.chat_line().memory.cards(case.code)["doors"].ts
    changed = _last_change(house.desk.records(case.code))
    calls = [(each["path"], _at(each), _about(each)) for each in read(house.settings.folder / "ledgers" / f"{SLACK}.jsonl")]
    looks = [at for path, at, channel in calls if (path, channel) == (_LOOK, case.channel)]
    writes = [at for path, at, channel in calls if path in _WRITES and channel == case.channel]
    people = [[at for path, at, user in calls if (path, user) == (_PERSON, each)] for each in case.allowed]
    believed = {at: _latest(looks, at) for at in writes}
    oldest = [min(believed[at], *(_latest(each, at) for each in people)) for at in writes]
    later = [[look for look in looks if look >= event] for event in events]
    return Seen(
        len(house.desk.board(case.code)["doors"]),
        [after["at"] - before["at"] for before, after in pairwise(edits)],
        min((each["at"] for each in edits if each["ts"] == card and each["at"] >= changed), default=changed) - changed,
        [at - look for at, look in zip(writes, oldest, strict=True)],
        [each[0] - event for each, event in zip(later, events, strict=True) if each],
        sum(any(look < event < at - _AT_ONCE_S for event in events) for at, look in believed.items()),
    )


def _last_change(records: list[Json]) -> float:
    """Return the moment at which a door last had another verdict than before."""
    verdicts: dict[tuple[str, ...], str] = {}
    last = 0.0
    for each in records:
        if each["kind"] in ("door.seen", "door.verdict"):
            door = tuple(str(each["data"][name]) for name in ("service", "layer", "account"))
            last = last if verdicts.get(door) == each["data"]["verdict"] else _at(each)
            verdicts[door] = each["data"]["verdict"]
    return last


def _latest(looks: list[float], before: float) -> float:
    return max((look for look in looks if look < before), default=0.0)


def _at(told: Json) -> float:
    return datetime.fromisoformat(told["at"]).timestamp()


def _about(call: Json) -> str:
    """Return the channel or person that a call of the Web API is about; its arguments are a form, JSON or a query."""
    body = call["body"]
    given = json.loads(body) if body.startswith("{") else {name: each[-1] for name, each in parse_qs(body).items()}
    asked = {**given, **{name: each[-1] for name, each in parse_qs(call["query"]).items()}}
    return str(asked.get("channel") or asked.get("user") or "")

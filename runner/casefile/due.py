"""When a case is to be run next though nobody acts, and why: read from its journal alone.

A case that waits costs nothing: its run ends, and whoever watches the store runs it again once somebody
answers, or once something comes due that `tending.py` and `firing.py` act on by the clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from runner.casefile import marks
from runner.casefile.contents import CaseFile
from runner.casefile.deadlines import running
from runner.clock import now
from runner.database.journal import Record
from runner.language.durations import fire

__all__ = ["MOST_DEATHS", "Look", "next_look"]

MOST_DEATHS = 5  # runs of a case that die one after the other, with nothing done, before a person must look
_FAILED_FIRST, _FAILED_LAST = timedelta(seconds=30), timedelta(minutes=30)
"""A run that failed is tried again after the first, doubled from failure to failure up to the last."""
_BESIDE = frozenset({"run.started", "step.started", "stop.asked"})
"""Records that a run leaves without having done anything."""

Why = Literal[
    "interrupted", "acted on", "failed", "due", "waiting", "dying", "dead-lettered", "stopped", "over"
]


@dataclass(frozen=True, slots=True)
class Look:
    """When a case is to be run next; never, when `at` is None, unless somebody acts."""

    at: datetime | None
    why: Why
    urgent: bool = False
    """An emergency was declared: it goes before the others."""


def next_look(case: CaseFile, records: Sequence[Record], *, over: bool) -> Look:
    """Return when a case that nobody runs is to be run. over: it is through, or a person ended it."""
    if left_alone := _left_alone(case, over=over):
        return Look(None, left_alone)
    urgent = case.emergency is not None
    if case.interrupted:
        dying = _deaths(records) >= MOST_DEATHS
        return Look(None, "dying") if dying else Look(now(), "interrupted", urgent)
    if _acted_on(records[-1]):
        return Look(now(), "acted on", urgent)
    if _failed(records[-1]):
        return Look(_again(records), "failed", urgent)
    at = min(_moments(case), default=None)
    return Look(at, "due" if at else "waiting", urgent)


def _left_alone(case: CaseFile, *, over: bool) -> Why | None:
    """Say why only a person can have a case go on, if so: whoever stopped it had a reason."""
    if over:
        return "over"
    if case.stopped and not case.interrupted:
        return "stopped"
    return "dead-lettered" if case.dead_lettered else None


def _acted_on(last: Record) -> bool:
    """Tell whether something was recorded that no run has seen, be it in the moment the last one ended."""
    before = int(last["seq"]) - 1
    return last["kind"] != "run.ended" or int(last["data"].get("seen", before)) < before


def _deaths(records: Sequence[Record]) -> int:
    """Count the runs at the end of a journal that began and came to nothing, not even to an end."""
    count = 0
    for each in reversed(records):
        if each["kind"] not in _BESIDE:
            break
        count += each["kind"] == "run.started"
    return count


def _failed(record: Record) -> bool:
    """Tell whether a run ended for a fault of ours, or of what it stands on."""
    return record["kind"] == "run.ended" and not record["data"]["executor"]


def _again(records: Sequence[Record]) -> datetime:
    """Return when a run that failed is tried again."""
    ends = [each for each in records if each["kind"] == "run.ended"]
    failures = next((at for at, each in enumerate(reversed(ends)) if not _failed(each)), len(ends))
    wait: timedelta = min(_FAILED_FIRST * 2 ** min(failures - 1, 10), _FAILED_LAST)
    return datetime.fromisoformat(str(ends[-1]["at"])) + wait


def _moments(case: CaseFile) -> Iterator[datetime]:
    """Yield every moment at which something is to be done without anybody acting."""
    moment = now()
    asked = [(marks.of_request(each), marks.told(each)) for each in case.open_requests()]
    clocks = [(marks.of_clock(each), marks.told(each)) for each in running(case)]
    demand = [(marks.of_demand(case), marks.told_of_demand(case))]
    for found, said in (*asked, *clocks, *demand):
        if at := marks.next_moment(found, moment, said):
            yield at
    for order in case.orders.values():
        if not order.done:
            yield datetime.fromisoformat(order.data["due"])
    yield from _windows(case, moment)


def _windows(case: CaseFile, moment: datetime) -> Iterator[datetime]:
    """Yield when the windows open next in which phases may fire that have not started."""
    for phase in case.opened["playbook"]["expanded"]["phases"]:
        if "fire" not in phase or phase["phase"] in case.phases:
            continue
        window = fire(phase["fire"])
        if window.opens is not None:
            here = moment.astimezone(ZoneInfo(window.zone))
            today = datetime.combine(here.date(), window.opens, here.tzinfo)
            yield today if today > here else today + timedelta(days=1)

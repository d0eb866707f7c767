"""The hour a demand names, kept like a clock: it wakes people a day and an hour before, and as it passes."""

from __future__ import annotations

from datetime import datetime, timedelta

from runner.cases.casefile import CaseFile
from runner.cases.paging import on_call, page, people_of
from runner.cases.work import Work

__all__ = ["remind_of_demand"]

_MARKS = (
    ("passed", timedelta(0)),
    ("an-hour-left", timedelta(hours=1)),
    ("a-day-left", timedelta(days=1)),
)
"""Latest first: a runner that was away wakes people for the one that holds now, once."""


async def remind_of_demand(work: Work, case: CaseFile, moment: datetime) -> bool:
    """Wake whoever leads and decides as the demand's hour comes near; tells whether it did.

    The hour is the newest one of the messages, and may be assumed: the case says so, the page does not.
    """
    hour = str(case.demand["deadline"]["utc"] or "") if case.demands else ""
    mark = next((name for name, before in _MARKS if hour and moment >= _at(hour) - before), "")
    if not mark or (hour, mark) in case.demand_marks:
        return False
    work.write("demand.near", deadline=hour, mark=mark)
    people = work.playbook.people
    text = f"Case {work.code}: a moment named in it is {hour}.\n\n    severance brief {work.code}\n"
    roles = [*people.start, *people.decide]
    woken = people_of(work, roles) if mark == "passed" else on_call(work, roles)
    await work.in_thread(lambda: page(work, f"demand-{hour}", mark, woken, text))
    return True


def _at(hour: str) -> datetime:
    return datetime.fromisoformat(hour)

"""The hour a demand names, kept like a clock: it wakes people a day and an hour before, and as it passes."""

from __future__ import annotations

from datetime import datetime

from runner.cases import marks
from runner.cases.casefile import CaseFile
from runner.cases.paging import on_call, page, people_of
from runner.cases.work import Work

__all__ = ["remind_of_demand"]

async def remind_of_demand(work: Work, case: CaseFile, moment: datetime) -> bool:
    """Wake whoever leads and decides as the demand's hour comes near; tells whether it did.

    The hour is the newest one of the messages, and may be assumed: the case says so, the page does not.
    """
    near = marks.passed(marks.of_demand(case), moment, marks.told_of_demand(case))
    if near is None:
        return False
    hour = str(case.demand["deadline"]["utc"])
    work.write("demand.near", deadline=hour, mark=near.name)
    people = work.playbook.people
    text = f"Case {work.code}: a moment named in it is {hour}.\n\n    severance brief {work.code}\n"
    roles = [*people.start, *people.decide]
    woken = people_of(work, roles) if near.name == "passed" else on_call(work, roles)
    await work.in_thread(lambda: page(work, f"demand-{hour}", near.name, woken, text))
    return True

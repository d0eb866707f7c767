"""The hour a demand names, kept like a clock: it wakes people a day and an hour before, and as it passes."""

from __future__ import annotations

from datetime import datetime

from runner.casefile import marks
from runner.casefile.contents import CaseFile
from runner.cases.paging import Word, on_call, people_of, say
from runner.cases.work import Work

__all__ = ["demand_word", "remind_of_demand"]


async def remind_of_demand(work: Work, case: CaseFile, moment: datetime) -> bool:
    """Wake whoever leads and decides as the demand's hour comes near; tells whether it did.

    The hour is the newest one of the messages, and may be assumed: the case says so, the page does not.
    """
    near = marks.passed(marks.of_demand(case), moment, marks.told_of_demand(case))
    if near is None:
        return False
    hour = str(case.demand["deadline"]["utc"])
    work.write("demand.near", deadline=hour, mark=near.name)
    await work.in_thread(lambda: say(work, demand_word(work, hour, near.name)))
    return True


def demand_word(work: Work, hour: str, mark: str) -> Word:
    """Return the word by which people are woken for an hour that a demand names. mark: how near it is."""
    people = work.playbook.people
    text = f"Case {work.code}: a moment named in it is {hour}.\n\n    severance brief {work.code}\n"
    roles = [*people.start, *people.decide]
    woken = people_of(work, roles) if mark == "passed" else on_call(work, roles)
    return Word(f"demand-{hour}", mark, woken, text)

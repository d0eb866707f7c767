"""Reminds people of what they were asked, and of clocks that run, as their time runs out and once it has.

That somebody is reminded goes on record first, together with what silence means, whatever a pager does; a run
that is killed between that record and the page leaves the page to the next one (`waking_again.py`).
"""

from __future__ import annotations

from datetime import datetime

from runner.actions.values import Json
from runner.casefile import marks
from runner.casefile.contents import Request
from runner.casefile.course import REVIEW
from runner.cases.paging import Word, on_call, people_of, say
from runner.cases.work import Work
from runner.clock import stamp
from runner.database.journal import Entry

__all__ = ["clock_word", "remind", "remind_of_clock", "reminder"]


async def remind(work: Work, request: Request, moment: datetime) -> bool:
    """Page again at half-time, and loudly when the deadline has passed; tells whether it did."""
    mark = marks.passed(marks.of_request(request), moment, marks.told(request))
    if mark is None:
        return False
    due = mark.name
    reminded = Entry("request.reminded", {"request": request.id, "moment": due})
    work.journal.append(reminded, *(_passed(request) if due == "expired" else ()))
    await work.in_thread(lambda: say(work, reminder(work, request, due)))
    return True


def reminder(work: Work, request: Request, due: str) -> Word:
    """Return the word by which a request's people are reminded. due: half-time, or expired."""
    text = f"Case {work.code}: {'the deadline was' if due == 'expired' else 'please decide before'} "
    text += f"{request.data['expires']}.\n\n    {request.data['command']}\n"
    roles = [*request.data["of"], *request.data.get("each_of", ())]
    roles += work.playbook.people.decide if (request.id, due) == (REVIEW, "expired") else ()
    woken = people_of(work, roles) if due == "expired" else on_call(work, roles, request.data["need"])
    return Word(request.id, due, woken, text)


async def remind_of_clock(work: Work, request: Request, moment: datetime) -> bool:
    """Page counsel at half-time, when a tenth of the time is left, and when the deadline has passed."""
    mark = marks.passed(marks.of_clock(request), moment, marks.told(request))
    if mark is None:
        return False
    work.write("request.reminded", request=request.id, moment=mark.name)
    await work.in_thread(lambda: say(work, clock_word(work, request, mark.name)))
    return True


def clock_word(work: Work, request: Request, due: str) -> Word:
    """Return the word by which counsel is reminded of a clock that runs. due: one of its moments."""
    over, ends = due == "deadline-passed", stamp(marks.of_clock(request)[-1].at)
    text = f"Case {work.code}: {'a deadline was' if over else 'a deadline is'} at {ends}."
    text += f"\n\n    severance status {work.code}\n"
    to = people_of(work, request.data["of"])
    return Word(f"{request.id}-clock", "expired" if over else due, to, text)


def _passed(request: Request) -> list[Entry]:
    """Return what follows from a deadline that passed: recorded with the reminder, or no run looks again."""
    entries = []
    if request.id == REVIEW:
        since = {"request": request.id, "since": request.data["expires"]}
        entries.append(Entry("emergency.unreviewed", since))
    if request.kind == "ask" and request.data["if_silent"]:
        entries.append(Entry("ask.silent", {"request": request.id, "took": _silence(request)}))
    elif request.kind == "task":
        entries.append(Entry("task.late", {"request": request.id}))
    return entries


def _silence(request: Request) -> Json:
    took = request.data["if_silent"]
    return [] if request.data["kind"] == "choose" and took == "none" else took

"""Wakes whom an earlier run was to wake, and was killed before it did: nobody would hear of it."""

from __future__ import annotations

from collections.abc import Iterator

from runner.actions.values import Json
from runner.casefile import marks
from runner.casefile.contents import CaseFile, Request
from runner.casefile.deadlines import running
from runner.casefile.folding import fold
from runner.casefile.judging import declared_by
from runner.cases.demanding import demand_word
from runner.cases.paging import Word, deciders_to_wake, on_call, pagers_used, say
from runner.cases.reminding import clock_word, reminder
from runner.cases.work import Work
from runner.clock import now, stamp
from runner.company import Person
from runner.database.journal import Entry

__all__ = ["wake_again"]

_OVERRUN = ("open", "silent", "expired")
"""How a request stands whose deadline passed with nobody deciding."""
_BY_ITS_STEP = "/now@"  # a step or an order that wakes people does so when it is run again, not here
_CUT = "cut short and not sent again: a later page told of it, or what it asked is answered by now"


def wake_again(work: Work) -> None:
    """Send each page that was due when this run began, over every pager that no record says was used.

    What this run asks and reminds of is its own to tell. A page whose intent stands unanswered is decided by
    its action's own `repeat`; one that nobody needs any more is settled as unknown, and not sent.
    """
    records = work.journal.read()
    began = max(place for place, each in enumerate(records) if each["kind"] == "run.started")
    then, used = fold(records[:began]), pagers_used(records[:began])
    for word in _due(work, then, work.case()):
        heard = used.get((word.request, word.moment), set()) | _with_others(then, word, used)
        if missing := set(work.settings.page_by) - heard:
            say(work, word, over=missing)
    _settle(work, then)


def _due(work: Work, then: CaseFile, case: CaseFile) -> Iterator[Word]:
    """Yield the last word that was due about each matter that still stands; then: as this run found it."""
    for request in then.requests.values():
        status = case.requests[request.id].status
        mark = marks.last(marks.of_request(request), marks.told(request))
        if status == "open" and mark is None:
            yield _asking(work, case, request)
        elif mark and (status == "open" or (status in _OVERRUN and mark.name == "expired")):
            yield reminder(work, request, mark.name)
    for request in running(then):
        mark = marks.last(marks.of_clock(request), marks.told(request))
        if mark and case.requests[request.id].status == "running":
            yield clock_word(work, request, mark.name)
    if near := marks.last(marks.of_demand(then), marks.told_of_demand(then)):
        yield demand_word(work, str(then.demand["deadline"]["utc"]), near.name)


def _asking(work: Work, case: CaseFile, request: Request) -> Word:
    expires = request.data["expires"]
    text = f"Case {work.code} needs you before {expires}.\n\n    {request.data['command']}\n"
    return Word(request.id, "asked", _people(work, case, request), text)


def _with_others(then: CaseFile, word: Word, used: dict[tuple[str, str], set[str]]) -> set[str]:
    """Return the pagers that told of a door to be closed by hand: one page tells of all such tasks."""
    if word.moment != "asked" or not _by_hand(then.requests[word.request]):
        return set()
    tasks = [each.id for each in then.requests.values() if _by_hand(each)]
    return set().union(*(used.get((each, "asked"), set()) for each in tasks))


def _by_hand(request: Request) -> bool:
    return bool(request.data.get("door"))


def _people(work: Work, case: CaseFile, request: Request) -> list[Person]:
    roles, need = [*request.data["of"], *request.data["each_of"]], request.data["need"]
    if request.kind != "approval":
        return on_call(work, roles, need)
    return deciders_to_wake(work, roles, need, (case.opened["by"], declared_by(case, request.data["phase"])))


def _settle(work: Work, then: CaseFile) -> None:
    """Record of each page that was cut short, and not sent again, that nobody knows whether it went out."""
    cut = [op for op, each in then.operations.items() if op.startswith("page/") and _BY_ITS_STEP not in op]
    known = work.case().operations
    left = [known[op].intent for op in cut if known[op].outcome is None]
    work.journal.append(*(Entry("write.outcome", _unknown(each["data"])) for each in left if each))


def _unknown(intent: Json) -> Json:
    """Return the data of the outcome of a write that was cut short."""
    who = {key: intent[key] for key in ("op", "action", "service", "account", "thing")}
    times = {"ready_at": "", "write_at": "", "confirmed_at": stamp(now())}
    state = {"layer": "", "before": intent["before"], "after": None, "outcome": "unknown", "why": _CUT}
    return {**who, **state, "head": "", "calls": 0, **times}

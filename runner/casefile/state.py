"""How a case stands for whoever looks after all of them: what needs a person most comes first.

Read from the journal and two facts beside it: whether a runner has the case at this moment, and whether
what is stored of its run is of a format that this version reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from runner.casefile.contents import CaseFile, Request
from runner.casefile.deadlines import clocks
from runner.casefile.outcome import over
from runner.clock import now

__all__ = ["STATES", "State", "Word", "state_of"]

Word = Literal["dead-lettered", "stranded", "waiting", "running", "at-rest", "done"]
STATES: tuple[Word, ...] = get_args(Word)
"""In the order in which they need a person.

| state | it means |
| --- | --- |
| dead-lettered | its runs died again and again; nothing runs it until a person does |
| stranded | its runner was ended from outside and nobody runs it, or its stored format is not ours |
| waiting | people are asked, or somebody must run it |
| running | a runner is at work, and asks nobody |
| at-rest | nothing is due before a time |
| done | nothing is left, or a person ended it |
"""


@dataclass(frozen=True, slots=True)
class State:
    """How one case stands."""

    word: Word
    why: str = ""
    next: str = ""
    """The command that moves it on; "" where there is none."""
    due: str = ""
    """When it is to be acted on, RFC 3339 UTC; "" where no time is set."""
    overdue: bool = False
    """That time has passed."""

    def urgency(self) -> tuple[int, bool, str]:
        """Return what to sort by, the most urgent first: state, overdue first, then by deadline."""
        return STATES.index(self.word), not self.overdue, self.due or "~"  # "~" sorts after every digit


def state_of(case: CaseFile, phases: list[str], *, held: bool, stored: str) -> State:
    """Return how a case stands.

    phases: that must be through. held: a runner has it now. stored: the format in which an unfinished run of
    it is stored, where this version does not read it; else "".
    """
    code = case.opened["code"]
    if over(case, phases):
        ended = case.closed
        return State("done", f"{ended['by']} ended it: {_line(ended['because'])}" if ended else "")
    if case.dead_lettered:
        times, last = case.dead_lettered["attempts"], _line(case.dead_lettered["why"])
        why = f"its runs died {times} times in a row: {last}"
        return State("dead-lettered", why, f"severance resume {code}")
    if stored:
        return State("stranded", f"its run is stored as {stored}: only the version that began it reads that")
    if case.interrupted and not held:
        why = "its runner was ended from outside, and nobody runs it"
        return State("stranded", why, f"severance resume {code}")
    if asked := [_asked(each) for each in case.open_requests()]:
        return min(asked, key=State.urgency)
    through = all(case.phases.get(each) == "finished" for each in phases)
    return _unasked(case, through=through, held=held)


def _asked(request: Request) -> State:
    data = request.data
    who = ", ".join(dict.fromkeys([*data["of"], *data.get("each_of", ())]))
    what = data.get("question") or data.get("text") or data.get("about") or request.kind
    late = now() >= datetime.fromisoformat(data["expires"])
    by = f"OVERDUE since {data['expires']}" if late else f"until {data['expires']}"
    return State("waiting", f"for {who}, {by}: {_line(what)}", data["command"], data["expires"], overdue=late)


def _unasked(case: CaseFile, *, through: bool, held: bool) -> State:
    """Return how a case stands of which nobody is asked anything; through: with all its phases."""
    run = f"severance run {case.opened['code']}"
    if through and not case.stopped and (moments := sorted(_moments(case))):
        due, what = moments[0]
        if now() < datetime.fromisoformat(due):
            return State("at-rest", f"until {due}: {what}", due=due)
        if not held:
            return State("waiting", f"nobody runs it, and it was due {due}: {what}", run, due, overdue=True)
    if held:
        return State("running", "a runner is at work")
    return State("waiting", *_unheld(case, through=through))


def _unheld(case: CaseFile, *, through: bool) -> tuple[str, str]:
    """Return why a case stands still that nobody runs, and what moves it on."""
    code = case.opened["code"]
    if case.stopped:
        return "it was stopped", f"severance resume {code}"
    left = sum(door.left for door in case.doors.values())
    if through and left:
        return f"every phase is through; doors that are left: {left}", f"severance status {code}"
    if not case.ended:
        return "it was opened, and nobody runs it yet", f"severance run {code}"
    return f"nobody runs it; its last run: {_line(case.ended)}", f"severance run {code}"


def _line(text: str) -> str:
    """Return the first line of what may be a page: what went wrong, without what to do about it."""
    return next(iter(text.splitlines()), "")


def _moments(case: CaseFile) -> Iterator[tuple[str, str]]:
    """Yield when something comes to its time by itself, and what."""
    yield from ((order.data["due"], order.data["what"]) for order in case.orders.values() if not order.done)
    for each in clocks(case):
        if each["status"] == "running" and each["deadline"]:
            yield each["deadline"], f"clock {each['clock']}"

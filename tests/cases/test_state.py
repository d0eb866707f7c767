"""In what state a case is, as its journal tells, and in what order cases need a person."""

from __future__ import annotations

import pytest

from runner.casefile.folding import fold
from runner.casefile.state import STATES, State, state_of

CODE = "amber-falcon-7"
SOON, LATER, PAST = "2199-01-01T01:00:00.000Z", "2199-01-01T05:00:00.000Z", "2026-01-01T00:00:00.000Z"
OPENED = ("case.opened", {"code": CODE, "by": "ingrid"})
STARTED = ("run.started", {"executor": "e", "host": "h", "pid": 1})
CLOSED = ("case.closed", {"by": "maren", "because": "the wrong person"})
QUIET = ("phase.started", {"phase": "quiet"})
THROUGH = ("phase.finished", {"phase": "quiet", "status": "finished"})
DEAD = ("case.dead_lettered", {"why": "the engine died (SIGKILL)\n  = next: look", "attempts": 5})
OPEN = ("door.seen", {"service": "okta", "layer": "account", "account": "00u1", "verdict": "open", "why": "", "login": "x"})
RECHECK = {"order": "o", "what": "read doors back after 1h", "due": SOON}


def ended(why):
    return ("run.ended", {"executor": "e", "why": why})


def asked(name, expires, **more):
    told = {"of": ["hr"], "each_of": ["hr", "counsel"], "need": 1, "command": f"severance answer {CODE} {name} done"}
    return ("task.set", {"request": name, "expires": expires, "text": "Ring them", **told, **more})


def state(*records, held=False, stored=""):
    told = [{"seq": at, "at": PAST, "kind": kind, "data": data} for at, (kind, data) in enumerate((OPENED, *records), 1)]
    return state_of(fold(told), ["quiet"], held=held, stored=stored)


RESUME, RUN = f"severance resume {CODE}", f"severance run {CODE}"
ANSWER = f"severance answer {CODE} ring done"


@pytest.mark.parametrize(
    ("records", "more", "word", "why", "following"),
    [
        ((), {}, "waiting", "nobody runs it yet", RUN),
        ((STARTED, QUIET), {}, "stranded", "ended from outside", RESUME),
        ((STARTED, QUIET), {"held": True}, "running", "at work", ""),
        ((STARTED, QUIET, ended("denied by maren")), {}, "waiting", "nobody runs it; its last run: denied by maren", RUN),
        ((STARTED, QUIET, ("stop.asked", {"by": "ingrid", "because": ""}), ended("stopped")), {}, "waiting", "it was stopped", RESUME),
        ((STARTED, QUIET, ("stop.asked", {"by": "signal", "because": "SIGTERM"}), ended("stopped")), {}, "stranded", "ended from outside", RESUME),
        ((STARTED, QUIET, ended("waiting")), {"stored": "phase-0"}, "stranded", "stored as phase-0", ""),
        ((STARTED, QUIET, asked("ring", SOON)), {"held": True}, "waiting", f"for hr, counsel, until {SOON}: Ring them", ANSWER),
        ((STARTED, QUIET, asked("ring", SOON), ended("waiting")), {}, "waiting", "Ring them", ANSWER),
        ((STARTED, QUIET, asked("ring", PAST)), {"held": True}, "waiting", f"OVERDUE since {PAST}", ANSWER),
        ((STARTED, QUIET, asked("desk", LATER), asked("ring", SOON)), {"held": True}, "waiting", "Ring them", ANSWER),
        ((STARTED, QUIET, asked("ring", SOON)), {}, "stranded", "ended from outside", RESUME),  # asked, and nobody would hear
        ((STARTED, QUIET, THROUGH, ("standing.set", RECHECK)), {"held": True}, "at-rest", f"until {SOON}: read doors", ""),
        ((STARTED, QUIET, THROUGH, ("standing.set", RECHECK), ended("waiting")), {}, "at-rest", f"until {SOON}", ""),
        ((STARTED, QUIET, THROUGH, ("standing.set", RECHECK | {"due": PAST}), ended("waiting")), {}, "waiting", f"it was due {PAST}", RUN),
        ((STARTED, QUIET, THROUGH, ended("through")), {}, "done", "", ""),
        ((STARTED, QUIET, OPEN, THROUGH, ended("through")), {}, "waiting", "doors that are left: 1", f"severance status {CODE}"),
        ((STARTED, QUIET, DEAD), {}, "dead-lettered", "died 5 times in a row: the engine died (SIGKILL)", RESUME),
        ((STARTED, QUIET, asked("ring", PAST), DEAD), {}, "dead-lettered", "died 5 times in a row", RESUME),
        ((STARTED, QUIET, CLOSED), {}, "done", "maren ended it: the wrong person", ""),
        ((STARTED, QUIET, DEAD, STARTED), {"held": True}, "running", "at work", ""),
        ((STARTED, QUIET, DEAD, STARTED), {}, "stranded", "ended from outside", RESUME),
    ],
)  # fmt: skip
def test_a_case_is_in_one_state_and_says_why_and_what_is_next(records, more, word, why, following):
    found = state(*records, **more)
    assert (found.word, found.next) == (word, following)
    assert why in found.why
    assert "\n" not in found.why


def test_what_needs_a_person_most_comes_first():
    """Dead-lettered, stranded, then what people are asked: overdue first, by deadline; then the rest."""
    ordered = [
        State("dead-lettered"),
        State("stranded"),
        State("waiting", due=PAST, overdue=True),
        State("waiting", due=SOON),
        State("waiting", due=LATER),
        State("waiting"),
        State("running"),
        State("at-rest", due=SOON),
        State("at-rest", due=LATER),
        State("done"),
    ]
    mixed = [*ordered[5:], *ordered[:5]]
    assert sorted(mixed, key=State.urgency) == ordered
    assert tuple(dict.fromkeys(each.word for each in ordered)) == STATES

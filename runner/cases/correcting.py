"""Corrects what a case sent outside: a comment on each ticket it made, a task for each recipient it told.

Nothing is withdrawn silently: whoever was told hears that it no longer stands, from a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import signature

from runner.actions.values import Document, Json
from runner.cases.casefile import CaseFile
from runner.cases.handing_back import set_task
from runner.cases.journal import Entry
from runner.cases.operations import Task
from runner.cases.reopenings import UNDO_OPS
from runner.cases.work import Work

__all__ = ["correct_made", "correct_told"]

WORDS = (
    "Correction of case {}.\n\nThe suspicion behind this case has not been borne out, or its doors were closed by "
    "mistake: the case is being undone, and access is given back. What is written here no longer stands. Do not "
    "act on it. Correct what you passed on from it, and lift what was done because of it."
)


@dataclass(frozen=True, slots=True)
class Told:
    """Something this case told or made, that an action of its service cannot correct."""

    op: str
    text: str


def correct_made(work: Work, operation: Json) -> Json:
    """Write the correction beside what this case made; returns the outcome."""
    action, about = work.services.by_name(operation["action"]), operation["args"]["about"]
    text = WORDS.format(work.code)
    names = list(signature(action.run).parameters)[1:3]
    arguments = dict(
        zip(names, (about, Document("correction", f"Correction of {work.code}", text)), strict=True)
    )
    done = Task(operation["op"], action, operation["service"], arguments=arguments)
    outcome = work.operations.perform(done)
    if outcome["outcome"] in ("changed", "unchanged"):
        told = {"via": action.name, "service": operation["service"], "to": about, "what": "correction"}
        work.journal.append(Entry("told", told))
    return outcome


def correct_told(work: Work) -> list[str]:
    """Set a task for each recipient outside who was told something; returns the tasks' names.

    Counsel decides text and recipient; where nobody advises the case, its deciders do.
    """
    people = work.playbook.people
    return [
        set_task(work, "correct", told.op, told.text, people.advise or people.decide)
        for told in _told(work, work.case())
    ]


def _told(work: Work, case: CaseFile) -> Iterator[Told]:
    inside = {person.mail.casefold() for person in work.settings.people}
    for known in case.operations.values():
        data: Json = known.outcome["data"] if known.outcome else {"outcome": ""}
        if data["outcome"] not in ("changed", "unchanged") or known.op.startswith(("page/", UNDO_OPS)):
            continue  # a page holds the code name and a command, nothing to correct
        action, after = work.services.by_name(data["action"]), data["after"] or {}
        if action.kind == "make" and not action.corrected_by:
            where = after.get("url") or after.get("id", "")
            yield Told(known.op, f"Correct what this case made: {where}, in {data['service']}")
        for to in _recipients(after) if action.kind == "tell" else ():
            if to.casefold() not in inside:
                text = f"Tell {to} that it no longer stands: they were told over {data['service']} at "
                yield Told(f"{known.op}/{to}", f"{text}{data['confirmed_at']} ({after.get('id', '')})")


def _recipients(after: Json) -> list[str]:
    """Return whom a `tell` reached, by its own words: addresses, a channel, a place."""
    to = after.get("to") or after.get("channel") or after.get("url") or after.get("id", "")
    return [str(each) for each in to] if isinstance(to, list) else [str(to)]

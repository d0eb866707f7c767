"""Corrects what a case sent outside: a comment on each ticket it made, a task for each recipient it told.

Nothing is withdrawn silently: whoever was told hears that it no longer stands, from a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from inspect import signature

from runner.actions.values import Document, Json
from runner.casefile.contents import CaseFile
from runner.cases.handing_back import set_task
from runner.cases.operations import Task
from runner.cases.reopenings import UNDO_OPS
from runner.cases.work import Work
from runner.database.journal import Entry
from runner.language.playbook import UNDO

__all__ = ["correct_made", "correct_told"]

NOTICE = "correction-notice"
"""The template of what recipients are sent; what was wrong, and what is right, counsel writes into it."""
WORDS = (
    "Correction of case {}.\n\nThe suspicion behind this case has not been borne out, or its doors were "
    "closed by mistake: the case is being undone, and access is given back. What is written here no longer "
    "stands. Do not act on it. Correct what you passed on from it, and lift what was done because of it."
)


@dataclass(frozen=True, slots=True)
class Told:
    """Something this case told or made, which only people can correct."""

    about: str
    """Names it, the same on every attempt."""
    recipient: str
    what: str
    at: str


def correct_made(work: Work, operation: Json) -> Json:
    """Write the correction beside what this case made; returns the outcome."""
    action, about = work.services.by_name(operation["action"]), operation["args"]["about"]
    text = WORDS.format(work.code)
    names = list(signature(action.run).parameters)[1:3]
    arguments = dict(
        zip(names, (about, Document("correction", f"Correction of {work.code}", text)), strict=True)
    )
    done = Task(operation["op"], action, operation["service"], arguments=arguments)
    known = work.operations.known(operation["op"])
    told_before = known is not None and known.settled
    outcome = work.operations.perform(done)
    if outcome["outcome"] in ("changed", "unchanged") and not told_before:
        told = {"via": action.name, "service": operation["service"], "to": about, "what": "correction"}
        work.journal.append(Entry("told", told))
    return outcome


def correct_told(work: Work) -> list[str]:
    """Set a task for each recipient outside who was told something; returns the tasks' names.

    Counsel decides text and recipient; where nobody advises the case, its deciders do.
    """
    case, people = work.case(), work.playbook.people
    return [_task(work, told, people.advise or people.decide) for told in [*_done(work, case), *_sent(case)]]


def _task(work: Work, told: Told, roles: Sequence[str]) -> str:
    text = f"Tell {told.recipient} that it no longer stands: {told.what}, {told.at}"
    given = {"recipient": told.recipient, "what": told.what, "sent_on": told.at}
    notice = {"document": NOTICE, "with": {name: _plain(value) for name, value in given.items()}}
    return set_task(work, "correct", told.about, text, roles, **notice)


def _plain(text: str) -> str:
    """Return text that holds no reference: what came from outside is never parsed."""
    return text.replace("{", "(").replace("}", ")") or "not on record"


def _done(work: Work, case: CaseFile) -> Iterator[Told]:
    """Yield what actions of this case told or made; a page holds nothing that could be wrong."""
    inside = {person.mail.casefold() for person in work.settings.people}
    for known in case.operations.values():
        data: Json = known.outcome["data"] if known.outcome else {"outcome": ""}
        if data["outcome"] not in ("changed", "unchanged") or known.op.startswith(("page/", UNDO_OPS)):
            continue
        action, after, at = work.services.by_name(data["action"]), data["after"] or {}, data["confirmed_at"]
        what = f"{action.name} {after.get('id', '')}".strip()
        if action.kind == "make" and not action.corrected_by:
            yield Told(known.op, f"whoever reads {after.get('url') or data['service']}", what, at)
        for to in _recipients(after) if action.kind == "tell" else ():
            if to.casefold() not in inside:
                yield Told(f"{known.op}/{to}", to, what, at)


def _sent(case: CaseFile) -> Iterator[Told]:
    """Yield the documents people sent; a privileged one never leaves the house, and the undo's own are right.

    The step may run again when corrections were sent already: none of them is to be corrected in its turn.
    """
    for paper in case.documents.values():
        asked = case.requests.get(paper["document"])
        ours = asked is not None and asked.data.get("phase") == UNDO
        if paper["status"] == "SENT" and not paper["privileged"] and not paper.get("op") and not ours:
            handed = ", ".join(paper["to"])
            recipient = f"whoever was sent the paper by {handed}"
            yield Told(f"document/{paper['document']}", recipient, paper["title"], paper["sent_at"])


def _recipients(after: Json) -> list[str]:
    """Return whom a `tell` reached, by its own words: addresses, a channel, a place."""
    to = after.get("to") or after.get("channel") or after.get("url") or after.get("id", "")
    return [str(each) for each in to] if isinstance(to, list) else [str(to)]

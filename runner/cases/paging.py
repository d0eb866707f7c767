"""Wakes people: code name, command, deadline, in dull words, over every pager the settings name."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from runner.actions.contract import Action
from runner.actions.values import Json
from runner.cases.operations import Task
from runner.cases.threads import each_at_once
from runner.cases.work import Work
from runner.clock import now
from runner.company import Person
from runner.database.journal import Record
from runner.people.rotas import on_duty

__all__ = ["Word", "deciders_to_wake", "on_call", "page", "pagers_used", "people_of", "say"]

_NEEDED = {"to", "subject", "text"}


@dataclass(frozen=True, slots=True)
class Word:
    """What people are woken with, as `page` takes it."""

    request: str
    moment: str
    people: Iterable[Person]
    text: str


def say(work: Work, word: Word, *, over: Collection[str] | None = None) -> None:
    """Page people with a word; over: as for `page`."""
    page(work, word.request, word.moment, word.people, word.text, over=over)


def page(
    work: Work,
    request: str,
    moment: str,
    people: Iterable[Person],
    text: str,
    *,
    over: Collection[str] | None = None,
) -> None:
    """Page people about a request, over every service of `page_by`, or those of them that `over` names.

    moment: `asked`, `half-time`, `expired` or `now`; one page each. A page that fails is journalled
    loudly and the other services still go out: silence of one pager must not silence all.
    """
    to = sorted({person.mail for person in people})
    subject = f"{work.code} needs you" if moment != "expired" else f"{work.code}: a deadline has passed"
    names = [each for each in work.settings.page_by if over is None or each in over]
    pagers = [(name, action) for name in names for action in _pagers(work, name)]
    if not to or not pagers:
        why = "nobody holds the role" if not to else "the settings name no pager (page_by)"
        told = {"request": request, "moment": moment, "to": to, "subject": subject}
        work.write("page.failed", **told, via="", why=why)
        return
    message = {"to": to, "subject": subject, "text": text}
    each_at_once(lambda pager: _send(work, (request, moment), *pager, message), pagers)


def people_of(work: Work, roles: Iterable[str]) -> list[Person]:
    """Return who holds any of these roles and may know of the case."""
    wanted = dict.fromkeys(roles)
    people = {person.id: person for role in wanted for person in work.directory.members(role)}
    barred = work.barred()
    return [person for person in people.values() if person.id not in barred]


def on_call(work: Work, roles: Iterable[str], need: int = 1) -> list[Person]:
    """Return whom to wake of these roles: who is on duty now, or all where that is too few to answer."""
    duty = {
        each.id: each
        for role in dict.fromkeys(roles)
        for each in on_duty(work.directory, role, now(), work.barred())
    }
    return list(duty.values()) if len(duty) >= need else people_of(work, roles)


def deciders_to_wake(work: Work, roles: Iterable[str], need: int, asking: Collection[str]) -> list[Person]:
    """Return whom to wake for an approval: on duty first, and never those who ask for it, who do not count.

    asking: ids of who started the case and of who declared its emergency.
    """
    wanted = list(roles)
    duty = [each for each in on_call(work, wanted, need) if each.id not in asking]
    return duty or [each for each in people_of(work, wanted) if each.id not in asking]


def _pagers(work: Work, name: str) -> list[Action]:
    return [
        action
        for action in work.services.actions(name, "tell")
        if set(inspect.signature(action.run).parameters) >= _NEEDED
    ][:1]


def _send(work: Work, page: tuple[str, str], name: str, action: Action, message: Json) -> None:
    """Send a page over one service and record what came of it: once, however often a step is run again."""
    request, moment = page
    op = f"page/{request}/{moment}@{name}"
    if (known := work.operations.known(op)) and known.settled and _recorded(work, request, moment, name):
        return
    outcome = work.operations.perform(Task(op, action, name, arguments=message))
    sent = outcome["outcome"] in ("changed", "unchanged")
    refused = (outcome["after"] or {}).get("refused") if sent else None
    why = f"refused for {refused}" if refused else outcome["why"]
    told = {"request": request, "moment": moment, "to": message["to"], "subject": message["subject"]}
    kind = "page.sent" if sent and not refused else "page.failed"
    work.write(kind, **told, via=name, why=why)


def _recorded(work: Work, request: str, moment: str, via: str) -> bool:
    return via in pagers_used(work.journal.read()).get((request, moment), ())


def pagers_used(records: Iterable[Record]) -> dict[tuple[str, str], set[str]]:
    """Return, by request and moment, over which services a page is on record as sent or failed."""
    used: dict[tuple[str, str], set[str]] = {}
    for each in records:
        if each["kind"] in ("page.sent", "page.failed"):
            page = (each["data"]["request"], each["data"].get("moment", ""))
            used.setdefault(page, set()).add(each["data"]["via"])
    return used

"""Wakes whom an earlier run asked, and was killed before it woke them: nobody would hear of the question."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from runner.cases.casefile import CaseFile, Request
from runner.cases.judging import declared_by
from runner.cases.paging import deciders_to_wake, on_call, page
from runner.cases.work import Work
from runner.company import Person

__all__ = ["wake_again"]

_PAGES = ("page.sent", "page.failed")


def wake_again(work: Work, asked: Collection[str]) -> None:
    """Page for each open request over every pager that no record says was used.

    asked: names of the requests there were when this run began; its own wake their people themselves.
    A page whose intent stands unanswered is decided by its action's own `repeat`.
    """
    case = work.case()
    for request, pagers in _unheard(work, case):
        if request.id not in asked:
            continue
        expires = request.data["expires"]
        text = f"Case {work.code} needs you before {expires}.\n\n    {request.data['command']}\n"
        page(work, request.id, "asked", _people(work, case, request), text, over=pagers)


def _unheard(work: Work, case: CaseFile) -> Iterator[tuple[Request, set[str]]]:
    """Yield open requests with the pagers that are not known to have carried word of them."""
    told: dict[str, set[str]] = {}
    for each in work.journal.read():
        if each["kind"] in _PAGES and each["data"].get("moment") == "asked":
            told.setdefault(each["data"]["request"], set()).add(each["data"]["via"])
    batch = set().union(*(told.get(each.id, set()) for each in case.requests.values() if _by_hand(each)))
    for request in case.open_requests():
        used = told.get(request.id, set()) | (batch if _by_hand(request) else set())
        if missing := set(work.settings.page_by) - used:
            yield request, missing


def _by_hand(request: Request) -> bool:
    """Tell whether it is one of the tasks for doors closed by hand: one page tells of them all."""
    return bool(request.data.get("door"))


def _people(work: Work, case: CaseFile, request: Request) -> list[Person]:
    roles, need = [*request.data["of"], *request.data["each_of"]], request.data["need"]
    if request.kind != "approval":
        return on_call(work, roles, need)
    return deciders_to_wake(work, roles, need, (case.opened["by"], declared_by(case, request.data["phase"])))

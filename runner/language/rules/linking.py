"""Linked accounts: two people confirm them, and files about everybody wait for counsel's recorded yes."""

from __future__ import annotations

from collections.abc import Iterator

from runner.language.operations import COMPARE, COUNSEL
from runner.language.playbook import AskStep, DoStep, TaskStep
from runner.language.problems import nearest, quoted
from runner.language.rules.book import Book, Finding, Spot, rule
from runner.language.source import Where

__all__: list[str] = []


@rule("two-people")
def two_people(book: Book) -> Iterator[Finding]:
    """One person's suspicion links nobody."""
    for spot in book.spots:
        step = spot.step
        if isinstance(step, AskStep) and _is_of_candidates(step) and (step.by is None or step.by.needed < 2):
            found = "expected two people to confirm who belongs to the same person, found fewer"
            yield Finding(spot.at("by" if step.by else "choose"), found, "by: {need: 2, of: [...]}")


def _is_of_candidates(step: AskStep) -> bool:
    return isinstance(step.choose, str) and step.choose.endswith(".candidates")


@rule("counsel-first")
def counsel_first(book: Book) -> Iterator[Finding]:
    """HR, payroll and applicant files hold everybody: counsel says yes, on record, before one is read."""
    for spot, step in book.dos():
        if step.do == COMPARE:
            yield from _allowed(book, spot, step)
            yield from _files(book, spot, step)


def _allowed(book: Book, spot: Spot, step: DoStep) -> Iterator[Finding]:
    name = step.with_.get("allowed")
    if not isinstance(name, str) or _consent(book, spot, step):
        return  # `missing-argument` and `bad-argument` report what is no name
    asked, where = book.by_id.get(name), spot.at("with", "allowed")
    if asked is None or not isinstance(asked.step, AskStep) or not book.is_before(asked, spot):
        known = [each.step.id for each in _so_far(book, spot) if isinstance(each.step, AskStep)]
        yield Finding(where, f"expected an earlier question, found {quoted(name)}", nearest(name, known))
    else:
        found = f"expected a yes or no that only {COUNSEL} can say, found {quoted(name)}"
        yield Finding(where, found, f"by: [{COUNSEL}], without `choose` and without `if_silent: yes`")


def _consent(book: Book, spot: Spot, step: DoStep) -> Spot | None:
    """Return the earlier question that only counsel can settle, by a yes or no that was said."""
    asked = book.by_id.get(str(step.with_.get("allowed")))
    if asked is None or not isinstance(asked.step, AskStep) or not book.is_before(asked, spot):
        return None
    by = asked.step.by
    counsels = by is not None and (by.of == (COUNSEL,) or COUNSEL in by.each_of)
    said = asked.step.answer == "yes-no" and asked.step.if_silent != "yes"
    return asked if counsels and said else None


def _files(book: Book, spot: Spot, step: DoStep) -> Iterator[Finding]:
    files, asked = step.with_.get("files"), _consent(book, spot, step)
    for index, name in enumerate(files if isinstance(files, list) else ()):
        brought = book.by_id.get(name) if isinstance(name, str) else None
        if brought is None or not _brings(brought) or not book.is_before(brought, spot):
            known = [each.step.id for each in _so_far(book, spot) if _brings(each)]
            found = f"expected an earlier task that brings a file, found {quoted(name)}"
            yield Finding(_place(book, spot, index), found, nearest(str(name), known))
        elif asked and not book.is_before(asked, brought):
            found = f"expected {COUNSEL} asked before a file about everybody is handed in, found it after"
            yield Finding(brought.at("task"), found, f"after: {asked.step.id}")


def _so_far(book: Book, spot: Spot) -> list[Spot]:
    return [each for each in book.spots if each.number <= spot.number and each is not spot]


def _brings(spot: Spot) -> bool:
    return isinstance(spot.step, TaskStep) and bool(spot.step.bring)


def _place(book: Book, spot: Spot, index: int) -> Where:
    where = spot.at("with", "files", index)
    return where if where in book.source.values else spot.at("with", "files")

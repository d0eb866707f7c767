"""Evidence before closing, proof after it, a way back, and the perishable first."""

from __future__ import annotations

from collections.abc import Iterator

from runner.language.durations import in_words
from runner.language.operations import OPERATIONS
from runner.language.playbook import DoStep
from runner.language.retention import lives
from runner.language.rules.book import Book, Finding, Spot, rule

__all__: list[str] = []


@rule("evidence-first")
def evidence_first(book: Book) -> Iterator[Finding]:
    """Closing a door destroys what shows who used it; that is kept before, for the same accounts."""
    for spot, step in book.dos():
        if book.kind(step) == "close":
            kept = _covered(book, step, list(book.before(spot)), "keep")
            if left := [who for who in step.accounts if who not in kept]:
                found = (
                    f"expected the evidence of {' and '.join(left)} kept before {step.do}, found no such step"
                )
                yield Finding(spot.at("do"), found, f"add doors.keep of {' and '.join(left)} before it")


@rule("no-proof")
def no_proof(book: Book) -> Iterator[Finding]:
    """A service that answered yes has not shown that it did it; doors are read back."""
    for spot, step in book.dos():
        if book.kind(step) == "close":
            later = [each for each in book.spots if book.is_before(spot, each)]
            proved = _covered(book, step, later, "prove")
            if left := [who for who in step.accounts if who not in proved]:
                found = f"expected a later proof for {' and '.join(left)}, found none"
                yield Finding(spot.at("do"), found, f"add doors.prove of {' and '.join(left)} after it")


def _covered(book: Book, close: DoStep, spots: list[Spot], kind: str) -> set[str]:
    """Return whose doors, of those a step closes, other steps keep or prove."""
    found: set[str] = set()
    for spot in spots:
        step = spot.step
        if isinstance(step, DoStep) and book.kind(step) == kind and _same_services(book, step, close):
            found.update(step.accounts)
    return found


def _same_services(book: Book, other: DoStep, close: DoStep) -> bool:
    """Tell whether a keep or prove step looks at every service a close step touches."""
    if other.do not in OPERATIONS:
        action, closing = book.action(other), book.action(close)
        return bool(action and closing and action.vendor == closing.vendor)
    if close.do in OPERATIONS:
        narrowed = bool(other.services or other.except_)
        return not narrowed or (other.services, other.except_) == (close.services, close.except_)
    vendor = close.do.partition(".")[0]
    return vendor not in other.except_ and (not other.services or vendor in other.services)


@rule("no-undo")
def no_undo(book: Book) -> Iterator[Finding]:
    """What cannot be taken back is approved by people who were told so."""
    for spot, step in book.dos():
        action = book.action(step)
        if (
            action
            and action.kind == "close"
            and not action.undo
            and not step.approve
            and not spot.phase.approve
        ):
            found = f"expected `approve` on what cannot be undone, found {step.do} without: {action.no_undo}"
            yield Finding(spot.at("do"), found, "add `approve` to the step or to its phase")


@rule("perishable-last")
def perishable_last(book: Book) -> Iterator[Finding]:
    """What its source soon deletes is kept before what it keeps for long."""
    for spot, step in book.dos():
        mine = _lives(book, step)
        for other in book.before(spot) if mine else ():
            longer = _lives(book, other.step) if isinstance(other.step, DoStep) else 0
            if longer > mine:
                found = (f"expected what is gone after {in_words(mine)} first, "
                         f"found it after {other.step.id}, which lasts {in_words(longer)}")  # fmt: skip
                yield Finding(spot.at("do"), found, f"let {other.step.id} come after {step.id}")
                break


def _lives(book: Book, step: DoStep) -> int:
    """Return for how many seconds the source of a `keep` action holds its records.

    0 when that is unknown, and for a state, which closing ends and not time: `evidence-first` sees to it.
    """
    action = book.action(step)
    return (lives(action.retention) or 0) if action and action.kind == "keep" else 0

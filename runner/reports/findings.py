"""Draws what a reader asks first: is it done, and what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from runner.actions.doors import Door
from runner.reports.spelling import moment, time_left
from runner.reports.views import CaseReport, Request

__all__ = ["MEANINGS", "counts", "left", "verdict"]

MEANINGS = {
    "closed": "read back from the service after closing, and found shut",
    "inferred": "the service offers no direct reading; what was seen instead means shut",
    "pending": "shut by the service at a stated later time",
    "open": "still a way in",
    "unknown": "the service's answer was lost; undecided",
    "by-hand": "no interface reaches it; a person has the task",
    "held": "kept back on purpose: shared with others, destructive, or protected",
}
"""The seven verdicts of a door, best first, in words for a reader who was not there."""

_ENDED = {
    "approval": ("used", "denied", "expired"),
    "ask": ("answered", "silent"),
    "task": ("done",),
    "clock": ("declined", "stopped"),
}


def counts(report: CaseReport) -> dict[str, int]:
    """Return how many doors have each verdict, best verdict first, without those that none has."""
    found = Counter[str](door.verdict for door in report.doors)
    return {word: found[word] for word in MEANINGS if found[word]}


def verdict(report: CaseReport) -> str:
    """Return the case in one or two sentences."""
    if not report.opened_at:
        return "There is no case in this journal."
    if not report.doors:
        return "The case is open. No door has been looked for yet, and nothing has been changed."
    left_open = [door for door in report.doors if door.left]
    total = len(report.doors)
    shut = total - len(left_open)
    if left_open:
        are = "is" if len(left_open) == 1 else "are"
        return f"{shut} of {total} doors are shut. {len(left_open)} {are} not: {_tally(left_open)}."
    end = (
        "The case is not finished: what is left is listed below" if left(report) else "Nothing is left to do"
    )
    return f"All {total} doors are shut: {_tally(report.doors)}. {end}."


def left(report: CaseReport) -> list[str]:
    """Return what stands between this case and its end, the most pressing first."""
    return [*_doors_left(report), *_requests_left(report), *_work_left(report)]


_PRESSING = ("open", "unknown", "pending", "by-hand", "held", "inferred", "closed")


def _tally(doors: Sequence[Door]) -> str:
    """Return how many doors stand how, the most pressing first."""
    found = Counter[str](f"{door.verdict} answered" if door.answered else door.verdict for door in doors)
    words = {
        "closed": "read back",
        "by-hand": "to be closed by hand",
        "by-hand answered": "closed by hand",
        "inferred": "inferred and not yet accepted",
        "inferred answered": "inferred and accepted",
    }
    ordered = [each for word in _PRESSING for each in (word, f"{word} answered") if each in found]
    return ", ".join(f"{found[word]} {words.get(word, word.removesuffix(' answered'))}" for word in ordered)


def _doors_left(report: CaseReport) -> Iterator[str]:
    order = ["open", "unknown", "pending", "by-hand", "held", "inferred"]
    for door in sorted(
        (door for door in report.doors if door.left), key=lambda each: order.index(each.verdict)
    ):
        until = f" ({MEANINGS[door.verdict]})" if not door.why else f": {door.why}"
        yield f"{door.service} {door.layer} of {door.login} is {door.verdict}{until}"


def _requests_left(report: CaseReport) -> Iterator[str]:
    for each in report.requests:
        if each.status == "started":
            yield f"The legal deadline {each.what} runs, {_until(report, each)}: {each.about}"
        elif each.status not in _ENDED[each.kind]:
            what = each.what or f"approval of phase {each.phase}"
            yield f"Waiting for {', '.join(each.of) or 'a person'}, due {moment(each.due)}: {what}"
        elif each.status in ("denied", "expired", "silent"):
            yield f"Not decided as asked ({each.status}): {each.what or f'approval of phase {each.phase}'}"
    last = report.objections[-1:]
    if last and last[0].word == "objected":
        yield f"{last[0].by} objected, and nobody has overruled it: {last[0].text}"


def _until(report: CaseReport, clock: Request) -> str:
    if not clock.deadline:
        return clock.within
    return f"until {moment(clock.deadline)}, {time_left(report.as_of, clock.deadline)}"


def _work_left(report: CaseReport) -> Iterator[str]:
    for order in report.orders:
        if not order.done_at:
            yield f"Standing order, due {moment(order.due)}: {order.what}"
    for step in {(each["phase"], each["step"]): each for each in report.steps}.values():
        if step["status"] in ("failed", "refused"):
            why = step.get("why") or "no reason given"
            yield f"Step {step['step']} of phase {step['phase']} {step['status']}: {why}"
    for link in report.links:
        if not link.confirmed_by:
            who = f"{link.service} account {link.login}"
            yield f"{who} may belong to the same person; not confirmed, left open"

"""Draws what a reader asks first: is it done, what is left, and what could not be known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from runner.actions.doors import Door
from runner.reports.views import CaseReport

__all__ = ["MEANINGS", "counts", "left", "unknowable", "verdict"]

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
    "clock": ("started", "declined", "stopped"),
}


def counts(report: CaseReport) -> dict[str, int]:
    """Return how many doors have each verdict, best verdict first, without those that none has."""
    found = Counter(door.verdict for door in report.doors)
    return {word: found[word] for word in MEANINGS if found[word]}  # type: ignore[index]  # every key is a verdict


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
        return f"{shut} of {total} doors are shut. {len(left_open)} {_is_are(len(left_open))} not: {_tally(left_open)}."
    if not left(report):
        return f"All {total} doors are shut, and nothing is left to do."
    return f"All {total} doors are shut. The case is not finished: what is left is listed below."


def left(report: CaseReport) -> list[str]:
    """Return what stands between this case and its end, the most pressing first."""
    return [*_doors_left(report), *_requests_left(report), *_work_left(report)]


def unknowable(report: CaseReport) -> list[str]:
    """Return what could not be known, and why, so that no gap passes for an all-clear."""
    return list(dict.fromkeys(_unknown(report)))


def _is_are(number: int) -> str:
    return "is" if number == 1 else "are"


def _tally(doors: list[Door]) -> str:
    found = Counter(door.verdict for door in doors)
    words = {"by-hand": "to be closed by hand", "inferred": "inferred and not yet accepted"}
    ordered = [word for word in reversed(MEANINGS) if word in found]
    return ", ".join(f"{found[word]} {words.get(word, word)}" for word in ordered)


def _doors_left(report: CaseReport) -> Iterator[str]:
    order = ["open", "unknown", "pending", "by-hand", "held", "inferred"]
    for door in sorted(
        (door for door in report.doors if door.left), key=lambda each: order.index(each.verdict)
    ):
        until = f" ({MEANINGS[door.verdict]})" if not door.why else f": {door.why}"
        yield f"{door.service} {door.layer} of {door.login} is {door.verdict}{until}"


def _requests_left(report: CaseReport) -> Iterator[str]:
    for each in report.requests:
        if each.status not in _ENDED[each.kind]:
            what = each.what or f"approval of phase {each.phase}"
            yield f"Waiting for {', '.join(each.of) or 'a person'} until {each.due or 'no set time'}: {what}"
        elif each.status in ("denied", "expired", "silent"):
            yield f"Not decided as asked ({each.status}): {each.what or f'approval of phase {each.phase}'}"
    if report.objections and report.objections[-1].word == "objected":
        yield f"{report.objections[-1].by} objected, and nobody has overruled it: {report.objections[-1].text}"


def _work_left(report: CaseReport) -> Iterator[str]:
    for order in report.orders:
        if not order.done_at:
            yield f"Standing order, due {order.due or 'without a date'}: {order.what}"
    for step in {(each["phase"], each["step"]): each for each in report.steps}.values():
        if step["status"] in ("failed", "refused"):
            yield f"Step {step['step']} of phase {step['phase']} {step['status']}: {step.get('why') or 'no reason given'}"
    for each in report.subject.unconfirmed:
        yield f"{each['account']['service']} account {each['account']['login']} may belong to the same person; not confirmed, left open"


def _unknown(report: CaseReport) -> Iterator[str]:
    for each in report.subject.left_out:
        yield f"{each['service']} was left out: {each['why']}"
    for door in report.doors:
        if door.verdict in ("inferred", "unknown"):
            yield f"{door.service} {door.layer} of {door.login} could not be read directly: {door.why}"
    for plan in report.plans:
        yield from (str(each) for each in plan.get("unknown", ()))
    for write in report.writes:
        if write["outcome"] in ("unknown", "unanswered"):
            yield f"{write['service']}: no answer came to {write['action']}, so its effect is not known {write['why']}".rstrip()
        elif write["outcome"] == "kept" and write["why"]:
            yield f"{write['service']}: {write['action']} could not keep everything: {write['why']}"
    for item in report.items:
        if item.lag:
            yield f"{item.service}: {item.source} may show events only after {item.lag}; later ones are not in these items"
    for page in report.pages:
        if not page["ok"]:
            yield f"Whether {page['to']} was reached by {page['via']} is not known: {page.get('why', '')}"

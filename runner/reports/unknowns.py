"""Says what could not be known, area by area, so that no gap passes for an all-clear."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from runner.reports.spelling import moment
from runner.reports.views import CaseReport

__all__ = ["unknowable", "unknown_by_area"]

Gaps = Iterator[tuple[str, str]]
"""Where, and what is not known there."""


def unknowable(report: CaseReport) -> list[str]:
    """Return what could not be known, and why, in one list."""
    return [line for lines in unknown_by_area(report).values() for line in lines]


def unknown_by_area(report: CaseReport) -> dict[str, list[str]]:
    """Return the same under headings; areas without a gap are left out.

    The same gap in several places is one line that names them all.
    """
    found: dict[str, list[str]] = {}
    for area, gaps in _AREAS.items():
        where: dict[str, dict[str, None]] = {}
        for place, gap in gaps(report):
            where.setdefault(gap, {})[place] = None
        if where:
            found[area] = [f"{', '.join(filter(None, places))}: {gap}" for gap, places in where.items()]
    return found


def _accounts(report: CaseReport) -> Gaps:
    for each in report.subject.left_out:
        yield each["service"], f"left out: {each['why']}"
    for search in report.searches:
        for each in search["unreadable"]:
            yield each["service"], f"not searched for linked accounts, {moment(search['at'])}: {each['why']}"
    for link in report.links:
        if not link.confirmed_by:
            yield (
                f"{link.service} {link.login}",
                "whether it is the same person was not confirmed; left alone",
            )


def _doors(report: CaseReport) -> Gaps:
    for door in report.doors:
        if door.verdict in ("inferred", "unknown"):
            yield f"{door.service} {door.layer} of {door.login}", f"not read directly: {door.why}"
        elif door.verdict == "pending":
            yield f"{door.service} {door.layer} of {door.login}", f"not shut before a later time: {door.why}"
    for plan in report.plans:
        yield from ((f"plan of phase {plan['phase']}", str(each)) for each in plan.get("unknown", ()))
    for each in report.adopted:
        where = f"{each['service']} {each['layer']} of {each['login']}"
        yield where, f"who used it before {each['by']} closed it by hand, {moment(each['closed_at'])}"


def _lists(report: CaseReport) -> Gaps:
    """Yield what no call of a service lists: it cannot be looked for, so it cannot be shown to be absent."""
    for each in report.lacks:
        yield f"{each['service']} {each['layer']}", str(each["why"])


def _evidence(report: CaseReport) -> Gaps:
    for each in report.expiry.get("sources", ()):
        place = f"{each['action'] or each['service']} of {each['login']}"
        if not each["kept"]:
            yield place, f"not kept{': ' + each['why'] if each['why'] else ''}"
        if each["gap"] and each["gap"] != each["why"]:
            yield place, each["gap"]
    for write in report.writes:
        if write["outcome"] == "kept" and write["why"]:
            yield write["service"], f"{write['action']} could not keep everything: {write['why']}"
    yield from _late_records(report)


def _late_records(report: CaseReport) -> Gaps:
    for item in report.items:
        if item.lag and item.lag != "none":
            late = f"what {item.action} kept may lack the latest events; its source lags by {item.lag}"
            yield item.service, late


def _calls(report: CaseReport) -> Gaps:
    for write in report.writes:
        if write["outcome"] in ("unknown", "unanswered"):
            why = f": {write['why']}" if write["why"] else ""
            yield write["service"], f"{write['action']} got no answer; its effect is not known{why}"
    for page in report.pages:
        if not page["ok"]:
            yield f"calls by {page['via'] or 'any pager'}", f"somebody was not reached: {page['why']}"


def _messages(report: CaseReport) -> Gaps:
    for each in report.demands:
        name = each.get("name") or "a message"
        yield from ((name, f"not read: {line}") for line in each.get("left_out", ()))
        yield from ((name, f"does not fit: {line}") for line in each.get("doubts", ()))
        if each.get("deadline", {}).get("assumed"):
            yield name, f"its deadline is assumed: {each['deadline']['why']}"


def _waits(report: CaseReport) -> Gaps:
    for each in report.delays:
        yield (
            each["agency"],
            f"asked to wait until {moment(each['until'])}; what that leaves unasked stays unknown",
        )


_AREAS: dict[str, Callable[[CaseReport], Gaps]] = {
    "Accounts": _accounts,
    "Doors": _doors,
    "Layers that are not there, or that nothing reaches": _lists,
    "Evidence": _evidence,
    "Answers": _calls,
    "Messages": _messages,
    "Delays": _waits,
}

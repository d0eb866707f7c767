"""Writes the report: one self-contained HTML page that needs no network and no script.

The page's policy allows its own style sheet, by digest, and nothing else; every value goes through
`visible` and Jinja's autoescape, so that a display name can neither act, nor hide, nor reorder text.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

import runner
from runner.actions.doors import Door
from runner.reports.chart import chart
from runner.reports.encoding import visible
from runner.reports.findings import MEANINGS, counts, left, verdict
from runner.reports.graph import Graph, picture
from runner.reports.linked import graph
from runner.reports.spelling import clock, day, moment, named, plain, size, spaced, time_left
from runner.reports.unknowns import unknown_by_area
from runner.reports.views import CaseReport, Event
from runner.reports.wording import demand_lines, emergency_lines, expiry_words, tenure_words

__all__ = ["html"]

LAYERS = ("account", "session", "grant", "token", "key", "device", "role", "membership", "shared", "app")
GATHERED = {
    "write.outcome": "operations answered",
    "door.verdict": "doors judged",
    "item.kept": "items of evidence kept",
    "page.sent": "calls to people",
}
"""Kinds that come in numbers: four or more together are told as one entry, with its parts below."""

MARKS = {
    "closed": '<circle cx="8" cy="8" r="7"/><path class="ink" d="M4.5 8.3l2.4 2.4 4.6-5"/>',
    "inferred": '<circle class="line" cx="8" cy="8" r="6.2"/><path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z"/>',
    "pending": '<circle class="line" cx="8" cy="8" r="6.2"/><path class="line" d="M8 4.2V8l2.6 1.8"/>',
    "open": '<path class="line" d="M2 2h12v12H2zM5 5l6 6M11 5l-6 6"/>',
    "unknown": '<path d="M8 .8L15.2 8 8 15.2.8 8z"/>'
    '<path class="ink" d="M6.2 6.4c.2-2.4 3.8-2.2 3.6 0-.1 1.2-1.8 1.3-1.8 2.7m0 1.7v.6"/>',
    "by-hand": '<path d="M8 1.5L15 14H1z"/><path class="ink" d="M8 6v4m0 1.6v.4"/>',
    "held": '<rect x="1.5" y="1.5" width="13" height="13" rx="2"/><path class="ink" d="M6 5v6m4-6v6"/>',
}
"""The mark of each verdict, 16 by 16: another shape for each, for readers who see no colours."""


def html(report: CaseReport, *, classification: str = "") -> str:
    """Return the report as an HTML document.

    classification: a line for the head of the page, in counsel's own words; none unless given.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_templates()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    accounts = (*report.subject.accounts, *report.subject.linked)
    logins = {(each["service"], each["id"]): each["login"] for each in accounts}
    environment.filters.update(_FILTERS)
    environment.filters.update(
        operation=lambda name: named(name, logins),
        plain=lambda text: plain(visible(text), logins),
        time_left=lambda deadline: time_left(report.as_of, deadline),
    )
    style = (_templates() / "report.css").read_text(encoding="utf-8")
    return environment.get_template("report.html.j2").render(
        case=report,
        classification=classification,
        style=Markup(style),  # noqa: S704  our own file
        style_digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        verdict=verdict(report),
        counts=counts(report),
        shorter=f"{report.compress:,.0f}",
        meanings=MEANINGS,
        left=left(report),
        unknown=unknown_by_area(report),
        chart=Markup(chart(report.lockdown, logins) if report.lockdown else ""),  # noqa: S704  escaped where drawn
        links=graph(report.links),
        layers=[layer for layer in LAYERS if any(door.layer == layer for door in report.doors)],
        matrix=list(_matrix(report)),
        days=list(_days(report.timeline)),
        numbers={each.sha256: each.item for each in reversed(report.items)},
    )


def _templates() -> Path:
    """Return the folder of templates: inside an installed package, or beside it in a checkout."""
    package = Path(runner.__file__).parent
    shipped = package / "shipped" / "templates"
    return shipped if shipped.is_dir() else package.parent / "templates"


def _matrix(report: CaseReport) -> Iterator[dict[str, Any]]:
    """Yield a row an account: whose it is, and its door of each layer."""
    # By id alone: a door by hand stands under its app's name, not under the service of the account.
    linked = {each["id"] for each in report.subject.linked}
    rows: dict[tuple[str, str], dict[str, Door]] = {}
    for door in report.doors:
        rows.setdefault((door.service, door.account), {})[door.layer] = door
    for (service, account), doors in sorted(rows.items(), key=lambda row: row[0][1] in linked):
        login = next(iter(doors.values())).login
        whose = "linked" if account in linked else "subject"
        yield {"service": service, "login": login, "account": account, "whose": whose, "doors": doors}


def _days(events: Iterable[Event]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    told: set[str] = set()
    for date, of_day in groupby(events, key=lambda event: event.at[:10]):
        yield date, list(_entries(of_day, told))


def _entries(events: Iterable[Event], told: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the entries of a day; four or more events of gathered kinds become one entry with parts.

    told: verdicts that stand in the timeline already; a recheck that finds the same says so in one line.
    """
    for gathered, alike in groupby(events, key=lambda event: event.kind in GATHERED):
        run = list(alike)
        if gathered and len(run) >= 4:
            kinds = Counter(event.kind for event in run)
            text = ", ".join(f"{GATHERED[kind]}: {number}" for kind, number in kinds.most_common())
            first = {"at": run[0].at, "until": run[-1].at, "group": run[0].group}
            yield {**first, "text": text.capitalize(), "parts": list(_parts(run, told))}
        else:
            for event in run:
                yield {"at": event.at, "until": "", "group": event.group, "text": event.text, "parts": []}


def _parts(run: list[Event], told: set[str]) -> Iterator[str]:
    again = 0
    for event in run:
        if event.kind == "door.verdict" and event.text in told:
            again += 1
            continue
        told |= {event.text} if event.kind == "door.verdict" else set()
        yield event.text
    if again:
        yield f"{again} verdict{'s' if again > 1 else ''} as told before"


def _drawn(links: Graph) -> Markup:
    return Markup(picture(links))  # noqa: S704  escaped where drawn


def _broken(text: str) -> Markup:
    """Return a name that may be broken after its dots and dashes, and not in the middle of a word."""
    parts = re.split(r"(?<=[@._/-])", visible(text, 120))
    return Markup("<wbr>").join(parts)


def _brief(text: str) -> str:
    return visible(text, 120)


def _shape(word: str) -> Markup:
    return Markup(f'<svg class="mark" viewBox="0 0 16 16" aria-hidden="true">{MARKS.get(word, "")}</svg>')  # noqa: S704


_FILTERS: Mapping[str, Callable[..., Any]] = {
    "brief": _brief,
    "broken": _broken,
    "clock": clock,
    "day": day,
    "demand_lines": demand_lines,
    "drawn": _drawn,
    "emergency_lines": emergency_lines,
    "expiry_words": expiry_words,
    "moment": moment,
    "shape": _shape,
    "size": size,
    "spaced": spaced,
    "tenure_words": tenure_words,
}

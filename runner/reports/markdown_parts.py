"""The parts of the Markdown that tell how a case was handled, and what its evidence covers and lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from runner.reports.encoding import markdown as escaped
from runner.reports.spelling import moment
from runner.reports.unknowns import unknown_by_area
from runner.reports.views import Answer, CaseReport
from runner.reports.wording import demand_lines, emergency_lines, expiry_words, tenure_words

__all__ = ["episodes", "listed", "said_by", "surroundings", "table", "unknown"]


def listed(title: str, lines: Sequence[str], level: int = 2) -> Iterator[str]:
    """Yield a heading and its lines; nothing when there are none. The title is ours, the lines are not."""
    if lines:
        yield from ("", f"{'#' * level} {title}", "")
        yield from (f"- {escaped(line)}" for line in lines)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table; every cell is escaped."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(escaped(value) for value in row)} |" for row in rows)


def said_by(said: Answer) -> str:
    """Return who said what, as what, when, and how they were known: by a signature, or by the chat."""
    role = f" ({said.role})" if said.role else ""
    how = ", signed" if said.signed else f", in the chat as {said.account}" if said.account else ""
    why = f": {said.text}" if said.text and said.text != said.word else ""
    return f"{said.by}{role} {said.word}{how}, {moment(said.at)}{why}"


def episodes(report: CaseReport) -> Iterator[str]:
    """Yield the emergency and the demands."""
    if report.emergency:
        yield from listed("The emergency", list(emergency_lines(report.emergency)))
    for number, each in enumerate(report.demands, start=1):
        lines = [f"{what}: {value}" for what, value in demand_lines(each)]
        yield from listed(f"Demand {number}", lines)


def surroundings(report: CaseReport) -> Iterator[str]:
    """Yield doors closed by hand, who led the case, where the subject could watch, what expires."""
    adopted = [
        f"{each['service']} {each['layer']} of {each['login']}, {moment(each['closed_at'])}, by {each['by']}"
        + (f": {each['because']}" if each["because"] else "")
        for each in report.adopted
    ]
    yield from listed("Closed by hand, and read back", adopted)
    led = [
        f"{each['by']} offered it to {each['to']}, {moment(each['at'])}: {each['ended'] or 'no answer yet'}"
        for each in report.hand_overs
    ]
    yield from listed("Who led the case", [f"{report.opened_by}, from the start", *led] if led else [])
    watched = [f"{each['service']}: {each['login']} {each['why']}" for each in report.watched]
    yield from listed("Where the subject could watch", watched)
    yield from _expiry(report)


def _expiry(report: CaseReport) -> Iterator[str]:
    if report.expiry.get("sources"):
        yield from ("", "## Evidence and its expiry", "")
        as_of = moment(report.expiry["as_of"])
        yield f"As of {as_of}, the shortest time to a loss first. {escaped(tenure_words(report.expiry))}"
        yield ""
        rows = (
            (
                each["action"] or each["service"],
                each["login"],
                each["retention"],
                each["lag"],
                *expiry_words(each),
            )
            for each in report.expiry["sources"]
        )
        yield from table(("Source", "Of", "Remembers", "Lags", "Kept", "Next record lost", "Covers"), rows)


def unknown(report: CaseReport) -> Iterator[str]:
    """Yield what could not be known, area by area."""
    areas = unknown_by_area(report)
    if areas:
        yield from ("", "## What could not be known")
        for area, lines in areas.items():
            yield from listed(area, lines, level=3)

"""Writes the report as Markdown, for a ticket or a mail; everything a stranger wrote is escaped."""

from __future__ import annotations

from collections.abc import Iterator

from runner.reports.encoding import markdown as escaped
from runner.reports.findings import MEANINGS, counts, left, verdict
from runner.reports.markdown_parts import episodes, listed, said_by, surroundings, table, unknown
from runner.reports.spelling import clock, day, moment, size, time_left
from runner.reports.views import CaseReport, Request

__all__ = ["markdown"]


def markdown(report: CaseReport) -> str:
    """Return the report as Markdown (CommonMark with tables)."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: CaseReport) -> Iterator[str]:
    yield f"# Case report: {escaped(report.code or 'no case')}"
    yield ""
    if report.drill:
        yield "**This was a drill, against a simulated company.**"
    if report.compress != 1:
        yield f"Waits and rechecks were shortened {report.compress:,.0f} times."
    yield ""
    yield f"**{escaped(verdict(report))}**"
    yield ""
    if report.opened_at:
        yield f"Opened {moment(report.opened_at)} by {escaped(report.opened_by)}."
        yield f"As of {moment(report.as_of)}."
    yield from listed("What is left", left(report))
    yield from episodes(report)
    yield from _doors(report)
    yield from _links(report)
    yield from _decisions(report)
    yield from _clocks(report)
    yield from _documents(report)
    yield from surroundings(report)
    yield from _items(report)
    yield from unknown(report)
    yield from _timeline(report)
    yield ""
    yield f"Written from {report.records} journal records; {report.withheld} are counsel's and left out."
    yield f"The last has the digest `{report.last_digest}`."
    yield "This draws no conclusion about any person, and it is not legal advice."


def _doors(report: CaseReport) -> Iterator[str]:
    if report.doors:
        yield from ("", "## The doors", "")
        rows = (
            (d.service, d.login, d.layer, d.verdict, d.closed_at and clock(d.closed_at), d.why)
            for d in report.doors
        )
        yield from table(("Service", "Account", "Layer", "Verdict", "Closed (UTC)", "Why"), rows)
        yield ""
        yield from (f"- {word}: {MEANINGS[word]}" for word in counts(report))


def _links(report: CaseReport) -> Iterator[str]:
    if report.links:
        yield from ("", "## Linked accounts", "")
        yield "Only values seen on the subject were searched for; two people confirm a link."
        yield ""
        rows = (
            (
                each.login,
                each.service,
                " ".join(each.words) or ", ".join(str(one["label"] or one["kind"]) for one in each.because),
                " and ".join(each.confirmed_by) or "nobody: left open",
            )
            for each in report.links
        )
        yield from table(("Who", "Where", "Why", "Confirmed by"), rows)


def _decisions(report: CaseReport) -> Iterator[str]:
    if report.requests:
        yield from ("", "## Decisions and tasks", "")
        rows = (
            (
                each.what or f"approval of phase {each.phase}",
                ", ".join(each.of),
                "; ".join(said_by(said) for said in each.answers),
                each.status,
                each.digest,
            )
            for each in report.requests
        )
        yield from table(("What", "Asked of", "Answers", "Ended", "Digest"), rows)
    yield from listed("Objections", [said_by(each) for each in report.objections])


def _clocks(report: CaseReport) -> Iterator[str]:
    clocks = [each for each in report.requests if each.kind == "clock"]
    if clocks:
        yield from ("", "## Legal deadlines", "")
        rows = (
            (
                each.what,
                each.about,
                each.within,
                each.started_at and moment(each.started_at),
                each.deadline and moment(each.deadline),
                _stands(report, each),
                each.basis,
            )
            for each in clocks
        )
        yield from table(("Clock", "Duty", "Runs", "From", "To", "As of this report", "Because"), rows)
        yield ""
        yield "Counsel decides. Business days leave out Saturdays and Sundays only: a public holiday gives"
        yield "more time than is shown, never less."
    lines = [
        f"{each['agency']} ({each['contact']}), on {moment(each['at'])}, until {moment(each['until'])}"
        for each in report.delays
    ]
    yield from listed("Asked to wait", lines)


def _stands(report: CaseReport, clock: Request) -> str:
    runs = clock.status == "started" and clock.deadline
    return time_left(report.as_of, clock.deadline) if runs else clock.status


def _documents(report: CaseReport) -> Iterator[str]:
    if report.documents:
        yield from ("", "## Documents", "")
        rows = (
            (
                d["title"],
                d["name"],
                str(d["version"]),
                d["status"],
                ", ".join(d["to"]),
                d["sent_at"] and moment(d["sent_at"]),
                "; ".join(d["missing"]),
            )
            for d in report.documents
        )
        yield from table(("Title", "Template", "Version", "Status", "To", "Sent", "Lacked"), rows)


def _items(report: CaseReport) -> Iterator[str]:
    if report.items:
        yield from ("", "## Evidence", "")
        rows = (
            (str(i.item), i.name, i.service, size(i.bytes), i.retention, i.lag, moment(i.at), i.sha256)
            for i in report.items
        )
        yield from table(("Item", "Name", "Source", "Size", "Retention", "Lag", "Kept", "SHA-256"), rows)


def _timeline(report: CaseReport) -> Iterator[str]:
    if report.timeline:
        yield from ("", "## Timeline (UTC)", "")
        rows = ((day(event.at), clock(event.at), event.text) for event in report.timeline)
        yield from table(("Day", "Time", "What"), rows)

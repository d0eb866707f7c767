"""Writes the report's tables as CSV (RFC 4180) that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from runner.reports.encoding import cell
from runner.reports.views import CaseReport

__all__ = ["doors", "items", "timeline"]


def timeline(report: CaseReport) -> str:
    """Return every event of the timeline, one a row, in UTC, with its record's digest."""
    head = ("record", "at_utc", "kind", "by", "what", "digest")
    return _written(head, ((e.seq, e.at, e.kind, e.by, e.text, e.digest) for e in report.timeline))


def doors(report: CaseReport) -> str:
    """Return every door, one a row."""
    head = ("service", "layer", "account", "login", "verdict", "why", "answered", "closed_at_utc", "proof")
    rows = (
        (
            d.service,
            d.layer,
            d.account,
            d.login,
            d.verdict,
            d.why,
            str(d.answered).lower(),
            d.closed_at,
            d.proof,
        )
        for d in report.doors
    )
    return _written(head, rows)


def items(report: CaseReport) -> str:
    """Return every piece of evidence, one a row; sizes in bytes."""
    head = (
        "item",
        "kept_at_utc",
        "sha256",
        "bytes",
        "name",
        "service",
        "account",
        "action",
        "retention",
        "lag",
    )
    return _written(
        head,
        (
            (i.item, i.at, i.sha256, i.bytes, i.name, i.service, i.account, i.action, i.retention, i.lag)
            for i in report.items
        ),
    )


def _written(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(head)
    writer.writerows([cell(str(value)) for value in row] for row in rows)
    return text.getvalue()

"""Writes every paper of a case at once: what goes into the bundle, and what people open."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from runner.reports import tables
from runner.reports.findings import counts, left, verdict
from runner.reports.html import html
from runner.reports.markdown import markdown
from runner.reports.reading import read
from runner.reports.unknowns import unknowable, unknown_by_area
from runner.reports.views import CaseReport, Circumstances

__all__ = ["as_json", "papers"]


def papers(
    records: Sequence[Mapping[str, Any]],
    *,
    counsel: bool = False,
    classification: str = "",
    around: Circumstances | None = None,
) -> dict[str, str]:
    """Return the text of each paper by file name.

    counsel: show counsel's records too; never for what leaves the house. classification: see `html`.
    around: see `read`.
    """
    report = read(records, counsel=counsel, around=around)
    return {
        "report.html": html(report, classification=classification),
        "report.md": markdown(report),
        "report.json": as_json(report),
        **tables.every(report),
    }


def as_json(report: CaseReport) -> str:
    """Return the report as one JSON document; strings as they were recorded, in ASCII escapes."""
    found = {
        "verdict": verdict(report),
        "counts": counts(report),
        "left": left(report),
        "unknowable": unknowable(report),
        "unknown_by_area": unknown_by_area(report),
    }
    return json.dumps({"schema_version": 1, **found, **asdict(report)}, indent=2) + "\n"

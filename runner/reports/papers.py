"""Writes every paper of a case at once: what goes into the bundle, and what people open."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from runner.reports import tables
from runner.reports.findings import counts, left, unknowable, verdict
from runner.reports.html import html
from runner.reports.markdown import markdown
from runner.reports.reading import read
from runner.reports.views import CaseReport

__all__ = ["as_json", "papers"]


def papers(
    records: Sequence[Mapping[str, Any]], *, counsel: bool = False, classification: str = ""
) -> dict[str, str]:
    """Return the text of each paper by file name.

    counsel: show counsel's records too; never for what leaves the house. classification: see `html`.
    """
    report = read(records, counsel=counsel)
    return {
        "report.html": html(report, classification=classification),
        "report.md": markdown(report),
        "report.json": as_json(report),
        "timeline.csv": tables.timeline(report),
        "doors.csv": tables.doors(report),
        "items.csv": tables.items(report),
    }


def as_json(report: CaseReport) -> str:
    """Return the report as one JSON document; strings as they were recorded, in ASCII escapes."""
    found = {
        "verdict": verdict(report),
        "counts": counts(report),
        "left": left(report),
        "unknowable": unknowable(report),
    }
    return json.dumps({"schema_version": 1, **found, **asdict(report)}, indent=2) + "\n"

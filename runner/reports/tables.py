"""Writes the report's tables as CSV (RFC 4180) that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from runner.reports.encoding import cell
from runner.reports.unknowns import unknown_by_area
from runner.reports.views import CaseReport

__all__ = ["every"]

Cells = Sequence[object]


def every(report: CaseReport) -> dict[str, str]:
    """Return every table by file name, a head and a row each; moments in UTC, sizes in bytes."""
    return {
        "timeline.csv": _timeline(report),
        "doors.csv": _doors(report),
        "decisions.csv": _decisions(report),
        "deadlines.csv": _deadlines(report),
        "documents.csv": _documents(report),
        "items.csv": _items(report),
        "expiry.csv": _expiry(report),
        "demands.csv": _demands(report),
        "unknown.csv": _unknown(report),
    }


def _timeline(report: CaseReport) -> str:
    head = ("record", "at_utc", "kind", "by", "what", "digest")
    return _written(head, ((e.seq, e.at, e.kind, e.by, e.text, e.digest) for e in report.timeline))


def _doors(report: CaseReport) -> str:
    head = (
        "service", "layer", "account", "login", "verdict", "why", "answered", "closed_at_utc", "proof",
        "closed_by_hand",
    )  # fmt: skip
    hands = {(each["service"], each["layer"], each["account"]): each["by"] for each in report.adopted}
    rows = (
        (d.service, d.layer, d.account, d.login, d.verdict, d.why, str(d.answered).lower(), d.closed_at,
         d.proof, hands.get(d.key, ""))
        for d in report.doors
    )  # fmt: skip
    return _written(head, rows)


def _decisions(report: CaseReport) -> str:
    """Return a row an answer; what nobody answered has one row without."""
    head = (
        "request", "kind", "phase", "step", "what", "asked_of", "needed", "asked_at_utc", "due_utc", "ended",
        "by", "role", "said", "why", "at_utc", "signed", "signature", "digest",
    )  # fmt: skip
    return _written(head, _said(report))


def _said(report: CaseReport) -> Iterator[Cells]:
    for r in report.requests:
        asked = (r.id, r.kind, r.phase, r.step, r.what, ", ".join(r.of), r.need, r.at, r.due, r.status)
        for a in r.answers:
            yield (
                *asked,
                a.by,
                a.role,
                a.word,
                a.text,
                a.at,
                _yes(a.signed),
                a.signature,
                a.digest or r.digest,
            )
        if not r.answers:
            yield (*asked, *[""] * 7, r.digest)
    for a in report.objections:
        yield (
            "",
            "objection",
            *[""] * 8,
            a.by,
            a.role,
            a.word,
            a.text,
            a.at,
            _yes(a.signed),
            a.signature,
            "",
        )


def _deadlines(report: CaseReport) -> str:
    head = ("clock", "duty", "runs", "starts", "status", "from_utc", "to_utc", "because", "source")
    rows = (
        (c.what, c.about, c.within, c.starts, c.status, c.started_at, c.deadline, c.basis, c.source)
        for c in report.requests
        if c.kind == "clock"
    )
    return _written(head, rows)


def _documents(report: CaseReport) -> str:
    head = (
        "document",
        "title",
        "template",
        "version",
        "status",
        "by",
        "to",
        "sent_at_utc",
        "lacked",
        "sha256",
    )
    rows = (
        (d["document"], d["title"], d["name"], d["version"], d["status"], d["by"], ", ".join(d["to"]),
         d["sent_at"], "; ".join(d["missing"]), d["sha256"])
        for d in report.documents
    )  # fmt: skip
    return _written(head, rows)


def _items(report: CaseReport) -> str:
    head = (
        "item", "kept_at_utc", "sha256", "bytes", "name", "service", "account", "action", "retention", "lag",
    )  # fmt: skip
    return _written(
        head,
        (
            (i.item, i.at, i.sha256, i.bytes, i.name, i.service, i.account, i.action, i.retention, i.lag)
            for i in report.items
        ),
    )


def _expiry(report: CaseReport) -> str:
    """Return a row a source, as it stood when the report was written."""
    columns = (
        "service", "account", "login", "action", "retention", "lag", "kept", "kept_at", "items", "expires_at",
        "losing", "due_again_at", "covers_days", "tenure_days", "gap", "why",
    )  # fmt: skip
    return _written(
        columns, ([_plain(each[key]) for key in columns] for each in report.expiry.get("sources", ()))
    )


def _demands(report: CaseReport) -> str:
    """Return a row a message; amounts, wallets and links each in one cell."""
    head = (
        "at_utc", "handed_in_by", "how", "item", "sender", "received_utc", "deadline_stated", "deadline_utc",
        "deadline_assumed", "amounts", "wallets", "danger", "links",
    )  # fmt: skip
    return _written(head, map(_demand, report.demands))


def _demand(each: Mapping[str, Any]) -> Cells:
    due = each["deadline"]
    return (
        each["at"], each["by"], each["how"], each["item"], each["sender"], each["received"], due["stated"],
        due["utc"], _yes(due["assumed"]), "; ".join(amount["stated"] for amount in each["amounts"]),
        "; ".join(f"{one['chain']} {one['address']} ({one['verdict']})" for one in each["wallets"]),
        " / ".join(each["danger"]), "; ".join(link["url"] for link in each["links"]),
    )  # fmt: skip


def _unknown(report: CaseReport) -> str:
    return _written(
        ("area", "what"), ((area, line) for area, lines in unknown_by_area(report).items() for line in lines)
    )


def _yes(flag: object) -> str:
    return "yes" if flag else "no"


def _plain(value: object) -> object:
    return _yes(value) if isinstance(value, bool) else "" if value is None else value


def _written(head: Cells, rows: Iterable[Cells]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(head)
    writer.writerows([cell(str(value)) for value in row] for row in rows)
    return text.getvalue()

"""Builds the measuring document: what a run did, in numbers, from its journal and the services' ledgers.

A ledger is a stand-in's own record of requests, one JSON object a line: `n, at, service, method, path,
status, changed`. Where there is one, the spread of the lockdown is what the services saw, not what we say.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner.reports.reading import read
from runner.reports.views import CaseReport, Lockdown, Operation

__all__ = ["document"]

Line = Mapping[str, Any]
_READS = ("GET", "HEAD")
_OF_A_CLOCK = ("about", "within", "started_at", "deadline", "status")
_OF_A_DOOR = ("service", "layer", "account", "verdict", "closed_at", "proof")


def document(
    records: Sequence[Mapping[str, Any]],
    ledgers: Iterable[Path],
    paths: Mapping[str, str],
    *,
    latency_ms: float = 0,
) -> dict[str, Any]:
    """Return the measuring document, without `outcome` and `exit`, which the desk knows.

    records: the whole journal. ledgers: JSON Lines files; one that is missing counts as empty.
    paths: report, bundle, journal. latency_ms: what every answer of a lab was delayed by. All moments are
    RFC 3339 UTC with milliseconds, or "". Raises OSError, and ValueError for a ledger that is none.
    """
    report, lines = read(records, counsel=True), _lines(ledgers)
    return {
        "schema_version": 1,
        "case": report.code,
        "playbook": {key: report.playbook.get(key, "") for key in ("name", "version", "sha256")},
        "doors": [{key: getattr(door, key) for key in _OF_A_DOOR} for door in report.doors],
        "lockdown": _lockdown(report.lockdown, lines, latency_ms),
        "evidence": {
            "items": len(report.items),
            "bytes": sum(item.bytes for item in report.items),
            "closed_before_kept": _closed_before_kept(records, report),
        },
        "told": [*report.told, *_paged(records)],
        "tickets": list(report.tickets),
        "clocks": [
            {key: getattr(each, key) for key in _OF_A_CLOCK} | {"clock": each.what}
            for each in report.requests
            if each.kind == "clock"
        ],
        "ledger": {
            "requests": len(lines),
            "writes": sum(_writes(line) for line in lines),
            "duplicate_writes": _duplicates(lines),
        },
        "paths": dict(paths),
    }


def _lines(ledgers: Iterable[Path]) -> list[Line]:
    texts = [path.read_text(encoding="utf-8") for path in ledgers if path.exists()]
    return [json.loads(line) for text in texts for line in text.splitlines() if line]


def _writes(line: Line) -> bool:
    return line["method"] not in _READS and int(line["status"]) < 400


def _duplicates(lines: Iterable[Line]) -> int:
    """Count changes made again: a resent request that changed nothing has no `changed`, and is none."""
    made = Counter((line["service"], line["changed"]) for line in lines if line["changed"])
    return sum(times - 1 for times in made.values())


def _closed_before_kept(records: Sequence[Mapping[str, Any]], report: CaseReport) -> int:
    """Count closes that went out though the evidence they destroy was not kept: only waivers let them."""
    waived = {
        op for each in records if each["kind"] == "approval.given" for op in each["data"].get("waive", ())
    }
    return sum(write["outcome"] == "changed" and write.get("head") in waived for write in report.writes)


def _lockdown(lockdown: Lockdown | None, lines: list[Line], latency_ms: float) -> dict[str, Any] | None:
    if lockdown is None:
        return None
    firsts = list(_first_writes(lockdown).values())
    seen = _arrivals(firsts, lines)
    moments = seen if seen is not None else [_moment(each.write_at) for each in firsts]
    first, last = min(moments, default=None), max(moments, default=None)
    return {
        "heads": len(firsts),
        "first_write_at": _stamp(first),
        "last_head_write_at": _stamp(last),
        "last_confirmed_at": lockdown.last_confirmed_at,
        "spread_ms": _between(first, last),
        "spread_from": "journal" if seen is None else "ledgers",
        "window_ms": lockdown.window_ms,
        "slowest_chain_calls": lockdown.slowest_chain_calls,
        "slowest_chain_ms": round(lockdown.slowest_chain_calls * latency_ms, 3),
    }


def _first_writes(lockdown: Lockdown) -> dict[str, Operation]:
    """Return the first write of every head that wrote, those that fired late included."""
    firsts: dict[str, Operation] = {}
    for each in sorted(lockdown.operations, key=lambda operation: operation.write_at):
        if each.write_at and each.head in lockdown.heads:
            firsts.setdefault(each.head, each)
    return firsts


def _arrivals(firsts: list[Operation], lines: list[Line]) -> list[datetime] | None:
    """Return when each first write arrived at its service; None unless every one is in a ledger.

    A write is the first line of its service, not taken by an earlier head, that arrived between our
    sending it and our hearing of it. Our own clock is cut to milliseconds, so it is never ahead.
    """
    waiting = sorted(
        (line for line in lines if line["method"] not in _READS), key=lambda line: str(line["at"])
    )
    found: list[datetime] = []
    for each in firsts:
        sent, heard = _moment(each.write_at), _moment(each.confirmed_at)
        for line in waiting:
            if line["service"] == each.service and sent <= _moment(line["at"]) <= heard:
                found.append(_moment(line["at"]))
                waiting.remove(line)
                break
    return found if firsts and len(found) == len(firsts) else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _stamp(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _between(first: datetime | None, last: datetime | None) -> float | None:
    if first is None or last is None:
        return None
    return round((last - first).total_seconds() * 1000, 3)


def _paged(records: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield who was woken, by what, for which request."""
    for each in records:
        if each["kind"] == "page.sent":
            data = each["data"]
            yield {"at": each["at"], "via": data["via"], "to": data["to"], "what": data["request"]}

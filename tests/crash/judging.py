"""Judges a case that went through its deaths: what was done twice, and what was lost."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from integrations.lab.ledger import duplicates, read
from runner.errors import StorageError
from runner.evidence.chain import broken
from runner.evidence.folder import Folder

__all__ = ["lost", "twice"]

Records = list[dict[str, Any]]

_ONCE: dict[str, tuple[str, ...]] = {
    "phase.started": ("phase",),
    "phase.finished": ("phase",),
    "approval.asked": ("request",),
    "approval.used": ("request",),
    "ask.asked": ("request",),
    "ask.closed": ("request",),
    "ask.silent": ("request",),
    "task.set": ("request",),
    "clock.proposed": ("request",),
    "clock.started": ("request",),
    "request.reminded": ("request", "moment"),
    "demand.near": ("deadline", "mark"),
    "standing.set": ("order",),
    "standing.done": ("order",),
    "page.sent": ("request", "moment", "via"),
    "document.made": ("document",),
    "ticket.made": (),
    "accepted": (),
}
"""Records that say that something was done which is done once, by the fields that tell it from others."""


def twice(ledgers: Path, records: Records) -> list[str]:
    """Return the changes of the world that were made more than once, by its own ledgers, and what was recorded twice."""
    lines = [line for each in sorted(ledgers.glob("*.jsonl")) for line in read(each)]
    said = Counter(_said(each) for each in records if each["kind"] in _ONCE)
    said += Counter(f"changed {each['data']['op']}" for each in records if _changed(each))
    said += Counter(f"approved {plan}" for plan in _approved(records))
    again = [f"journal: {text}" for text, times in said.items() if times > 1]
    return [*duplicates(lines), *_more_than_meant(lines, records), *again]


def lost(store: Path, code: str, records: Records, ends: Iterable[dict[str, Any]]) -> list[str]:
    """Return what a death took away: what is left to do, unanswered, unread or broken; empty when nothing.

    store: the folder of the cases, and of the database that is a file. ends: the document of each run that lived to its end.
    """
    return [
        *(line for each in ends for line in _short_of_done(each)),
        *_unanswered(records),
        *_unapproved(records),
        *_unread(Folder(store / "cases" / code), records),
        *([f"chain: {damage}"] if (damage := broken(records)) else []),
        *_damaged(store / "severance.db"),
    ]


def _short_of_done(document: dict[str, Any]) -> list[str]:
    wrong = [] if document["outcome"] == "done" else [f"outcome: {document['outcome']} {document['why']}"]
    return [*document["left"], *wrong]


def _more_than_meant(lines: Iterable[dict[str, Any]], records: Records) -> Iterator[str]:
    """Yield services that changed more often than operations meant to: a ticket made twice has two names."""
    meant = {(each["data"]["service"], each["data"]["op"]) for each in records if each["kind"] == "write.intent"}
    operations = Counter(service for service, _ in meant)
    changes = Counter(each["service"] for each in lines if each["changed"])
    for service, times in changes.items():
        if times > operations[service]:
            yield f"{service}: {times} changes by {operations[service]} operations"


def _said(record: dict[str, Any]) -> str:
    return " ".join([record["kind"], *(str(record["data"].get(each)) for each in _ONCE[record["kind"]])])


def _approved(records: Records) -> Iterator[str]:
    """Yield the plan of each approval that was used: what was approved once needs nobody again."""
    plans = {each["data"]["request"]: each["data"]["digest"] for each in records if each["kind"] == "approval.asked"}
    yield from (plans[each["data"]["request"]] for each in records if each["kind"] == "approval.used")


def _changed(record: dict[str, Any]) -> bool:
    return record["kind"] == "write.outcome" and record["data"]["outcome"] == "changed"


def _unanswered(records: Records) -> Iterator[str]:
    """Yield each operation whose last intent has no outcome that is known, and about which nobody was asked."""
    known: dict[str, bool] = {}
    for each in records:
        if each["kind"] in ("write.intent", "write.outcome"):
            known[each["data"]["op"]] = each["kind"] == "write.outcome" and _decided(each["data"])
    yield from (f"unanswered: {op}" for op, answered in known.items() if not answered)


def _decided(outcome: dict[str, Any]) -> bool:
    """Tell whether it is known what came of a write; of a page, that nobody needs it any more will do."""
    return outcome["outcome"] != "unknown" or outcome["op"].startswith("page/")


def _unapproved(records: Records) -> Iterator[str]:
    """Yield approvals that were used with fewer people than they needed."""
    asked = {each["data"]["request"]: each["data"] for each in records if each["kind"] == "approval.asked"}
    given: dict[str, set[str]] = {}
    for each in records:
        if each["kind"] == "approval.given":
            given.setdefault(each["data"]["request"], set()).add(each["data"]["by"])
        if each["kind"] == "approval.used":
            request = each["data"]["request"]
            if len(given.get(request, ())) < max(asked[request]["need"], len(asked[request]["each_of"])):
                yield f"used without its people: {request}"


def _unread(store: Folder, records: Records) -> Iterator[str]:
    """Yield items that do not read back as they were kept."""
    for sha256 in dict.fromkeys(_kept(records)):
        try:
            store.get(sha256)
        except StorageError as error:
            yield f"item: {error.what}"


def _kept(records: Records) -> Iterable[str]:
    return (each["data"]["sha256"] for each in records if each["kind"] == "item.kept")


def _damaged(database: Path) -> list[str]:
    if not database.exists():
        return []
    with sqlite3.connect(database) as connection:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    connection.close()
    return [] if found == ["ok"] else [f"database: {line}" for line in found]

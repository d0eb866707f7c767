"""Verifies a whole store: every chain of records, and every item that a record names, read and compared."""

from __future__ import annotations

from runner.actions.values import Json
from runner.database.journal import Record
from runner.desk.office import Office
from runner.evidence.chain import broken
from runner.evidence.store import Store

__all__ = ["damage", "items_of", "verify_store"]


def verify_store(office: Office) -> list[Json]:
    """Return a row a case: `{case, records, items, problems}`. Reads everything, changes nothing."""
    return [_verified(office, code) for code in office.codes()]


def _verified(office: Office, code: str) -> Json:
    records = office.records(code)
    items = items_of(records)
    problems = damage(records, office.store(code))
    return {"case": code, "records": len(records), "items": len(items), "problems": problems}


def damage(records: list[Record], store: Store) -> list[str]:
    """Return, in words, what is wrong with a case's records, or with the items they name."""
    broke = broken(records)
    missing = items_of(records).keys() - set(store.held())
    gone = [f"the item {sha256} is missing, or its bytes have changed" for sha256 in sorted(missing)]
    return [*([f"its records were changed: {broke}"] if broke else []), *gone]


def items_of(records: list[Record]) -> dict[str, str]:
    """Return the media type of every item that records name, by SHA-256."""
    kept = [each["data"] for each in records if each["kind"] == "item.kept"]
    return {each["sha256"]: each.get("media", "") for each in reversed(kept)}

"""Checks that the parts of a bundle tell one story: journal, items, plans, playbook, bag-info."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runner.evidence.chain import START, broken, parse
from runner.evidence.manifest import digests

__all__ = ["disagreements", "stated"]

_DECISIONS = ("approval.asked", "approval.given", "approval.denied")


def disagreements(bag: Path) -> Iterator[str]:
    """Yield, in words, where the parts of a bundle contradict each other. Raises OSError."""
    records, problem = _read_journal(bag)
    if problem is None:
        problem = broken(records)
    if problem is not None:
        yield f"journal.jsonl: {problem}"
        return
    try:
        yield from _opening(bag, records)
        yield from _items(bag, records)
        yield from _plans(bag, records)
    except (KeyError, TypeError, AttributeError) as error:
        yield f"journal.jsonl: a record has not the fields of its kind ({error})"
    yield from _bag_info(bag)


def stated(bag: Path) -> dict[str, str]:
    """Return what bag-info.txt has to state, computed from the payload (RFC 8493 section 2.2.2)."""
    records, _ = _read_journal(bag)
    sizes = [path.stat().st_size for path in (bag / "data").rglob("*") if path.is_file()]
    opened = records[0].get("data") if records else None
    return {
        "External-Identifier": str(opened.get("code", "")) if isinstance(opened, dict) else "",
        "Payload-Oxum": f"{sum(sizes)}.{len(sizes)}",
        "Journal-Records": str(len(records)),
        "Journal-Records-Withheld": str(sum("withheld" in record for record in records)),
        "Journal-Last-Digest": str(records[-1].get("digest")) if records else START,
    }


def _read_journal(bag: Path) -> tuple[list[dict[str, Any]], str | None]:
    """Return the records up to the first line that is none, and what is wrong with that line."""
    *lines, rest = (bag / "data" / "journal.jsonl").read_bytes().split(b"\n")
    records: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=1):
        try:
            records.append(parse(line))
        except ValueError as error:
            return records, f"line {number}: {error}"
    return records, "its last line does not end" if rest else None


def _opening(bag: Path, records: list[dict[str, Any]]) -> Iterator[str]:
    if not records or records[0].get("kind") != "case.opened":
        yield "journal.jsonl: it does not begin with the opening of a case"
        return
    frozen = hashlib.sha256((bag / "data" / "playbook.yaml").read_bytes()).hexdigest()
    if records[0]["data"]["playbook"]["sha256"] != frozen:
        yield "playbook.yaml is not the playbook the case was opened with"


def _items(bag: Path, records: list[dict[str, Any]]) -> Iterator[str]:
    named = {
        each["data"]["sha256"]: each["data"]["bytes"] for each in records if each.get("kind") == "item.kept"
    }
    files = {digests(path)["sha256"]: path for path in (bag / "data" / "items").glob("*")}
    for sha256 in sorted(named.keys() - files.keys()):
        yield f"the journal names an item {sha256} that is not in the bundle"
    for sha256, path in sorted(files.items()):
        if sha256 not in named:
            yield f"items/{path.name} is named by no record of the journal"
        elif named[sha256] != path.stat().st_size or path.name.split("-")[1][:12] != sha256[:12]:
            yield f"items/{path.name} has not the size or the name its record gives"
    if len(files) != len(list((bag / "data" / "items").glob("*"))):
        yield "an item is in the bundle twice"


def _plans(bag: Path, records: list[dict[str, Any]]) -> Iterator[str]:
    planned = {each["data"]["digest"] for each in records if each.get("kind") == "phase.planned"}
    held = {path.stem: digests(path)["sha256"] for path in (bag / "data" / "plans").glob("*")}
    yield from (f"plans/{name}.json is not what was approved" for name, real in held.items() if name != real)
    yield from (f"the plan {digest} is not in the bundle" for digest in sorted(planned - held.keys()))
    yield from (f"plans/{name}.json is in no record of the journal" for name in sorted(held.keys() - planned))
    for each in records:
        if each.get("kind") in _DECISIONS and each["data"]["digest"] not in planned:
            yield f"record {each['seq']}: it decides on a plan that the journal does not hold"


def _bag_info(bag: Path) -> Iterator[str]:
    lines = (bag / "bag-info.txt").read_bytes().decode("utf-8", errors="replace").split("\n")
    for label, value in stated(bag).items():
        if lines.count(f"{label}: {value}") != 1 or sum(line.startswith(f"{label}:") for line in lines) != 1:
            yield f"bag-info.txt: {label} should be {value}"

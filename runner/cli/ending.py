"""How a run ended, and how a case stands, in words for the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from runner.cli.output import Terminal, columns, leave, shown, unread
from runner.errors import Exit

__all__ = ["ended", "standing"]

_SHUT = ("closed", "inferred")


def ended(terminal: Terminal, document: Mapping[str, Any]) -> NoReturn:
    """Print a run's measuring document, tell people what is theirs to do, and end the process."""
    code = int(document["exit"])
    with unread():
        terminal.result(document, "\n".join(_summary(document)))
        for line in _stopped(document) if code == Exit.STOPPED else _asked(document["waiting"]):
            print(shown(line), file=sys.stderr)  # even when quiet: somebody must act on it
    leave(code)


def standing(case: Mapping[str, Any]) -> str:
    """Return how one case stands, and what it waits for."""
    doors = (
        ", ".join(f"{count} {verdict}" for verdict, count in sorted(case["doors"].items())) or "no doors yet"
    )
    lines = [
        f"{case['code']}  {case['outcome']}  {case['playbook']}  {case['phase'] or 'every phase is through'}"
    ]
    lines += [f"  doors: {doors}", *(f"  left: {each}" for each in case["left"]), *_asked(case["waiting"])]
    return "\n".join(lines)


def _summary(document: Mapping[str, Any]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for door in document["doors"]:
        counts[door["verdict"]] = counts.get(door["verdict"], 0) + 1
    yield f"{document['case']}: {document['outcome']}"
    if document["why"]:
        yield f"why: {document['why']}"
    yield f"doors: {', '.join(f'{count} {verdict}' for verdict, count in sorted(counts.items())) or 'none'}"
    lockdown = document["lockdown"]
    if lockdown and lockdown.get("heads"):
        yield (
            f"lockdown: {lockdown['heads']} at once, first to last in {lockdown['spread_ms']} ms,"
            f" all confirmed in {lockdown['window_ms']} ms"
        )
    evidence = document["evidence"]
    yield f"evidence: {evidence['items']} items, {evidence['bytes']} bytes"
    yield from (f"left: {each}" for each in document["left"])
    yield from (f"{name}: {path}" for name, path in document["paths"].items() if path)


def _stopped(document: Mapping[str, Any]) -> Iterator[str]:
    """Tell what a stopped run leaves behind (design 4.9)."""
    shut = [door for door in document["doors"] if door["verdict"] in _SHUT]
    yield f"severance: stopped; the state is saved. {len(shut)} of {len(document['doors'])} doors are closed"
    left = [door for door in document["doors"] if door["verdict"] not in _SHUT]
    yield columns(
        ("  open", each["service"], each["layer"], each["account"], each["verdict"]) for each in left
    ).rstrip()
    if document["lockdown"] and document["lockdown"].get("first_write_at"):
        yield "  the subject may know"
    yield f"  = next: severance resume {document['case']}"


def _asked(waiting: list[Mapping[str, Any]]) -> Iterator[str]:
    for each in waiting:
        question = f": {each['question']}" if each.get("question") else ""
        yield f"  {', '.join(each['who'])} until {each['expires']}{question}"
        yield f"  = next: {each['command']}"

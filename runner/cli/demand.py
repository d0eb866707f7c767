"""A demand in words for the terminal: danger to people first, then when, how much, where to, what is odd."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from runner.cli.output import lines, shown

__all__ = ["Demand", "alarm", "demand_in", "told"]

Demand = Annotated[
    Path | None,
    typer.Option("--demand", metavar="FILE", help="The message as received: .eml, text, or a picture of it."),
]

_VERDICTS = {"valid": "its checksum fits", "form only": "no checksum to judge by"}


def demand_in(records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the last demand that was received, for a JSON document; nothing where there is none."""
    found = [each["data"]["demand"] for each in records if each["kind"] == "demand.received"]
    return {"demand": found[-1]} if found else {}


def alarm(records: Iterable[Mapping[str, Any]]) -> None:
    """Say loudest, even when quiet, that a message mentions danger to people."""
    danger = demand_in(records).get("demand", {}).get("danger", ())
    said = [f"  it says: {each}" for each in danger]
    for line in ("DANGER TO PEOPLE IS MENTIONED: call the police now, before anything else.", *said):
        if danger:
            print(shown(lines([line])), file=sys.stderr)


def told(demand: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a demand says, a line a fact; everything in it is the sender's word."""
    sender = demand["sender"] or "a sender it does not name"
    yield f"demand: {demand['kind']} from {sender}, received {demand['received']} ({demand['received_from']})"
    yield from (f"deadline: {_deadline(each)}" for each in demand["deadlines"])
    yield from (f"asks for: {each['stated']}" for each in demand["amounts"])
    for each in demand["wallets"]:
        verdict = _VERDICTS.get(each["verdict"], "its checksum does not fit")
        yield f"pay to: {each['chain']} {each['address']} ({verdict})"
    yield from (f"with memo: {each}" for each in demand["memos"])
    if demand["mentions"]:
        yield f"mentions: {', '.join(dict.fromkeys(each['kind'] for each in demand['mentions']))}"
    if demand["attachments"]:
        yield f"kept unopened: {len(demand['attachments'])} attached"
    yield from (f"doubt: {each}" for each in demand["doubts"])
    yield from (f"not read: {each}" for each in demand["left_out"])
    if demand["asked"]:
        yield "write down in a text file, and hand it in with severance note CASE TEXT --demand FILE:"
        yield from (f"  {each}" for each in demand["asked"])


def _deadline(found: Mapping[str, Any]) -> str:
    sure = "assumed" if found["assumed"] else "certain"
    return f"{found['utc']}, {sure} ({found['why']}); it says: {found['stated']}"

"""Holds the end of a drill against what its scenario expects: a verdict for every expectation, in words."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from integrations.lab.control import Control
from runner.actions.doors import Door
from runner.actions.values import Json
from runner.database.journal import Record
from runner.desk.fates import FAILED, PLAYED
from runner.desk.scenarios import Doors, Expected, Order, Records, Scenario, World

__all__ = ["Verdict", "judged"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One expectation, and whether it holds."""

    expected: str
    holds: bool
    found: str
    """What was found instead; empty where it holds."""

    def as_json(self) -> Json:
        """Return it as the drill's document has it."""
        return {"expected": self.expected, "holds": self.holds, "found": self.found}


@dataclass(frozen=True, slots=True)
class End:
    """How a drill ended."""

    document: Json
    """The measuring document."""
    records: Sequence[Record]
    doors: Sequence[Door]
    lab: Control


def judged(scenario: Scenario, end: End) -> list[Verdict]:
    """Return a verdict for every expectation, and for everything that was to happen."""
    expected = scenario.expect
    return [
        *_happened(scenario, end),
        *_ended(expected, end),
        *(_doors(each, end) for each in expected.doors),
        *(_records(each, end) for each in expected.records),
        *(_order(each, end) for each in expected.order),
        *(_untouched(mail, end) for mail in expected.untouched),
        *(_world(each, end) for each in expected.world),
        *_reported(expected, end),
    ]


def _verdict(expected: str, found: str) -> Verdict:
    return Verdict(expected, not found, found)


def _happened(scenario: Scenario, end: End) -> Iterator[Verdict]:
    notes = [str(each["data"]["text"]) for each in end.records if each["kind"] == "note"]
    for each in scenario.meanwhile:
        done = f"{PLAYED}{each.words}" in notes
        why = [note.removeprefix(FAILED) for note in notes if note.startswith(f"{FAILED}{each.words}: ")]
        yield _verdict(f"it happens: {each.words}", "" if done else (why or ["its moment never came"])[0])


def _ended(expected: Expected, end: End) -> Iterator[Verdict]:
    outcome, code = str(end.document["outcome"]), int(end.document["exit"])
    if expected.outcome:
        yield _verdict(f"the case ends {expected.outcome}", "" if outcome == expected.outcome else outcome)
    if expected.exit is not None:
        yield _verdict(f"the run ends with exit {expected.exit}", "" if code == expected.exit else f"{code}")


def _doors(wanted: Doors, end: End) -> Verdict:
    meant = [
        door
        for door in end.doors
        if fnmatchcase(door.service, wanted.service)
        and fnmatchcase(door.layer, wanted.layer)
        and fnmatchcase(door.login, wanted.of)
    ]
    others = [door for door in meant if door.verdict not in wanted.verdict]
    said = f"doors {wanted.service} {wanted.layer} of {wanted.of}: {' or '.join(wanted.verdict)}"
    found = [f"{door.service} {door.layer} of {door.login}: {door.verdict}, {door.why}" for door in others]
    return _verdict(said, "; ".join(found) if meant else "no such door")


def _records(wanted: Records, end: End) -> Verdict:
    count = sum(map(wanted.fits, end.records))
    holds = count > 0 if wanted.times is None else count == wanted.times
    often = "on record" if wanted.times is None else f"on record {wanted.times} times"
    return _verdict(f"{often}: {wanted.words}", "" if holds else f"{count} times")


def _order(wanted: Order, end: End) -> Verdict:
    first, then = (
        next((each["seq"] for each in end.records if one.fits(each)), 0)
        for one in (wanted.first, wanted.then)
    )
    said = f"in this order: {wanted.first.words}; {wanted.then.words}"
    holds = bool(first and then and first < then)
    return _verdict(said, "" if holds else f"records {first or 'none'} and {then or 'none'}")


def _untouched(mail: str, end: End) -> Verdict:
    """Look through what every service received: a change is theirs when it names them anywhere."""
    changes: Counter[str] = Counter()
    for service, names in end.lab.known_as(mail).items():
        for line in end.lab.ledger(service):
            text = " ".join(str(line[key]) for key in ("changed", "path", "query", "body"))
            if line["changed"] and any(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text) for each in names):
                changes[f"{service}: {line['changed']}"] += 1
    return _verdict(f"nothing of {mail} is changed anywhere", "; ".join(changes))


def _world(wanted: World, end: End) -> Verdict:
    state = end.lab.state(wanted.on)
    told = ", ".join(f"{key} {value}" for key, value in wanted.has.items())
    found = wanted.found(state)
    said = f"{wanted.on} itself says of {wanted.at[-1]}: {told}"
    return _verdict(said, "" if wanted.holds(state) else f"{found}"[:300])


def _reported(expected: Expected, end: End) -> Iterator[Verdict]:
    if not expected.report:
        return
    page = Path(end.document["paths"]["report"]).read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))
    for each in expected.report:
        yield _verdict(f"the report says: {each}", "" if each in text else "it does not")

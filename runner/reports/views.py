"""What a report knows of a case: frozen, plain, and made of nothing but the journal.

Every string here may have come from a stranger; writers encode it (`encoding.py`). Times are
RFC 3339 UTC with milliseconds, or empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runner.actions.doors import Door

__all__ = [
    "Answer", "CaseReport", "Circumstances", "Event", "Item", "Link", "Lockdown", "Operation", "Order",
    "Request", "Subject",
]  # fmt: skip

Row = Mapping[str, Any]
"""The data of one record, with its time under `at`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person decided or answered."""

    at: str
    by: str
    word: str
    text: str
    signed: bool
    digest: str
    signature: str = ""
    role: str = ""
    """Why they could say it: the roles asked that are theirs, as the settings have it now."""
    item: str = ""
    """SHA-256 of what they handed in with it."""
    account: str = ""
    """The pinned id by which the chat knew them, where they said it there."""


@dataclass(frozen=True, slots=True)
class Request:
    """What people were asked: an approval, a question, a task, a clock."""

    id: str
    kind: str
    at: str
    phase: str
    step: str
    what: str
    lines: tuple[str, ...]
    digest: str
    need: int
    of: tuple[str, ...]
    due: str
    """By when people were to answer."""
    about: str
    """Of a legal clock: the duty."""
    starts: str
    """Of a legal clock: the event it runs from, in words; only people decide when that was."""
    within: str
    """Of a legal clock: how long it runs, as the law says it; "" where the law sets no length of time."""
    started_at: str
    """Of a legal clock that counsel started: the moment it runs from."""
    deadline: str
    basis: str
    """Of a legal clock: why it was started, declined or stopped, in the words of whoever did."""
    source: str
    status: str
    """open, or how it ended: used, denied, expired, answered, silent, done, started, declined, stopped."""
    late: bool
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of kept evidence, with what its source could give."""

    at: str
    item: int
    sha256: str
    bytes: int
    name: str
    media: str
    action: str
    service: str
    account: str
    source: str
    retention: str
    lag: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One write of the lockdown, with the moments that were measured."""

    head: str
    """The approved operation it is part of: `phase/step/action@service/account`."""
    action: str
    service: str
    account: str
    write_at: str
    confirmed_at: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Lockdown:
    """The moment all doors were fired at, and what was measured of it."""

    go: str
    prepared_ms: int
    """What was read before anything fired, in milliseconds."""
    stragglers: tuple[Row, ...]
    """Heads that were not ready in time: `name`, `waiting_on`."""
    heads: tuple[str, ...]
    """Every head's operation, the late ones included."""
    last_confirmed_at: str
    spread_ms: float | None
    """First to last first write of a head, by our own clock."""
    window_ms: float | None
    """First write to last confirmed close."""
    slowest_chain_calls: int
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """A standing order: a recheck, bulk keeping, a watch."""

    id: str
    what: str
    kind: str
    due: str
    done_at: str
    result: str


@dataclass(frozen=True, slots=True)
class Link:
    """Somebody who may be the subject under another name: why, and who confirmed it, if anybody did."""

    key: str
    """`service/id`, by which people chose."""
    at: str
    """When it was first proposed."""
    login: str
    service: str
    accounts: tuple[Row, ...]
    because: tuple[Row, ...]
    """Each shared value, in part (`shown`; `value` is but its number in this report), with its category,
    strength, weight, and where it was seen."""
    words: tuple[str, ...]
    confirmed_by: tuple[str, ...] = ()
    confirmed_at: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose accounts the case is about, and whose it deliberately is not."""

    accounts: tuple[Row, ...]
    linked: tuple[Row, ...]
    left_out: tuple[Row, ...]
    protected: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline; `digest` is its record's, in the journal."""

    seq: int
    at: str
    kind: str
    group: str
    by: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is no record of the case and is known when it is read: from the settings and the integrations."""

    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Roles by person id."""
    lacks: Sequence[Row] = ()
    """Layers no interface reaches, of the services concerned: `service, layer, why`."""
    expiry: Row = field(default_factory=dict)
    """When evidence expires and what it covers: `as_of`, `tenure`, `sources`; empty when not worked out."""


@dataclass(frozen=True, slots=True)
class CaseReport:
    """Everything a report shows."""

    code: str
    company: str
    playbook: Row
    inputs: Row
    opened_at: str
    opened_by: str
    drill: bool
    compress: float
    as_of: str
    records: int
    withheld: int
    last_digest: str
    subject: Subject
    links: tuple[Link, ...]
    searches: tuple[Row, ...]
    """What was searched for linked accounts: how many values, where, and how much was read."""
    doors: tuple[Door, ...]
    late: Mapping[str, tuple[str, ...]]
    lockdown: Lockdown | None
    requests: tuple[Request, ...]
    objections: tuple[Answer, ...]
    items: tuple[Item, ...]
    orders: tuple[Order, ...]
    told: tuple[Row, ...]
    tickets: tuple[Row, ...]
    pages: tuple[Row, ...]
    steps: tuple[Row, ...]
    plans: tuple[Row, ...]
    writes: tuple[Row, ...]
    notes: tuple[Row, ...]
    documents: tuple[Row, ...]
    """What was drafted: name, title, version, status (DRAFT, APPROVED, SENT), to, sent_at, missing."""
    delays: tuple[Row, ...]
    """What the police asked to wait with: agency, contact, until."""
    emergency: Row | None
    """`at, by, because, confirmed, confirmed_by, review, reviewed_by, unreviewed_since`."""
    demands: tuple[Row, ...]
    """What was received: `at, by, how, item`, and the message as it was read, links defanged."""
    adopted: tuple[Row, ...]
    """Doors that people closed by hand: `at, by, because, service, layer, login, closed_at, item`."""
    hand_overs: tuple[Row, ...]
    """Who offered the case to whom, and what came of it: `at, by, to, because, ended, ended_at`."""
    watched: tuple[Row, ...]
    """Where the subject could read what is done: `service, login, why`."""
    lacks: tuple[Row, ...]
    expiry: Row
    timeline: tuple[Event, ...]

"""The values actions take and give: accounts, things, documents, outcomes.

All are frozen and made of plain JSON (`as_json`), because they cross durable checkpoints and the
journal. Text that came from a service is untrusted everywhere: each surface encodes it for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

__all__ = [
    "Account",
    "Changed",
    "Doc",
    "Document",
    "Item",
    "Json",
    "Kept",
    "Layer",
    "Observation",
    "Outcome",
    "Proof",
    "Refused",
    "Thing",
    "Unchanged",
    "Verdict",
    "Who",
    "as_json",
]

Json: TypeAlias = Any
"""A JSON value: None, bool, int, float, str, list or dict of these."""

Layer = Literal[
    "account", "session", "grant", "token", "key", "device", "role", "membership", "shared", "app"
]
Verdict = Literal["closed", "inferred", "pending", "open", "unknown", "by-hand", "held"]


@dataclass(frozen=True, slots=True)
class Doc:
    """Documents a parameter: `project: Annotated[str, Doc("Jira project key, for example SEC.")]`."""

    text: str


@dataclass(frozen=True, slots=True)
class Who:
    """The person sought, as far as known; every field may be empty."""

    mail: str = ""
    staff_id: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    """Immutable id by service name, where already known."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person's identity on one configured service, by immutable id."""

    service: str
    """The configured name, for example `okta` or `github-2`."""
    id: str
    """Immutable, as the vendor spells it: Okta `00u…`, GitHub's numeric id as text."""
    login: str
    """What the vendor shows; may change and may be hostile: display only, and vendor paths that need it."""
    facts: Mapping[str, Json] = field(default_factory=dict)
    """mail, name, status, created, staff_id, admin (bool): whatever the vendor gave."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One object through which a door stands open: a token, a role, a device."""

    id: str
    label: str
    state: Json = None
    shared: bool = False
    """True when others, or machines, depend on it: closing it is held for its owner's approval."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A value seen on an account that could be seen on another, such as an MFA device or a phone."""

    kind: str
    value: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of kept evidence, named by digest."""

    sha256: str
    bytes: int
    name: str


@dataclass(frozen=True, slots=True)
class Document:
    """A rendered template: plain text (Markdown), and what it still lacks."""

    name: str
    title: str
    text: str
    missing: tuple[str, ...] = ()
    """What it cannot do without and did not get, each with who knows it; the text marks the places."""
    privileged: bool = False
    """Between the company and its counsel: it never leaves the house."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The world was changed, and read back: `before` and `after` as the vendor spells them."""

    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The goal was met already; nothing was written."""

    why: str
    state: Json = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The action, or the service, will not do it; nothing was written."""

    why: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Evidence was stored: how many items, and what the source could not give."""

    items: tuple[Item, ...]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What reading a door back showed."""

    verdict: Verdict
    why: str
    state: Json = None
    until: str = ""
    """RFC 3339 UTC; for `pending`, when it stops being so."""


Outcome: TypeAlias = Changed | Unchanged | Refused


def as_json(value: Any) -> Json:
    """Turn a value of this module (or a sequence of them) into plain JSON, naming outcomes by class."""
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    if isinstance(value, Changed | Unchanged | Refused | Kept | Proof):
        body = {k: as_json(v) if isinstance(v, list | tuple) else v for k, v in _fields(value).items()}
        return {"outcome": type(value).__name__.lower(), **body}
    if isinstance(value, Who | Account | Thing | Observation | Item | Document):
        return _fields(value)
    return value


def _fields(value: Any) -> dict[str, Json]:
    body: dict[str, Json] = asdict(value)
    return body

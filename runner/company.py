"""What `severance.yaml` holds: the company's services, its people, and limits no playbook can lower.

Frozen pydantic models that refuse unknown keys. `runner.settings` reads the file into them.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

__all__ = [
    "Caps", "Company", "Minimum", "Papers", "Person", "Playbooks", "Protected", "Rota", "Service",
    "same_mail",
]  # fmt: skip

_OWN_KEYS = ("vendor", "crown", "behind", "eu_data")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def same_mail(mail: str) -> str:
    """Return a mail address as it is compared: NFC, the domain in lower case, the rest as it is.

    RFC 5321 section 2.4: only the domain is case-insensitive; the local part belongs to its host.
    """
    local, at, domain = unicodedata.normalize("NFC", mail).rpartition("@")
    return f"{local}{at}{domain.lower()}"


def _clean(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("visible characters, without blanks at its ends")
    return unicodedata.normalize("NFC", text)


def _mail(text: str) -> str:
    if not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+", text):
        raise ValueError("one mail address, for example ann@example.com")
    return same_mail(text)


def _staff_or_mail(text: str) -> str:
    if "@" in text:
        return _mail(text)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text):
        raise ValueError("a work mail or a staff id, never a name")
    return text


def _public_key(text: str) -> str:
    """Keep type and key, drop the comment; the key must name its own type (RFC 4253 section 6.6)."""
    kind, _, rest = text.partition(" ")
    blob = rest.partition(" ")[0]
    try:
        inside = base64.b64decode(blob, validate=True)
    except binascii.Error:
        inside = b""
    named = len(kind).to_bytes(4, "big") + kind.encode()
    if not re.fullmatch(r"[a-z0-9@.-]+", kind) or not inside.startswith(named):
        raise ValueError("a public key line, as in a .pub file of ssh-keygen")
    return f"{kind} {blob}"


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_clean)]
Mail = Annotated[str, StringConstraints(max_length=254), AfterValidator(_mail)]
StaffOrMail = Annotated[str, StringConstraints(max_length=254), AfterValidator(_staff_or_mail)]
PublicKey = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_public_key)]
Accepted = Annotated[str, StringConstraints(pattern=r"^(any|[0-9a-f]{64})$")]


class Person(_Part):
    """Somebody who may learn that a case exists."""

    id: Name
    name: Text
    mail: Mail
    roles: tuple[Name, ...] = Field(min_length=1)
    accounts: Mapping[Name, Text] = {}
    """Immutable id by configured service: how a subject is recognised among the responders."""
    keys: tuple[PublicKey, ...] = ()
    """SSH public keys whose signatures count as this person's."""


class Service(_Part):
    """One configured system. What its vendor alone understands stays in `options`."""

    vendor: Name
    crown: bool = False
    """The identity provider that others sign in through: a lockdown waits for it."""
    behind: tuple[Text, ...] = ()
    """Names of the apps, in the identity provider, that this service already closes."""
    eu_data: bool = False
    """It holds personal data under EU law: what legal clocks ask about."""
    options: Mapping[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _set_options_apart(cls, written: Any) -> Any:
        if not isinstance(written, dict):
            return written
        own = {key: value for key, value in written.items() if key in _OWN_KEYS}
        return {**own, "options": {key: value for key, value in written.items() if key not in _OWN_KEYS}}


class Protected(_Part):
    """Identities that no case closes: one account, one person everywhere, or a group on one service."""

    service: Name | None = None
    """Where the account or the group is; a person is protected on every service."""
    id: Text | None = None
    """Immutable id of the one account."""
    who: StaffOrMail | None = None
    """Work mail or staff id of the person."""
    group: Text | None = None
    """Exact name or id of the group, where the service can list its members."""
    why: Text
    frees: Text
    """What a person can do so that it may be closed after all."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = {name for name in ("service", "id", "who", "group") if getattr(self, name) is not None}
        if given not in ({"service", "id"}, {"service", "group"}, {"who"}):
            raise ValueError("`service` and `id`, or `service` and `group`, or `who` alone")
        return self


class Rota(_Part):
    """Who of a role is woken first, in turns; it gives nobody a right, and takes none away."""

    order: tuple[Name, ...] = Field(min_length=1)
    """Person ids, each holding the role."""
    days: int = Field(default=7, ge=1, le=366)
    """The length of a turn."""
    since: AwareDatetime
    """When the first turn began, RFC 3339 with its zone: turns change at this hour."""


class Minimum(_Part):
    """Approvals per kind of act; a playbook can raise them, never lower them."""

    close: int = Field(default=2, ge=1, le=10)
    undo: int = Field(default=2, ge=1, le=10)
    shared: int = Field(default=1, ge=1, le=10)
    emergency: int = Field(default=1, ge=1, le=10)
    """People who confirm an emergency, besides whoever declares it."""


class Caps(_Part):
    """The most one case may touch; above it nothing starts."""

    accounts: int = Field(default=12, ge=1, le=10_000)
    things: int = Field(default=50, ge=1, le=100_000)
    """Tokens, keys, devices and the like, per service and layer."""
    percent: int = Field(default=20, ge=1, le=100)
    """Of all accounts of a service, where their number is known."""


class Papers(_Part):
    """What documents say of the company, as `house`; what is not written is a gap where it is needed."""

    entity: Text | None = None
    """The legal entity that signs."""
    address: Text | None = None
    registration: Text | None = None
    """Register and number."""
    contact: Text | None = None
    """Whom the outside may ask: name, telephone, mail."""
    counsel: Text | None = None
    """Counsel who advises on incidents: name, telephone, mail."""
    classification: Text | None = None
    """Counsel's own words for the head of what is privileged; nothing is called so without them."""
    forensics: Text | None = None
    """Where a device that comes back is sent, to be examined before anybody starts it."""
    press: Text | None = None
    """Whom the press may call."""
    insurer: Text | None = None
    policy: Text | None = None
    """The insurance policy's number."""
    filer: Text | None = None
    """Who files with the police: name, telephone, mail."""
    police: Mapping[Name, Text] = {}
    """Contacts of the police by jurisdiction: us, uk, de, …"""
    channels: Mapping[Name, Text] = {}
    """How a platform or a provider is told, by its name: an address, a form."""


class Playbooks(_Part):
    """Which playbooks may run."""

    accepted: Annotated[
        tuple[Accepted, ...], BeforeValidator(lambda it: ("any",) if it == "any" else it)
    ] = ()
    """SHA-256 of their files; `any` in the lab only; none by default."""

    @property
    def any(self) -> bool:
        """True when every playbook is accepted."""
        return "any" in self.accepted


class Company(_Part):
    """The whole file, as written."""

    version: int = Field(ge=1, le=1)
    company: Text
    store: Text
    claimed_people: bool = False
    """People may say who they are, without a signature; the lab only."""
    playbooks: Playbooks = Playbooks()
    compress: float = Field(default=1, ge=1, le=1_000_000)
    """Every wait and recheck is divided by this; the lab only."""
    page_by: tuple[Name, ...] = ()
    mail_receivers: tuple[Text, ...] = ()
    """Names our own mail servers give themselves in `Received` and `Authentication-Results`; `.example.com`
    stands for every host below it. What others wrote into a message's headers is never believed."""
    services: Mapping[Name, Service] = Field(min_length=1)
    people: tuple[Person, ...] = ()
    never: tuple[Text, ...] = ()
    """Person ids, mails or account ids of those who may neither see, start nor approve anything."""
    protected: tuple[Protected, ...] = ()
    rotas: Mapping[Name, Rota] = {}
    """By role: who of it is on duty when something is asked."""
    minimum: Minimum = Minimum()
    emergencies: bool = True
    """Whether a playbook's `emergency` may be used here at all."""
    caps: Caps = Caps()
    counsel: tuple[Name, ...] = Field(default=("counsel",), min_length=1)
    """The roles that are counsel: they alone start, decline and stop legal clocks, and approve documents."""
    papers: Papers = Papers()

"""What `severance.yaml` holds: the company's services, its people, and limits no playbook can lower.

Frozen pydantic models that refuse unknown keys. `runner.settings` reads the file into them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BeforeValidator, Field, model_validator

from runner.custody import Evidence, Retention
from runner.telemetry_settings import Log, Metrics, Traces
from runner.written import Accepted, Mail, Name, Part, PublicKey, StaffOrMail, Text

__all__ = [
    "Caps", "Chat", "Company", "Minimum", "Papers", "Person", "Playbooks", "Protected", "Rota", "Service",
]  # fmt: skip

_OWN_KEYS = ("vendor", "crown", "behind", "eu_data", "per_minute")


class Person(Part):
    """Somebody who may learn that a case exists."""

    id: Name
    name: Text
    mail: Mail
    roles: tuple[Name, ...] = Field(min_length=1)
    accounts: Mapping[Name, Text] = {}
    """Immutable id by configured service: how a subject is recognised among the responders."""
    keys: tuple[PublicKey, ...] = ()
    """SSH public keys whose signatures count as this person's."""


class Service(Part):
    """One configured system. What its vendor alone understands stays in `options`."""

    vendor: Name
    crown: bool = False
    """The identity provider that others sign in through: a lockdown waits for it."""
    behind: tuple[Text, ...] = ()
    """Names of the apps, in the identity provider, that this service already closes."""
    eu_data: bool = False
    """It holds personal data under EU law: what legal clocks ask about."""
    per_minute: int | None = Field(default=None, ge=1, le=1_000_000)
    """The most requests a minute of all our runners together; its own limits alone hold when none is set."""
    options: Mapping[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _set_options_apart(cls, written: Any) -> Any:
        if not isinstance(written, dict):
            return written
        own = {key: value for key, value in written.items() if key in _OWN_KEYS}
        return {**own, "options": {key: value for key, value in written.items() if key not in _OWN_KEYS}}


class Protected(Part):
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


class Rota(Part):
    """Who of a role is woken first, in turns; it gives nobody a right, and takes none away."""

    order: tuple[Name, ...] = Field(min_length=1)
    """Person ids, each holding the role."""
    days: int = Field(default=7, ge=1, le=366)
    """The length of a turn."""
    since: AwareDatetime
    """When the first turn began, RFC 3339 with its zone: turns change at this hour."""


class Minimum(Part):
    """Approvals per kind of act; a playbook can raise them, never lower them."""

    close: int = Field(default=2, ge=1, le=10)
    undo: int = Field(default=2, ge=1, le=10)
    shared: int = Field(default=1, ge=1, le=10)
    emergency: int = Field(default=1, ge=1, le=10)
    """People who confirm an emergency, besides whoever declares it."""


class Caps(Part):
    """The most one case may touch; above it nothing starts."""

    accounts: int = Field(default=12, ge=1, le=10_000)
    things: int = Field(default=50, ge=1, le=100_000)
    """Tokens, keys, devices and the like, per service and layer."""
    percent: int = Field(default=20, ge=1, le=100)
    """Of all accounts of a service, where their number is known."""


class Papers(Part):
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


class Playbooks(Part):
    """Which playbooks may run."""

    accepted: Annotated[
        tuple[Accepted, ...], BeforeValidator(lambda it: ("any",) if it == "any" else it)
    ] = ()
    """SHA-256 of their files; `any` in the lab only; none by default."""

    @property
    def any(self) -> bool:
        """True when every playbook is accepted."""
        return "any" in self.accepted


class Chat(Part):
    """The workspace in which people command and approve, and who is believed there."""

    service: Name
    """The configured service it is; its people are those with an account on it under `people`."""
    team: Annotated[str, Field(pattern=r"^T[A-Z0-9]{6,20}$")]
    """The workspace's id: an id of a person counts only together with it."""
    app: Annotated[str, Field(pattern=r"^A[A-Z0-9]{6,20}$")]
    """The app's own id: what was sent to another app is not for us."""
    app_token: Text
    """A secret reference to the token that opens the socket; the bot's own is the service's."""
    command: Annotated[str, Field(pattern=r"^/[a-z][a-z0-9_-]{0,30}$")] = "/ops"
    """Every member of the workspace sees its name: a dull one."""
    detail: Literal["codes", "summary", "full"] = "summary"
    """What a channel shows: code names alone, counts as well, or names as well."""
    readable_by: tuple[Name, ...] = ()
    """Services whose administrators can read this workspace, besides itself and every crown service."""
    second_factor: tuple[Literal["close", "undo", "shared", "emergency"], ...] = ()
    """Kinds of approval that need the person's signature at a terminal as well."""


class Company(Part):
    """The whole file, as written."""

    version: int = Field(ge=1, le=1)
    company: Text
    store: Text
    database: Annotated[str, Field(pattern=r"^postgresql://[!-~]{1,500}$")] | None = None
    """A PostgreSQL server that several machines share, as libpq takes it; a file in the store when none."""
    database_password: Text | None = None
    """A secret reference."""
    evidence: Evidence = Evidence()
    retention: Retention = Retention()
    claimed_people: bool = False
    """People may say who they are, without a signature; the lab only."""
    playbooks: Playbooks = Playbooks()
    compress: float = Field(default=1, ge=1, le=1_000_000)
    """Every wait and recheck is divided by this; the lab only."""
    page_by: tuple[Name, ...] = ()
    chat: Chat | None = None
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
    log: Log | None = None
    metrics: Metrics | None = None
    traces: Traces | None = None

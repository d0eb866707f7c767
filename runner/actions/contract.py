"""What a vendor module declares: its service, and one function an action.

An integration imports this module, the HTTP client and its vendor's library, nothing else:

```python
@service("okta", settings=Settings, doors={...}, lacks={"key": "Okta issues no keys to people"})
def connect(settings: Settings, opening: Opening) -> Http: ...

@action("okta.suspend_user", kind="close", layer="account", ...)
def suspend_user(ctx: Context, account: Account) -> Outcome: ...
```

Signatures by kind (further parameters become `with:` arguments of a playbook):

| kind | finds | signature |
| --- | --- | --- |
| find | accounts | `(ctx, who: Who) -> list[Account]` |
| find | things | `(ctx, account: Account) -> list[Thing]`: what keeps the door of `layer` open |
| find | observations | `(ctx, account: Account) -> list[Observation]` |
| find | sharers | `(ctx, observation: Observation) -> list[Account]` |
| find | owners | `(ctx) -> list[Account]`: administrators and owners, for survivors and tipping off |
| find | members | `(ctx, group: str) -> list[Account]`: everyone in the one group of this exact name or id |
| keep | | `(ctx, account: Account) -> Kept` |
| close | | `(ctx, account: Account) -> Outcome` or `(ctx, account: Account, thing: Thing) -> Outcome` |
| prove | | `(ctx, account: Account) -> Proof` |
| reopen | | `(ctx, account: Account, before: Json) -> Outcome`, or with `thing: Thing` before `before` |
| tell, make | | `(ctx, ...) -> Outcome`; `after` holds what was made: `{"id": ..., "url": ...}` |

A reopen takes `before` as its close recorded it, or as the find of its layer shows it. Its `after` may hold
`waits_for` and `waits_within` (what the person must do first, and for how long they can: `7d`), `by_hand` (a
list of `{id, name}` for people to give back) and `gone` (what the service no longer gives back).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Required, TypedDict, TypeVar, Unpack

from runner.actions.drift import as_documented
from runner.actions.opening import Opening
from runner.actions.values import Item, Json, Layer

__all__ = ["ACTIONS", "SERVICES", "Action", "Context", "Destroys", "Opening", "Service", "action", "service"]

T = TypeVar("T")
C = TypeVar("C")
Function = TypeVar("Function", bound=Callable[..., Any])

Kind = Literal["find", "keep", "close", "prove", "reopen", "tell", "make"]
Finds = Literal["accounts", "things", "observations", "sharers", "owners", "members"]
Noticed = Literal["none", "on-next-use", "at-once", "e-mail"]
Repeat = Literal["natural", "guarded", "keyed", "ask"]
Reach = Literal["subject", "shared", "org"]


class Context(Protocol):
    """The only way an action meets the world."""

    case: str
    """The case's code name."""
    key: str
    """The same on every attempt of this step, and on no other step: write it into what you make."""
    service: str
    """The configured name of the service this call is for."""

    def connection(self, kind: type[C]) -> C:
        """Return what the vendor's `connect` opened, checked to be a `kind`."""
        ...

    def read(self, call: Callable[[], T]) -> T:
        """Make a reading call; explicit 429 and 503 answers are retried with a cap."""
        ...

    def write(self, what: str, call: Callable[[], T], *, before: Json = None) -> T:
        """Make one call that changes one object.

        what: the act in words, for the plan and the journal. before: the state it is about to
        replace, as the vendor spells it. The intent is durable before the call goes out.
        """
        ...

    def keep(self, name: str, content: bytes | Iterable[bytes], *, media: str = "application/json") -> Item:
        """Store evidence, bytes as received; `name` is shown, never used as a path."""
        ...


@dataclass(frozen=True, slots=True)
class Destroys:
    """What a close destroys for good, and the `keep` action that must have kept it."""

    what: str
    kept_by: str


@dataclass(frozen=True, slots=True)
class Service:
    """A vendor: how to open it, and which layers of doors it has."""

    vendor: str
    settings: type[Any]
    """A frozen pydantic model that forbids unknown keys."""
    connect: Callable[[Any, Opening], Any]
    lacks: Mapping[Layer, str]
    """Layers that do not exist here, or cannot be reached at all, each with the reason."""
    by_hand: Mapping[Layer, str]
    """Layers with doors but no interface: each becomes a task, with what the person is to do."""
    reads: Sequence[str]
    """Full-match regular expressions over `METHOD /path` of requests that read although not GET or HEAD."""
    ping: Callable[[Any], Json] | None
    """A harmless read for `doctor`; returns what it learned (user, scopes)."""


class Facts(TypedDict, total=False):
    """What an action declares about itself; see `Action`, which holds the defaults."""

    kind: Required[Kind]
    source: Required[str]
    scopes: Required[tuple[str, ...]]
    layer: Layer | None
    finds: Finds | None
    noticed: Noticed
    reach: Reach
    destroys: Destroys | None
    comes_after: tuple[str, ...]
    repeat: Repeat
    undo: str | None
    no_undo: str
    undo_within: str
    undo_lacks: str
    corrected_by: str | None
    proof: str | None
    retention: str
    lag: str
    collects: Literal["records", "monitoring"]
    bulk: bool
    drafts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One typed function of one vendor, with all that is known about its effect."""

    name: str
    kind: Kind
    run: Callable[..., Any]
    scopes: tuple[str, ...]
    """The least the vendor must grant."""
    source: str
    """Where its effect is documented: an API operation, an RFC."""
    layer: Layer | None = None
    finds: Finds | None = None
    noticed: Noticed = "none"
    """Whether, and how, the subject could notice."""
    reach: Reach = "subject"
    destroys: Destroys | None = None
    comes_after: tuple[str, ...] = ()
    """Actions of the same service that come first on the same account."""
    repeat: Repeat = "natural"
    undo: str | None = None
    no_undo: str = ""
    """Why there is no undo, and what a person can do instead."""
    undo_within: str = ""
    """How long the undo brings back everything, such as `90d`; empty when it is not limited."""
    undo_lacks: str = ""
    """What the undo does not bring back, and what a person can do instead; empty when it brings back all."""
    corrected_by: str | None = None
    """The `tell` of its vendor that corrects what a `make` made; takes its id, then a document."""
    proof: str | None = None
    retention: str = ""
    """How long the source keeps what a `keep` takes: `90d`, or `while it stands` for a state."""
    lag: str = ""
    """How far the source runs behind events."""
    collects: Literal["records", "monitoring"] = "records"
    bulk: bool = False
    """A `keep` that may take hours: runs on as a standing order."""
    drafts: bool = False
    """Where it puts a document stays in the house, so one with gaps may go there."""

    @property
    def reversible(self) -> bool:
        """Whether an emergency may use it: it hits the subject alone, destroys nothing, can be given back.

        A session comes back with the next sign-in, once the account is open again.
        """
        gives_back = self.undo is not None or self.layer == "session"
        return self.reach == "subject" and self.destroys is None and gives_back

    @property
    def vendor(self) -> str:
        """The part before the dot."""
        return self.name.partition(".")[0]


ACTIONS: dict[str, Action] = {}
SERVICES: dict[str, Service] = {}


def action(name: str, **facts: Unpack[Facts]) -> Callable[[Function], Function]:
    """Register a function as an action; the function itself stays as it is.

    Raises ValueError for a name that is taken or does not fit the function's own name.
    """

    def register(function: Function) -> Function:
        if name in ACTIONS or name.partition(".")[2] != function.__name__:
            raise ValueError(f"action {name!r} is taken, or its function is called {function.__name__!r}")
        ACTIONS[name] = Action(name=name, run=as_documented(function), **facts)
        return function

    return register


def service(
    vendor: str,
    *,
    settings: type[Any],
    lacks: Mapping[Layer, str] | None = None,
    by_hand: Mapping[Layer, str] | None = None,
    reads: Sequence[str] = (),
    ping: Callable[[Any], Json] | None = None,
) -> Callable[[Function], Function]:
    """Register the function that opens a vendor.

    Raises ValueError for a vendor that is registered already.
    """

    def register(function: Function) -> Function:
        if vendor in SERVICES:
            raise ValueError(f"service {vendor!r} is declared twice")
        seen = as_documented(ping, vendor) if ping else None
        SERVICES[vendor] = Service(vendor, settings, function, lacks or {}, by_hand or {}, reads, seen)
        return function

    return register

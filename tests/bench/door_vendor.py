"""`bench`: a vendor whose every service is one door of `stand_in`, and `sequel`: what is called after the doors.

`runner` finds both as it finds a company's own integrations: by an entry point of `severance.integrations`, in
a distribution that `doored_company` writes into a folder of PYTHONPATH. Whoever imports this module registers
them: no test may. Actions do what shipped ones do: read first, write once, read back.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from integrations.client import Http, path
from runner.actions.contract import Context, Opening, action, service
from runner.actions.values import Account, Changed, Doc, Json, Outcome, Proof, Thing, Unchanged, Who
from runner.errors import ServiceError

__all__ = [
    "close_door", "connect", "connect_sequel", "door_is_closed", "find_accounts", "find_open_door", "follow_up",
]  # fmt: skip

SOURCE = "tests/bench/stand_in.py"
_NONE = "a door of the stand-in is an account, and nothing else"
_LACKS = dict.fromkeys(("app", "device", "grant", "key", "membership", "role", "session", "shared", "token"), _NONE)


class Settings(BaseModel):
    """One door of everybody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    door: int


class Door(Http):
    """An open connection to the stand-in, for one door of each person."""

    number: int


@service("bench", settings=Settings, lacks=_LACKS)
def connect(settings: Settings, opening: Opening) -> Door:
    """Open it."""
    door = Door(settings.url, service=opening.name, gate=opening.gate, user_agent=opening.user_agent)
    door.number = settings.door
    return door


def _read(ctx: Context, account: Account) -> Json:
    return ctx.read(lambda: ctx.connection(Door).get(path("/doors/{}", account.id))).json


@action("bench.find_accounts", kind="find", finds="accounts", scopes=("read",), source=SOURCE)
def find_accounts(ctx: Context, who: Who) -> list[Account]:
    """Find the account behind the door: whoever is asked about has one."""
    found = who.ids.get(ctx.service) or f"{who.mail.partition('@')[0]}.{ctx.connection(Door).number}"
    return [Account(ctx.service, found, who.mail, {"mail": who.mail})]


@action("bench.find_open_door", kind="find", layer="account", finds="things", scopes=("read",), source=SOURCE)
def find_open_door(ctx: Context, account: Account) -> list[Thing]:
    """Find the door, while it stands open."""
    return [Thing(account.id, account.login)] if _read(ctx, account)["open"] else []


@action(
    "bench.close_door",
    kind="close", layer="account", noticed="on-next-use", repeat="guarded",
    no_undo="a stand-in's door stays shut", proof="bench.door_is_closed",
    scopes=("write",), source=SOURCE,
)  # fmt: skip
def close_door(ctx: Context, account: Account) -> Outcome:
    """Shut the door: read, one POST, read back. Safe to repeat: a shut door is left alone."""
    before = _read(ctx, account)
    if not before["open"]:
        return Unchanged("it is shut", before)
    address = path("/doors/{}", account.id)
    ctx.write(f"shut {account.login}", lambda: ctx.connection(Door).post(address), before=before)
    after = _read(ctx, account)
    if after["open"]:
        raise ServiceError("the door is open after the call", where=ctx.service)
    return Changed(before, after)


@action("bench.door_is_closed", kind="prove", layer="account", scopes=("read",), source=SOURCE)
def door_is_closed(ctx: Context, account: Account) -> Proof:
    """Read the door."""
    stands = _read(ctx, account)
    return Proof("open" if stands["open"] else "closed", f"read: open is {stands['open']}", stands)


class SequelSettings(BaseModel):
    """Where the calls that follow go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str


@service("sequel", settings=SequelSettings, lacks={**_LACKS, "account": _NONE})
def connect_sequel(settings: SequelSettings, opening: Opening) -> Http:
    """Open it."""
    return Http(settings.url, service=opening.name, gate=opening.gate, user_agent=opening.user_agent)


@action(
    "sequel.follow_up",
    kind="tell", repeat="natural", no_undo="a call that was made was made",
    scopes=("write",), source=SOURCE,
)  # fmt: skip
def follow_up(ctx: Context, number: Annotated[int, Doc("Which call, for example 1.")]) -> Outcome:
    """Make one call of the chain that follows the lockdown."""
    sequel = ctx.connection(Http)
    ctx.write(f"follow up {number}", lambda: sequel.post(f"/after/{number}"))
    return Changed(None, {"id": str(number)})

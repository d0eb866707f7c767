"""Keeps back what no case may close: asked when a case opens, when it plans, and again when it fires."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from runner.actions.values import Account, Json
from runner.cases.services import Services
from runner.cases.threads import each_at_once, each_within, meanwhile
from runner.errors import SettingsError, SeveranceError
from runner.people.protected import Held, held
from runner.settings import Settings

__all__ = ["Owners", "as_records", "members_of", "owners_of", "protected", "views"]

Owners: TypeAlias = Mapping[str, list[Account] | None]
"""The administrators of each service that lists them; None where they cannot be read."""


K = TypeVar("K")
T = TypeVar("T")


def protected(
    settings: Settings, services: Services, accounts: Sequence[Account], *, within_s: float | None = None
) -> list[Held]:
    """Return which accounts must be kept back now: protected, responders', our own, the last owners'.

    within_s: what a service has not answered by then counts as unread. Without it, it is waited for.
    """
    names = list(dict.fromkeys(account.service for account in accounts))
    groups = [(each.service, each.group) for each in settings.protected if each.service and each.group]
    wanted = list(dict.fromkeys(group for group in groups if group[0] in names))
    with (
        meanwhile(lambda: owners_of(services, accounts, within_s)) as owners,
        meanwhile(
            lambda: _read(lambda group: (group, _members(services, *group)), wanted, within_s)
        ) as members,
    ):
        principals = _read(lambda name: (name, _principal(services, name)), names, within_s)
    known = {name: told for name, told in principals.items() if told}
    return held(settings, accounts, owners.result(), known, members.result())


def owners_of(services: Services, accounts: Sequence[Account], within_s: float | None = None) -> Owners:
    """Return the administrators of every service on which one of these accounts is."""
    names = list(dict.fromkeys(account.service for account in accounts))
    listing = [name for name in names if services.actions(name, "find", "owners")]
    return _read(lambda name: (name, _owners(services, name)), listing, within_s)


def _read(read: Callable[[K], tuple[K, T]], names: Iterable[K], within_s: float | None) -> dict[K, T]:
    return dict(each_at_once(read, names) if within_s is None else each_within(within_s, read, names))


def views(accounts: Sequence[Account], owners: Owners) -> list[Json]:
    """Return on which services these accounts read admin or audit views, and why that is so.

    Whatever is done there, its owner may notice at once (design section 3): `{service, login, why}` each.
    """
    return [
        {"service": account.service, "login": account.login, "why": why}
        for account in accounts
        if (why := _reads_there(account, owners.get(account.service)))
    ]


def _reads_there(account: Account, owners: Sequence[Account] | None) -> str:
    if account.facts.get("admin") or account.id in {each.id for each in owners or ()}:
        return "is an administrator there"
    return "may be one: its administrators cannot be read" if owners is None else ""


def as_records(kept_back: Sequence[Held]) -> list[Json]:
    """Return them as the journal keeps them."""
    return [
        {"service": each.service, "id": each.id, "login": each.login, "why": each.why, "frees": each.frees}
        for each in kept_back
    ]


def _owners(services: Services, name: str) -> list[Account] | None:
    try:
        return [
            account
            for action in services.actions(name, "find", "owners")
            for account in services.find(name, action)
        ]
    except SeveranceError:
        return None  # unread owners count as "perhaps the last one"; `held` decides


def members_of(services: Services, name: str, group: str) -> frozenset[str]:
    """Return the account ids of a protected group's members.

    Raises SettingsError where the service lists no members, and what its find raises.
    """
    finders = services.actions(name, "find", "members")
    if not finders:
        raise SettingsError(
            f"{name} cannot say who is in a group",
            where="protected",
            remedy="protect its members one by one, with `who` or with `service` and `id`",
        )
    return frozenset(account.id for finder in finders for account in services.find(name, finder, group))


def _members(services: Services, name: str, group: str) -> frozenset[str] | None:
    try:
        return members_of(services, name, group)
    except SeveranceError:
        return None  # anybody of this service could be in it; `held` decides


def _principal(services: Services, name: str) -> str:
    """Return the id severance signs in with, or nothing where the service does not say."""
    ping = services.vendor(name).ping
    try:
        told = ping(services.open(name)[0]) if ping else {}
    except SeveranceError:
        return ""  # a service that does not answer is met again, loudly, at the next read
    return str(told.get("id") or "") if isinstance(told, dict) else ""

"""Keeps back what no case may close: asked when a case opens, when it plans, and again when it fires."""

from __future__ import annotations

from collections.abc import Sequence

from runner.actions.values import Account, Json
from runner.cases.services import Services
from runner.cases.threads import each_at_once
from runner.errors import SeveranceError
from runner.people.protected import Held, held
from runner.settings import Settings

__all__ = ["as_records", "protected", "views"]


def protected(settings: Settings, services: Services, accounts: Sequence[Account]) -> list[Held]:
    """Return which accounts must be kept back now: protected, responders', our own, the last owners'."""
    names = list(dict.fromkeys(account.service for account in accounts))
    listing = [name for name in names if services.actions(name, "find", "owners")]
    owners = dict(each_at_once(lambda name: (name, _owners(services, name)), listing))
    principals = dict(each_at_once(lambda name: (name, _principal(services, name)), names))
    return held(settings, accounts, owners, {name: known for name, known in principals.items() if known})


def views(services: Services, accounts: Sequence[Account]) -> list[Json]:
    """Return on which services these accounts read admin or audit views, and why that is so.

    Whatever is done there, its owner may notice at once (design section 3): `{service, login, why}` each.
    """
    names = list(dict.fromkeys(account.service for account in accounts))
    listing = [name for name in names if services.actions(name, "find", "owners")]
    owners = dict(each_at_once(lambda name: (name, _owners(services, name)), listing))
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


def _principal(services: Services, name: str) -> str:
    """Return the id severance signs in with, or nothing where the service does not say."""
    ping = services.vendor(name).ping
    try:
        told = ping(services.open(name)[0]) if ping else {}
    except SeveranceError:
        return ""  # a service that does not answer is met again, loudly, at the next read
    return str(told.get("id") or "") if isinstance(told, dict) else ""

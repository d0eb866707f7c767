"""Keeps back what no case closes: break-glass, responders, severance itself, the last owners; and caps.

Matched by immutable id, by the mail or staff id of a protected person, or by a group's members, and judged
again at firing. Nothing in a playbook or a case overrides it: what is held names the act that frees it, which
a person does outside the case (Entra emergency access guidance,
https://learn.microsoft.com/entra/identity/role-based-access-control/security-emergency-access).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from runner.actions.values import Account
from runner.company import Caps, Protected
from runner.people.barred import loose, mails_of
from runner.settings import Settings

__all__ = ["SURVIVORS", "Held", "Members", "Owners", "beyond_caps", "held"]

SURVIVORS = 2  # one owner who is ill, or is the next subject, must not leave a company without any

Owners: TypeAlias = Mapping[str, Sequence[Account] | None]
"""Administrators and owners by configured service; None where they could not be read."""

Members: TypeAlias = Mapping[tuple[str, str], frozenset[str] | None]
"""Account ids by (service, protected group); None, or missing, where they could not be read."""


@dataclass(frozen=True, slots=True)
class Held:
    """An account kept back."""

    service: str
    id: str
    login: str
    why: str
    frees: str
    """What a person can do so that it may be closed after all."""


def held(
    settings: Settings,
    accounts: Sequence[Account],
    owners: Owners,
    principals: Mapping[str, str],
    members: Members | None = None,
) -> list[Held]:
    """Return which of the accounts a case is about to close must be kept back, each once.

    accounts: all of them together, since survivors are what is left when all are closed. owners: of every
    service that can list them. principals: the ids severance signs in with, by service. members: of the
    protected groups; while one cannot be read, every account of its service is held.
    """
    found: dict[tuple[str, str], Held] = {}
    for account in accounts:
        written = (_protection(entry, account, members or {}) for entry in settings.protected)
        others = _reasons(settings, account, accounts, owners, principals)
        why = next(chain(filter(None, written), others), None)
        if why:
            found.setdefault(
                (account.service, account.id), Held(account.service, account.id, account.login, *why)
            )
    return list(found.values())


def _reasons(
    settings: Settings,
    account: Account,
    accounts: Sequence[Account],
    owners: Owners,
    principals: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    if principals.get(account.service) == account.id:
        yield "severance itself signs in with it", f"give severance another account on {account.service}"
    if any(person.accounts.get(account.service) == account.id for person in settings.people):
        yield "it belongs to a responder", "take the person off `people` in the settings, then plan again"
    yield from _last_owner(account, accounts, owners, principals)


def _protection(entry: Protected, account: Account, members: Members) -> tuple[str, str] | None:
    """Return why the settings keep an account back, and what frees it; None where they do not.

    A person is matched loosely, by every address on the account: to hold one too many is the smaller harm.
    """
    if entry.who is not None:
        words = {*map(loose, mails_of(account)), loose(str(account.facts.get("staff_id") or ""))}
        return (entry.why, entry.frees) if loose(entry.who) in words else None
    if entry.service != account.service:
        return None
    if entry.group is None:
        return (entry.why, entry.frees) if entry.id == account.id else None
    ids = members.get((account.service, entry.group))
    if ids is None:
        return (
            f"who is in the protected group {entry.group} could not be read, so it could be anybody",
            f"correct the group in the settings (severance doctor {account.service}), then plan again",
        )
    return (entry.why, entry.frees) if account.id in ids else None


def _last_owner(
    account: Account, accounts: Sequence[Account], owners: Owners, principals: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    service = account.service
    known = owners.get(service)
    if known is None:
        if account.facts.get("admin"):
            yield (
                "it is an administrator, and who else is could not be read",
                f"check the owners of {service}",
            )
        return
    ids = {owner.id for owner in known}
    closing = {each.id for each in accounts if each.service == service}
    left = ids - closing - {principals.get(service, "")}  # a robot cannot be telephoned
    if account.id in ids and len(left) < SURVIVORS:
        yield (
            f"closing it would leave {service} with {len(left)} owners, fewer than {SURVIVORS}",
            f"make another trusted person an owner of {service}, then plan again",
        )


def beyond_caps(
    caps: Caps,
    accounts: Sequence[Account],
    things: Mapping[tuple[str, str], int],
    totals: Mapping[str, int],
) -> list[str]:
    """Say which caps a plan exceeds; empty when none. If any, nothing of the plan may start.

    things: how many objects by (service, layer). totals: all accounts of a service, where known. One account
    is never too large a share, or no small service could ever be closed.
    """
    return [*_absolute(caps, accounts, things), *_shares(caps, accounts, totals)]


def _absolute(
    caps: Caps, accounts: Iterable[Account], things: Mapping[tuple[str, str], int]
) -> Iterator[str]:
    count = len({(each.service, each.id) for each in accounts})
    if count > caps.accounts:
        yield f"{count} accounts; the settings allow {caps.accounts}"
    for (service, layer), number in things.items():
        if number > caps.things:
            yield f"{number} things of {service} {layer}; the settings allow {caps.things}"


def _shares(caps: Caps, accounts: Iterable[Account], totals: Mapping[str, int]) -> Iterator[str]:
    touched: dict[str, set[str]] = {}
    for each in accounts:
        touched.setdefault(each.service, set()).add(each.id)
    for service, ids in touched.items():
        total = totals.get(service, 0)
        if total and len(ids) > 1 and len(ids) * 100 > caps.percent * total:
            yield f"{len(ids)} of {total} accounts of {service}; the settings allow {caps.percent} percent"

"""What no single key of `severance.yaml` can say wrong, but the whole file can.

Each contradiction comes with the path of keys where it shows, so that it is printed at its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from runner.company import Company
from runner.loopback import is_loopback, stays_here
from runner.secrets import is_reference

__all__ = ["HOLDS_SECRET", "Contradiction", "contradictions", "names_secret"]

Contradiction: TypeAlias = tuple[tuple[str | int, ...], str, str]
"""Path of keys and list places (from 0), message, rule."""

HOLDS_SECRET = "token|password|passphrase|secret|private_key|api_key"  # noqa: S105  names, no secret
"""Options whose names end in one of these (a regular expression) hold secrets, whatever the vendor."""
_WRITTEN = "a secret is written here; expected a reference such as env:NAME or file:PATH"


def names_secret(option: str) -> bool:
    """Tell whether an option of this name holds a secret."""
    return re.search(rf"(?i)({HOLDS_SECRET})\Z", option) is not None


def contradictions(company: Company) -> Iterator[Contradiction]:
    """Yield everything in the file that cannot all be true, or must not be."""
    yield from _twice("people", "id", [person.id for person in company.people])
    yield from _twice("people", "mail", [person.mail for person in company.people])
    yield from _shared_keys(company)
    yield from _shared_accounts(company)
    yield from _unknown_services(company)
    yield from _rotas(company)
    yield from _deleters(company)
    yield from _chat(company)
    yield from _database(company)
    yield from _lab_only(company)
    for name, service in company.services.items():
        yield from _written_secrets(("services", name), service.options)
    yield from _written_secrets(("evidence",), company.evidence.options)


def _twice(part: str, key: str, values: Iterable[str]) -> Iterator[Contradiction]:
    seen: set[str] = set()
    for place, value in enumerate(values):
        if value in seen:
            yield (part, place, key), f"{value!r} is written twice", "duplicate-id"
        seen.add(value)


def _shared_keys(company: Company) -> Iterator[Contradiction]:
    """One key for two people would let one human count as two."""
    owner: dict[str, str] = {}
    for place, person in enumerate(company.people):
        for number, key in enumerate(person.keys):
            if key in owner:
                where = ("people", place, "keys", number)
                yield where, f"the key is also pinned for {owner[key]}", "shared-key"
            owner.setdefault(key, person.id)


def _shared_accounts(company: Company) -> Iterator[Contradiction]:
    owner: dict[tuple[str, str], str] = {}
    for place, person in enumerate(company.people):
        for account in person.accounts.items():
            if account in owner:
                where = ("people", place, "accounts", account[0])
                yield where, f"the account also belongs to {owner[account]}", "shared-account"
            owner.setdefault(account, person.id)


def _unknown_services(company: Company) -> Iterator[Contradiction]:
    named: list[tuple[tuple[str | int, ...], str]] = [
        *((("page_by", place), name) for place, name in enumerate(company.page_by)),
        *(
            (("people", place, "accounts", name), name)
            for place, person in enumerate(company.people)
            for name in person.accounts
        ),
        *(
            (("protected", place, "service"), each.service)
            for place, each in enumerate(company.protected)
            if each.service
        ),
        *_services_of_chat(company),
    ]
    for where, name in named:
        if name not in company.services:
            near = get_close_matches(name, company.services, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else f"; configured: {', '.join(company.services)}"
            yield where, f'no service is called "{name}"{hint}', "unknown-service"


def _services_of_chat(company: Company) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if company.chat:
        yield ("chat", "service"), company.chat.service
        yield from ((("chat", "readable_by", at), name) for at, name in enumerate(company.chat.readable_by))


def _chat(company: Company) -> Iterator[Contradiction]:
    if company.chat and not is_reference(company.chat.app_token):
        yield ("chat", "app_token"), _WRITTEN, "secret-in-file"


def _database(company: Company) -> Iterator[Contradiction]:
    """A server elsewhere is reached over TLS, and known by its certificate: approvals cross this wire."""
    password = company.database_password
    if password is not None and not is_reference(password):
        yield ("database_password",), _WRITTEN, "secret-in-file"
    if company.database is None:
        if password is not None:
            yield ("database_password",), "there is no `database` that it is for", "unused"
        return
    try:
        parts = urlsplit(company.database)
        asked, host = dict(parse_qsl(parts.query)), parts.hostname or ""
    except ValueError:
        yield ("database",), "this is no address of a server", "bad-address"
        return
    if parts.password or "password" in asked:
        yield ("database",), "a secret is written here; expected it under database_password", "secret-in-file"
    host = host or asked.get("host", "")
    if host and not host.startswith("/") and not is_loopback(host) and asked.get("sslmode") != "verify-full":
        yield ("database",), "a server elsewhere needs sslmode=verify-full in its address", "plain-database"


def _rotas(company: Company) -> Iterator[Contradiction]:
    for role, rota in company.rotas.items():
        holders = [person.id for person in company.people if role in person.roles]
        for place, name in enumerate(rota.order):
            if name not in holders:
                said = f"{name!r} does not hold the role {role}; {', '.join(holders) or 'nobody'} does"
                yield ("rotas", role, "order", place), said, "unknown-person"


def _deleters(company: Company) -> Iterator[Contradiction]:
    """A deletion takes two people; roles that cannot raise them promise what nobody can do."""
    where, roles = ("retention", "delete"), company.retention.delete
    for place, role in enumerate(roles):
        if not any(role in person.roles for person in company.people):
            yield (*where, place), f"nobody holds the role {role}", "unknown-role"
    if roles and sum(any(role in roles for role in person.roles) for person in company.people) < 2:
        yield where, "one person asks for a deletion and another confirms it; one at most can", "two-people"


def _lab_only(company: Company) -> Iterator[Contradiction]:
    """The lab's shortcuts are refused as soon as one service could be a real one."""
    asked: list[tuple[tuple[str, ...], str]] = []
    if company.claimed_people:
        asked.append((("claimed_people",), "people can be claimed"))
    if company.compress != 1:
        asked.append((("compress",), "waits can be compressed"))
    if company.playbooks.any:
        asked.append((("playbooks", "accepted"), "any playbook can be accepted"))
        if not company.claimed_people:
            yield asked[-1][0], "`any` needs `claimed_people: true`, which only the lab has", "lab-only"
    away = [name for name, service in company.services.items() if not stays_here(service.options)]
    for where, what in asked if away else ():
        yield where, f"{what} in the lab only, and not on loopback: {', '.join(away)}", "lab-only"


def _written_secrets(where: tuple[str, ...], options: Mapping[str, Any]) -> Iterator[Contradiction]:
    for key, value in options.items():
        if isinstance(value, Mapping):
            yield from _written_secrets((*where, key), value)
        elif names_secret(key) and not (isinstance(value, str) and is_reference(value)):
            yield (*where, key), _WRITTEN, "secret-in-file"

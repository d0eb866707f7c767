"""What was seen where: a value on an account or in a row of a file, and the evidence that shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from runner.actions.values import Account, Json, Observation
from runner.people.links.normalising import normal
from runner.written import same_mail

__all__ = ["FILES", "Place", "Seen", "Token", "person_keys", "token_of"]

FILES = "@people"
"""The `service` of a person known from a file only; no service can be configured under such a name."""

Token: TypeAlias = tuple[str, str]
"""A kind and a value as it is compared."""
_Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """What shows a value: the answer of a service, a kept item, or a line of a file handed in."""

    via: Literal["read", "item", "file"]
    name: str
    """The configured service, or the name of the item or file; a name is a stranger's text."""
    sha256: str = ""
    """Of the item or file; a service's answer has none."""
    line: int = 0
    """In a file, from 1."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A value seen on an account (or on a person of a file, whose service is `FILES`)."""

    account: Account
    observation: Observation
    place: Place

    @property
    def where(self) -> Json:
        """The account and the place, as the journal keeps them."""
        found = {"service": self.account.service, "id": self.account.id, "login": self.account.login}
        place = {"via": self.place.via, "name": self.place.name}
        item = {"sha256": self.place.sha256} if self.place.sha256 else {}
        return {**found, **place, **item, **({"line": self.place.line} if self.place.line else {})}


def token_of(observation: Observation) -> Token | None:
    """Return an observation as it is compared, None when it is none: an unlisted kind, a placeholder."""
    value = normal(observation.kind, observation.value)
    return (observation.kind, value) if value else None


def person_keys(accounts: Iterable[Account]) -> Mapping[_Key, str]:
    """Return, by service and id, a key of the person behind each account: accounts of one person have one.

    The staff id counts first. A mail joins accounts only where it does not belong to two staff ids: an
    address that a whole team shares makes nobody one person. Everything else stands for itself.
    """
    staff: dict[_Key, set[str]] = defaultdict(set)
    mails: dict[_Key, set[str]] = defaultdict(set)
    owners: dict[str, set[str]] = defaultdict(set)
    for each in accounts:
        number, mail = _fact(each, "staff_id"), same_mail(_fact(each, "mail"))
        staff[each.service, each.id].update({number} - {""})
        mails[each.service, each.id].update({mail} - {""})
        owners[mail].update({number} - {""})
    return {key: _person(key, staff[key], mails[key], owners) for key in staff}


def _person(key: _Key, staff: set[str], mails: set[str], owners: Mapping[str, set[str]]) -> str:
    by_mail = {number for mail in mails for number in owners[mail]}
    if len(staff or by_mail) == 1:
        return f"staff {min(staff or by_mail)}"
    return f"mail {min(mails)}" if mails and not by_mail else f"account {key[0]}/{key[1]}"


def _fact(account: Account, name: str) -> str:
    return str(account.facts.get(name) or "").strip()

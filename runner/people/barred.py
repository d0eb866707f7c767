"""Knows who must not learn of a case, and answers them exactly as it answers strangers.

The subject, everyone linked, and everyone on `never` can neither see, start, approve nor be invited,
whatever role they hold. Matching errs on the side of barring: one immutable id in common is enough, and a
mail is compared without case, tag and Unicode spelling. (Resolving a subject errs on the other side.)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from runner.actions.values import Account
from runner.company import Person
from runner.errors import RefusedError
from runner.settings import Settings

__all__ = ["admit", "barred", "loose", "mails_of", "stranger"]


def barred(settings: Settings, accounts: Iterable[Account], who: str = "") -> frozenset[str]:
    """Return the ids of people who are the subject, linked, or on `never`.

    accounts: of the subject and everyone linked. who: the words the case was opened with, which bar a
    responder they name even where no account was found yet.
    """
    words = {loose(each) for each in [*settings.never, who] if each}
    for account in accounts:
        words |= {f"{account.service}:{loose(account.id)}", *map(loose, mails_of(account))}
    return frozenset(person.id for person in settings.people if not words.isdisjoint(_marks(person)))


def admit(person: Person | None, roles: Collection[str], kept_out: frozenset[str], case: str) -> Person:
    """Return the person if the case exists for them: known, with one of its roles, and not barred.

    roles: every role the playbook names. kept_out: from `barred`. Raises RefusedError, the same for all.
    """
    if person is None or person.id in kept_out or set(person.roles).isdisjoint(roles):
        raise stranger(case)
    return person


def stranger(case: str) -> RefusedError:
    """Return the one answer for a case that does not exist, and for a person it does not exist for."""
    return RefusedError(
        "no such case for you", where=case, remedy="check the code name with whoever gave it to you"
    )


def _marks(person: Person) -> set[str]:
    ids = {
        mark
        for service, each in person.accounts.items()
        for mark in (loose(each), f"{service}:{loose(each)}")
    }
    return {loose(person.id), loose(person.mail), loose(person.name), *ids}


def mails_of(account: Account) -> Iterator[str]:
    """Yield every address on an account: mail, second mail, a login of that form."""
    for value in (account.login, *account.facts.values()):
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, str) and "@" in each:
                yield each


@lru_cache(maxsize=4096)  # the same few people are compared with every case
def loose(text: str) -> str:
    """Return a text without case, Unicode spelling, invisible characters and, in a mail, without its tag."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(each for each in folded if unicodedata.category(each) not in ("Cf", "Cc")).strip()
    local, at, domain = visible.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}" if at else visible

"""Finds the one person a case is about, by immutable ids, or says why it cannot.

Names never resolve: two people share one, and one is spelled in many ways. A mail matches in full (case
counts before the @, not after it: RFC 5321 section 2.4), a staff id and an account id character by
character. Whatever a service offers besides is shown to a person, never taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from runner.actions.values import Account, Who
from runner.errors import AmbiguousPerson, RefusedError
from runner.written import same_mail

__all__ = ["LeftOut", "Resolved", "known_by", "read_who", "resolve", "shown", "table"]

_MAIL = re.compile(
    r"[^\s@*?%<>\[\]{}()|,;:\\\"']+@[^\s@*?%<>\[\]{}()|,;:\\\"'/]+\.[^\s@*?%<>\[\]{}()|,;:\\\"'/]+"
)
_STAFF_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ACCOUNT = re.compile(r"([a-z][a-z0-9_-]{0,63}):([A-Za-z0-9][A-Za-z0-9._@=+-]{0,199})")
_NOBODY = frozenset(
    {"all", "any", "everybody", "everyone", "false", "nil", "none", "null", "true", "undefined"}
)
_LONGEST = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A service on which the person could not be told for sure."""

    service: str
    why: str
    candidates: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """The person's accounts, at most one a service, and the services left out by name."""

    accounts: tuple[Account, ...]
    left_out: tuple[LeftOut, ...] = ()


def read_who(text: str) -> Who:
    """Return what a person typed: a mail, a staff id, or `service:id` of one account.

    Raises RefusedError for anything that could mean many people or nobody: empty, wildcards, groups, words
    such as `null`, names, invisible characters, blanks.
    """
    composed = unicodedata.normalize("NFC", text)
    if len(text) <= _LONGEST and composed.isprintable() and composed.lower() not in _NOBODY:
        if _MAIL.fullmatch(composed):
            return Who(mail=same_mail(composed))
        if account := _ACCOUNT.fullmatch(composed):
            return Who(ids={account[1]: account[2]})
        if _STAFF_ID.fullmatch(composed):
            return Who(staff_id=composed)
    raise RefusedError(
        f"{shown(text) or 'nothing'} does not name one person",
        where="subject",
        remedy="give a work mail, a staff id, or service:id; never a name, a group or a pattern",
    )


def known_by(who: Who, accounts: Iterable[Account]) -> Who:
    """Return the person of one account, named by its id, with the facts that find their others.

    accounts: what the services offered. Unchanged unless exactly one of them is the named one.
    """
    named = [account for account in accounts if who.ids.get(account.service) == account.id]
    if len({each.id for each in named}) != 1:
        return who
    return replace(who, mail=_fact(named[0], "mail"), staff_id=_fact(named[0], "staff_id"))


def resolve(who: Who, candidates: Mapping[str, Sequence[Account]]) -> Resolved:
    """Return the accounts that are this person's for sure.

    candidates: what each configured service offered for `who`, loosely; here it is judged. A service with
    several exact matches, with lookalikes only, or with a match by a mail that others have too, is left out
    by name. Raises AmbiguousPerson, with a table to choose from, when no account is sure, or when what fits
    belongs to more than one person.
    """
    offered = {
        service: list({each.id: each for each in found if each.service == service and each.id}.values())
        for service, found in candidates.items()
    }
    exact = {service: [each for each in found if _is(who, each)] for service, found in offered.items()}
    _refuse_several(who, [each for found in exact.values() for each in found])
    lent = any(_also_has_the_mail(who, each) for found in offered.values() for each in found)
    sure: list[Account] = []
    left_out: list[LeftOut] = []
    for service, fits in exact.items():
        if len(fits) == 1 and not (lent and not _certain(who, fits[0])):
            sure += fits
        elif len(fits) == 1:
            left_out.append(LeftOut(service, "it fits by a mail that somebody else has too", tuple(fits)))
        elif fits:
            left_out.append(LeftOut(service, f"{len(fits)} accounts fit", tuple(fits)))
        elif offered[service]:
            left_out.append(LeftOut(service, "no exact match, only lookalikes", tuple(offered[service])))
    if not sure:
        raise _nobody(who, [account for out in left_out for account in out.candidates])
    return Resolved(tuple(sure), tuple(left_out))


def _refuse_several(who: Who, exact: Sequence[Account]) -> None:
    """Refuse what fits more than one person: a mail handed on, or a staff id that two companies gave out."""
    told = "find out which one is meant, and open the case with service:id of that account"
    staff = {_fact(each, "staff_id") for each in exact} - {""}
    if len(staff) > 1:
        words = f"the accounts belong to {len(staff)} different staff ids\n{table(exact)}"
        raise AmbiguousPerson(words, where="subject", remedy=told)
    mails = {same_mail(_fact(each, "mail")) for each in exact if each.service not in who.ids} - {""}
    if len(mails) > 1:
        words = f"the accounts of this staff id have {len(mails)} different mails\n{table(exact)}"
        raise AmbiguousPerson(words, where="subject", remedy=told)


def _nobody(who: Who, doubtful: Sequence[Account]) -> AmbiguousPerson:
    if doubtful:
        return AmbiguousPerson(
            f"no service has exactly one account that fits\n{table(doubtful)}",
            where="subject",
            remedy="open the case with service:id of the account that is meant",
        )
    words = who.mail or who.staff_id or ", ".join(f"{name}:{each}" for name, each in who.ids.items())
    return AmbiguousPerson(
        f"nobody fits {shown(words)} on any configured service",
        where="subject",
        remedy="check the spelling, or give the staff id, or service:id of a known account",
    )


def _is(who: Who, account: Account) -> bool:
    """Tell whether the account is this person's: by its id where that was given, else by its facts.

    Every fact the account has must agree, at least one of them; a login alone fits nothing, it is reused.
    """
    if account.service in who.ids:
        return who.ids[account.service] == account.id
    pairs = [
        (same_mail(who.mail), same_mail(_fact(account, "mail"))),
        (who.staff_id, _fact(account, "staff_id")),
    ]
    known = [(word, fact) for word, fact in pairs if word and fact]
    return bool(known) and all(word == fact for word, fact in known)


def _certain(who: Who, account: Account) -> bool:
    """Tell whether more than a mail says so: mails are handed on, ids and staff ids are not."""
    return account.service in who.ids or (bool(who.staff_id) and _fact(account, "staff_id") == who.staff_id)


def _also_has_the_mail(who: Who, account: Account) -> bool:
    """Tell whether this is another person's account with the same mail: an older bearer, or a newer one."""
    if not who.mail or same_mail(_fact(account, "mail")) != same_mail(who.mail):
        return False
    staff_id = _fact(account, "staff_id")
    if who.staff_id and staff_id:
        return staff_id != who.staff_id
    return who.ids.get(account.service, account.id) != account.id


def _fact(account: Account, key: str) -> str:
    return unicodedata.normalize("NFC", str(account.facts.get(key) or ""))


def table(accounts: Iterable[Account]) -> str:
    """Return accounts as lines of text to choose from: service:id, login, mail, created, status."""
    rows: list[tuple[str, ...]] = [("account", "login", "mail", "created", "status")]
    for each in accounts:
        facts = (str(each.facts.get(key) or "-") for key in ("mail", "created", "status"))
        rows.append((shown(f"{each.service}:{each.id}"), shown(each.login), *map(shown, facts)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def shown(text: str, longest: int = 60) -> str:
    """Return a text safe for any surface, with the code points of all that is not plain ASCII.

    A Cyrillic letter can look like a Latin one: so it is spelled out (UTS 39, section 4).
    """
    plain = "".join(
        each if each.isascii() and each.isprintable() else _spelled(each) for each in text[:longest]
    )
    return plain if len(text) <= longest else f"{plain}..."


def _spelled(character: str) -> str:
    return f"<U+{ord(character):04X}>"

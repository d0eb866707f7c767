"""Finds the one person a case is about, by immutable ids, or says why it cannot.

Names never resolve: two people share one, and one is spelled in many ways. A mail matches in full (case
counts before the @, not after it: RFC 5321 section 2.4), a staff id and an account id character by
character. Whatever a service offers besides is shown to a person, never taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from runner.actions.values import Account, Who
from runner.company import same_mail
from runner.errors import AmbiguousPerson, RefusedError

__all__ = ["LeftOut", "Resolved", "read_who", "resolve", "shown", "table"]

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


def resolve(who: Who, candidates: Mapping[str, Sequence[Account]]) -> Resolved:
    """Return the accounts that are this person's for sure.

    candidates: what each configured service offered for `who`, loosely; here it is judged. A service with
    several exact matches, or with lookalikes only, is left out by name. Raises AmbiguousPerson, with a table
    to choose from, when no account is sure, or when the sure ones carry different staff ids.
    """
    sure: list[Account] = []
    left_out: list[LeftOut] = []
    for service, offered in candidates.items():
        known = {each.id: each for each in offered if each.service == service}
        exact = [each for each in known.values() if _is(who, each)]
        if len(exact) == 1:
            sure += exact
        elif exact:
            left_out.append(LeftOut(service, f"{len(exact)} accounts fit", tuple(exact)))
        elif known:
            left_out.append(LeftOut(service, "no exact match, only lookalikes", tuple(known.values())))
    _refuse_doubt(who, sure, left_out)
    return Resolved(tuple(sure), tuple(left_out))


def _refuse_doubt(who: Who, sure: Sequence[Account], left_out: Sequence[LeftOut]) -> None:
    staff = {str(each.facts["staff_id"]) for each in sure if each.facts.get("staff_id")}
    doubtful = [*sure, *(account for out in left_out for account in out.candidates)]
    if len(staff) > 1:
        raise AmbiguousPerson(
            f"the accounts belong to {len(staff)} different staff ids\n{table(doubtful)}",
            where="subject",
            remedy="find out which one is meant, and open the case with service:id of that account",
        )
    if not sure and doubtful:
        raise AmbiguousPerson(
            f"no service has exactly one account that fits\n{table(doubtful)}",
            where="subject",
            remedy="open the case with service:id of the account that is meant",
        )
    if not sure:
        words = who.mail or who.staff_id or ", ".join(f"{name}:{each}" for name, each in who.ids.items())
        raise AmbiguousPerson(
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
    facts = {
        key: unicodedata.normalize("NFC", str(account.facts.get(key) or "")) for key in ("mail", "staff_id")
    }
    pairs = [(same_mail(who.mail), same_mail(facts["mail"])), (who.staff_id, facts["staff_id"])]
    known = [(word, fact) for word, fact in pairs if word and fact]
    return bool(known) and all(word == fact for word, fact in known)


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

"""Settles whom a case is about, when it opens or later: by immutable ids, on every service that has doors."""

from __future__ import annotations

from dataclasses import replace

from runner.actions.values import Account, Json, Who, as_json
from runner.cases.protecting import as_records, protected
from runner.cases.services import Services
from runner.cases.threads import each_at_once
from runner.cases.work import Work
from runner.database.claims import Claimed, claim
from runner.database.journal import Entry
from runner.errors import CredentialsError, RefusedError, ServiceError, SeveranceError
from runner.people.subject import LeftOut, Resolved, known_by, read_who, resolve
from runner.settings import Settings

__all__ = ["person_of", "resolution", "settle_subject"]

_NOBODY = "no account of theirs was found"


def settle_subject(work: Work, words: str) -> None:
    """Journal whom people agreed that the case is about; nothing for `none`.

    Raises as `person_of` does, and RefusedError where another case is about them.
    """
    if words == "none":
        return
    resolved = person_of(work.settings, work.services, words)
    settled = Entry("subject.resolved", resolution(work.settings, work.services, resolved))
    try:
        work.journal.append_within(claim(work.code, resolved.accounts), settled)
    except Claimed as claimed:
        first = claimed.args[0]
        raise RefusedError(
            f"{first} is about this person already",
            where=work.code,
            remedy=f"go on with {first}, or end it (severance close {first} --because TEXT) and answer retry",
        ) from None


def person_of(settings: Settings, services: Services, words: str) -> Resolved:
    """Return the person's accounts; a service that cannot be read is left out by name, a crown one stops.

    words: a mail, a staff id, or `service:id`. Raises RefusedError for words that name nobody,
    AmbiguousPerson, and what a crown service raises.
    """
    who = read_who(words)
    crowns = {name for name, service in settings.services.items() if service.crown}
    found, broken = _everywhere(services, who)
    if who.ids:
        who = known_by(who, [account for offered in found.values() for account in offered])
        found, broken = _everywhere(services, who)
    for name, error in broken.items():
        if name in crowns or not found:
            raise error
    resolved = resolve(who, found)
    unread = [LeftOut(name, f"it cannot be read: {error.what}", ()) for name, error in broken.items()]
    return replace(resolved, left_out=(*resolved.left_out, *unread))


def _everywhere(services: Services, who: Who) -> tuple[dict[str, list[Account]], dict[str, SeveranceError]]:
    """Return what each service offers, in the order of the settings, and which could not be asked."""
    found: dict[str, list[Account]] = {}
    broken: dict[str, SeveranceError] = {}

    def ask(name: str) -> None:
        try:
            found[name] = _offered(services, name, who)
        except (ServiceError, CredentialsError) as error:
            broken[name] = error

    each_at_once(ask, services.doored())
    return {name: found[name] for name in services.doored() if name in found}, broken


def _offered(services: Services, name: str, who: Who) -> list[Account]:
    """Return what a service offers for the person; where an id names them, also who else has their mail."""
    asked = [who]
    if who.ids.get(name) and (who.mail or who.staff_id):
        asked.append(replace(who, ids={}))
    return [
        account
        for action in services.actions(name, "find", "accounts")
        for each in asked
        for account in services.find(name, action, each)
    ]


def resolution(settings: Settings, services: Services, resolved: Resolved) -> Json:
    """Return the data of a `subject.resolved` record: accounts, services left out, who is kept back."""
    left_out = [{"service": each.service, "why": each.why} for each in resolved.left_out]
    named = {each.service for each in resolved.accounts} | {each.service for each in resolved.left_out}
    silent = [name for name in services.doored() if name not in named]
    return {
        "accounts": as_json(list(resolved.accounts)),
        "left_out": [*left_out, *({"service": name, "why": _NOBODY} for name in silent)],
        "protected": as_records(protected(settings, services, resolved.accounts)),
    }

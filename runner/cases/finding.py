"""`doors.find`: which doors the accounts hold, and which other accounts might be the same person's.

Only reads. A service that cannot be read leaves its doors `unknown`, by name, never silently out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runner.actions.contract import Action
from runner.actions.values import Account, Json, Layer, Thing, as_json
from runner.casefile.contents import CaseFile
from runner.cases.plans import in_scope
from runner.cases.protecting import Owners, owners_of, views
from runner.cases.searching import look_for_links, record
from runner.cases.threads import each_by, meanwhile
from runner.cases.work import Work
from runner.database.journal import Entry
from runner.errors import SeveranceError
from runner.language.playbook import DoStep, Phase

__all__ = ["find_doors", "look", "unseen"]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A layer of an account that may have a door."""

    account: Account
    layer: Layer
    finder: Action | None
    closer: Action | None
    by_hand: str
    """What a person must do, where no interface can."""


def find_doors(work: Work, _phase: Phase, step: DoStep) -> Json:
    """Look at every door of the accounts in scope, and for linked accounts.

    Returns `{accounts, doors, candidates, eu_data, unreadable}`; `candidates` are keys `service/id`
    with labels, for an `ask … choose:`.
    """
    case = work.case()
    accounts = in_scope(step, case)
    people = [*accounts, *case.linked]
    with (
        meanwhile(lambda: look(work, accounts)) as doors,
        meanwhile(lambda: owners_of(work.services, people)) as owners,
    ):
        looked = look_for_links(work, accounts)
    people += [each for candidate in looked.candidates for each in candidate.accounts]
    note_views(work, people, owners.result())
    return {
        "accounts": [as_json(account) for account in accounts],
        "doors": len(work.case().doors),
        "candidates": record(work, accounts, looked),
        "eu_data": [each.service for each in accounts if work.settings.services[each.service].eu_data],
        "unreadable": [*doors.result(), *looked.unreadable],
    }


def note_views(work: Work, accounts: list[Account], owners: Owners) -> None:
    """Journal where these accounts could read what is done: the first look, and then only what is new.

    owners: of the services that were asked already.
    """
    unasked = [each for each in accounts if each.service not in owners]
    asked = {**owners, **owners_of(work.services, unasked)}
    seen = {each["service"]: each for each in views(accounts, asked)}
    if not work.case().views_known or set(seen) != set(work.case().sees):
        work.write("subject.sees", views=list(seen.values()))


def look(work: Work, accounts: list[Account]) -> list[Json]:
    """Look at every layer of these accounts and journal what stands open.

    Returns what could not be read: `{service, layer, account, why}`.
    """
    behind = {app for service in work.settings.services.values() for app in service.behind}
    spots = [spot for account in accounts for spot in _spots(work, account)]
    seen = each_by(lambda spot: spot.account.service, lambda spot: _look_at(work, spot, behind), spots)
    entries = [entry for found in seen for entry in found]
    work.journal.append(*entries)
    return [entry.data for entry in entries if entry.data["verdict"] == "unknown"]


def _spots(work: Work, account: Account) -> Iterator[_Spot]:
    vendor = work.services.vendor(account.service)
    layers: list[Layer] = [
        each.layer for each in work.services.actions(account.service, "close") if each.layer
    ]
    for layer in dict.fromkeys([*layers, *vendor.by_hand]):
        finder = work.services.layer_action(account.service, "find", layer, "things")
        closer = work.services.layer_action(account.service, "close", layer)
        yield _Spot(account, layer, finder, closer, vendor.by_hand.get(layer, ""))


def _look_at(work: Work, spot: _Spot, behind: set[str]) -> list[Entry]:
    try:
        things = work.services.find(spot.account.service, spot.finder, spot.account) if spot.finder else []
    except SeveranceError as error:
        return [_seen(spot, [], "unknown", error.diagnostics())]
    if spot.by_hand and not spot.finder:
        return [_seen(spot, [], "by-hand", spot.by_hand)]
    if spot.by_hand:
        apart = [thing for thing in things if thing.label not in behind and thing.id not in behind]
        return [_seen_by_hand(spot, thing) for thing in apart]
    if spot.finder and not things:
        return [_seen(spot, [], "closed", "read: nothing there")]
    return [
        _seen(spot, things, "open", f"{len(things)} found" if spot.finder else "not listed by the service")
    ]


def _seen(spot: _Spot, things: list[Thing], verdict: str, why: str) -> Entry:
    data = {
        "service": spot.account.service,
        "layer": spot.layer,
        "account": spot.account.id,
        "login": spot.account.login,
        "things": as_json(things),
        "reach": spot.closer.reach if spot.closer else "subject",
        "verdict": verdict,
        "why": why,
    }
    return Entry("door.seen", data)


def _seen_by_hand(spot: _Spot, thing: Thing) -> Entry:
    """Return the door of an app that the identity provider shows and no integration reaches."""
    data = {
        "service": thing.label,
        "layer": spot.layer,
        "account": spot.account.id,
        "login": spot.account.login,
        "things": [as_json(thing)],
        "reach": "subject",
        "verdict": "by-hand",
        "why": spot.by_hand,
    }
    return Entry("door.seen", data)


def unseen(case: CaseFile, accounts: list[Account]) -> list[Account]:
    """Return accounts no door of which was looked at yet."""
    known = {(door.service, door.account) for door in case.doors.values()}
    return [account for account in accounts if (account.service, account.id) not in known]

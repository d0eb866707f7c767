"""Searches services, kept evidence and files for the values seen on the people of a case.

Only reads, and only for these values: of nobody else anything is asked, kept or journalled. What could not
be searched is returned by name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from runner.actions.contract import Action
from runner.actions.values import Account, Json, Observation
from runner.casefile.contents import CaseFile
from runner.cases.threads import each_by
from runner.cases.work import Work
from runner.database.journal import Entry
from runner.errors import SeveranceError, Stopped, StorageError
from runner.people.links import searching
from runner.people.links.kept import addresses_in, found_in
from runner.people.links.scoring import Candidate, propose
from runner.people.links.sightings import Place, Seen, token_of
from runner.people.links.tables import Table

__all__ = ["Looked", "look_for_links", "record"]

_LOGS = ("application/json", "application/jsonl")


@dataclass(frozen=True, slots=True)
class Looked:
    """What a search came to."""

    candidates: list[Candidate]
    """Those that are not linked already."""
    values: dict[str, int]
    """How many values were searched for, by kind."""
    items: int
    """Kept items looked into."""
    rows: dict[str, int]
    """Rows read of each file, by its SHA-256."""
    unread: dict[str, int]
    """Cells of each that hold nothing comparable."""
    unreadable: list[Json]
    """What could not be searched: `{service, layer, account, why}`; no layer, for links."""


def look_for_links(
    work: Work, accounts: list[Account], tables: Sequence[Table] = (), own_rows: Sequence[Seen] = ()
) -> Looked:
    """Search for people on whom values of these accounts are seen too.

    tables: files that were checked, with what they say of the accounts themselves in own_rows.
    Raises StorageError when a kept item cannot be read back.
    """
    case = work.case()
    asked, unreadable = _observed(work, accounts)
    asked += own_rows
    found, missed = _sharers(work, asked)
    logged = _logged(work, case, accounts)
    own = [*asked, *logged]
    mine = {(each.service, each.id) for each in accounts}
    in_items = _in_items(work, case, own)
    own += [each for each in in_items if (each.account.service, each.account.id) in mine]
    found += [each for each in in_items if (each.account.service, each.account.id) not in mine]
    tokens = {token for each in own if (token := token_of(each.observation))}
    files = searching.search(tables, tokens)
    known = [*case.accounts, *case.linked, *case.rows, *accounts]
    candidates = propose(known, own, [*found, *files.seen], files.crowded)
    kinds = [kind for kind, _ in tokens]
    values = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    items = len(_of_accounts(case))
    return Looked(candidates, values, items, files.rows, files.unread, [*unreadable, *missed])


def record(work: Work, accounts: Sequence[Account], looked: Looked, files: Sequence[Table] = ()) -> Json:
    """Journal how much was searched and who was proposed; returns the proposals, as `choose:` wants them."""
    read = [
        {
            "name": each.name,
            "sha256": each.sha256,
            "rows": looked.rows[each.sha256],
            "not_comparable": looked.unread[each.sha256],
        }
        for each in files
    ]
    searched = {
        "accounts": [f"{each.service}/{each.id}" for each in accounts],
        "values": looked.values,
        "services": _searched(work),
        "items": looked.items,
        "files": read,
        "proposed": len(looked.candidates),
        "unreadable": looked.unreadable,
    }
    proposed = [Entry("link.proposed", each.as_json()) for each in looked.candidates]
    work.journal.append(Entry("link.searched", searched), *proposed)
    return [{"key": each.key, "label": each.label} for each in looked.candidates]


def _searched(work: Work) -> list[str]:
    return [name for name in work.services.names() if work.services.actions(name, "find", "sharers")]


def _observed(work: Work, accounts: list[Account]) -> tuple[list[Seen], list[Json]]:
    """Ask every service what it shows of these accounts."""
    asked = [
        (account.service, action, account)
        for account in accounts
        for action in work.services.actions(account.service, "find", "observations")
    ]
    seen: list[Seen] = []
    missed: list[Json] = []
    for (service, _, account), (hits, why) in zip(asked, _each(work, asked), strict=True):
        seen += [Seen(account, each, Place("read", service)) for each in hits]
        missed += [_unread(service, account.id, why)] if why else []
    return seen, missed


def _sharers(work: Work, own: Sequence[Seen]) -> tuple[list[Seen], list[Json]]:
    """Ask every service who shows one of these values, as it was seen and as it is compared."""
    spelled = {
        (each.observation.kind, value): Observation(each.observation.kind, value, each.observation.label)
        for each in own
        if (token := token_of(each.observation))
        for value in (each.observation.value, token[1])
    }
    asked = [
        (name, action, value)
        for name in work.services.names()
        for action in work.services.actions(name, "find", "sharers")
        for value in spelled.values()
    ]
    seen: list[Seen] = []
    missed: dict[str, Json] = {}
    for (service, _, value), (hits, why) in zip(asked, _each(work, asked), strict=True):
        seen += [Seen(account, value, Place("read", service)) for account in hits]
        if why:
            missed.setdefault(service, _unread(service, "", why))
    return seen, list(missed.values())


def _each(
    work: Work, asked: Sequence[tuple[str, Action, Account | Observation]]
) -> list[tuple[list[Json], str]]:
    """Run `find` actions at once; returns what each found, or why it found nothing out."""

    def find(one: tuple[str, Action, Account | Observation]) -> tuple[list[Json], str]:
        try:
            return work.services.find(*one), ""
        except (Stopped, StorageError):
            raise
        except SeveranceError as error:
            return [], error.diagnostics()

    return each_by(lambda one: one[0], find, asked)


def _unread(service: str, account: str, why: str) -> Json:
    return {"service": service, "layer": "", "account": account, "why": why}


def _of_accounts(case: CaseFile) -> list[tuple[Json, Account]]:
    """Return the kept items that belong to an account of the case, each with that account."""
    known = {(each.service, each.id): each for each in [*case.accounts, *case.linked]}
    items = [(item, known.get((item["service"], item["account"]))) for item in case.items]
    return [(item, account) for item, account in items if account]


def _logged(work: Work, case: CaseFile, accounts: Collection[Account]) -> list[Seen]:
    """Return the network addresses in kept records of these accounts; whose an account is, its log is."""
    own: list[Seen] = []
    for item, account in _of_accounts(case):
        if account in accounts and item.get("media", "").partition(";")[0].strip() in _LOGS:
            with work.store.get(item["sha256"]).open("rb") as file:
                own += [Seen(account, each, _item(item)) for each in addresses_in(file)]
    return own


def _in_items(work: Work, case: CaseFile, own: Sequence[Seen]) -> list[Seen]:
    """Return in which kept items these values stand."""
    wanted = list(dict.fromkeys(each.observation for each in own))
    seen: list[Seen] = []
    for item, account in _of_accounts(case) if wanted else ():
        with work.store.get(item["sha256"]).open("rb") as file:
            seen += [Seen(account, each, _item(item)) for each in found_in(file, wanted)]
    return seen


def _item(item: Json) -> Place:
    return Place("item", item["name"], item["sha256"])

"""Lets one case at a time be about a person: who comes second is sent to the first."""

from __future__ import annotations

from collections.abc import Collection

from runner.actions.values import Account
from runner.casefile.contents import CaseFile
from runner.casefile.course import phases_of
from runner.casefile.outcome import over
from runner.company import Person
from runner.database.claims import Claimed, claim, holders
from runner.database.journal import Entry
from runner.desk.office import Office
from runner.errors import RefusedError

__all__ = ["append_claiming", "may_take_from"]


def append_claiming(
    office: Office,
    code: str,
    accounts: Collection[Account],
    entries: Collection[Entry],
    person: Person,
    *,
    beside: str | None = None,
) -> None:
    """Record entries of a case and claim whom it is about, or do neither.

    beside: an earlier case about the same person, whose doors are closed, that may stay open. Raises
    RefusedError where another case has the person; it is named to those only who may know of it.
    """
    taken = holders(office.database, accounts) - {code}
    free = {each for each in taken if may_take_from(office, each, beside)}
    try:
        office.journal(code).append_within(claim(code, accounts, instead=free), *entries)
    except Claimed as claimed:
        raise _second(office, str(claimed.args[0]), person) from None


def may_take_from(office: Office, code: str, beside: str | None) -> bool:
    """Tell whether a case may lose its person: it is over, or was named and closes nothing any more."""
    case = office.case(code)
    return over(case, phases_of(office.playbook(case), case)) or (code == beside and _only_looks_after(case))


def _only_looks_after(case: CaseFile) -> bool:
    return case.fired and case.undo is None


def _second(office: Office, first: str, person: Person) -> RefusedError:
    case = office.case(first)
    people = office.playbook(case).people
    if set(person.roles).isdisjoint(people.all):
        return RefusedError(
            "another case is about this person, and you are not among those who may know of it",
            remedy="ask whoever leads responses",
        )
    ways = [f"severance status {first}"]
    if _only_looks_after(case):
        ways.append(f"its doors are closed: --beside {first} opens this one beside it")
    else:
        ways.append(f"when data is leaving now: severance emergency {first} --because TEXT")
    ways.append(f"or end it: severance close {first} --because TEXT")
    return RefusedError(f"{first} is about this person already", remedy="\n  ".join(ways))

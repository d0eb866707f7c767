"""Makes accounts part of the case once enough people confirmed that they are the same person's."""

from __future__ import annotations

from collections.abc import Iterable

from runner.actions.values import Account, Json, Who, as_json
from runner.casefile.contents import CaseFile
from runner.cases.answers import agreed
from runner.cases.threads import each_at_once
from runner.cases.work import Work
from runner.database.claims import claim_what_is_free
from runner.database.journal import Entry
from runner.language.playbook import Quorum
from runner.people.links.confirming import PEOPLE
from runner.people.links.sightings import FILES

__all__ = ["accounts_of", "confirm_links", "enough"]


def enough(work: Work, quorum: Quorum, options: Iterable[Json]) -> Quorum:
    """Return the quorum of a question, of two people at the least where it is about linked accounts."""
    if not _candidates(work.case(), options):
        return quorum
    return quorum.model_copy(update={"need": max(PEOPLE, quorum.need)})


def _candidates(case: CaseFile, options: Iterable[Json]) -> set[str]:
    return case.candidates.keys() & {each["key"] for each in options}


def confirm_links(work: Work, request: str) -> None:
    """Journal confirmed accounts, with the same person's accounts on the other services.

    Counts the answers anew, two people at the least, whatever the playbook asked for. A person known from a
    file only is confirmed too; doors are closed on their accounts, where there are any. Does nothing for a
    question about anything else.
    """
    case = work.case()
    asked = case.requests[request]
    mine = _candidates(case, asked.data["options"])
    by = {key: who for key, who in agreed(work, asked).items() if key in mine} if mine else {}
    if not by:
        return
    chosen = [account for key in by for account in case.behind[key]]
    known = {(each.service, each.id) for each in case.accounts}
    found = {(each.service, each.id): each for each in chosen if each.service != FILES}
    people = {(each.facts.get("staff_id"), each.facts.get("mail")): each for each in chosen}
    for account in people.values():
        for other in _everywhere(work, account):
            # Whoever lists sharers may tell little of them; closing needs all that finding the account tells.
            found[other.service, other.id] = other
    linked = [account for key, account in found.items() if key not in known]
    data = {
        "request": request,
        "accounts": as_json(linked),
        "rows": as_json([each for each in chosen if each.service == FILES]),
        "links": [{"key": key, "by": list(who)} for key, who in by.items()],
        "by": sorted({who for people in by.values() for who in people}),
    }
    # Of an account that is another case's already, both cases close the doors: the second finds them closed.
    work.journal.append_within(claim_what_is_free(work.code, linked), Entry("link.confirmed", data))


def _everywhere(work: Work, account: Account) -> list[Account]:
    """Return a person's accounts; a row may have a staff id only, and its account then tells the mail."""
    found = accounts_of(work, account)
    if account.service != FILES:
        return found
    return [*found, *(other for each in found for other in accounts_of(work, each))]


def accounts_of(work: Work, account: Account) -> list[Account]:
    """Return the accounts on every service that carry this account's mail or staff id."""
    who = Who(
        mail=str(account.facts.get("mail", "")),
        staff_id=str(account.facts.get("staff_id", "")),
        ids={} if account.service == FILES else {account.service: account.id},
    )
    searches = [
        (name, action)
        for name in work.services.doored()
        for action in work.services.actions(name, "find", "accounts")
    ]
    found = each_at_once(lambda search: work.services.find(search[0], search[1], who), searches)
    # A search with several hits is ambiguous: that service stays out, and shows in the matrix as not covered.
    return [hits[0] for hits in found if len(hits) == 1]

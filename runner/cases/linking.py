"""Makes accounts part of the case once enough people confirmed that they are the same person's."""

from __future__ import annotations

from runner.actions.values import Account, Json, Who, as_json
from runner.cases.threads import each_at_once
from runner.cases.work import Work

__all__ = ["accounts_of", "confirm_links"]


def confirm_links(work: Work, request: str, value: Json) -> None:
    """Journal confirmed accounts, with the same person's accounts on the other services.

    value: the keys (`service/id`) two people agreed on. Does nothing for a question about anything else.
    """
    case = work.case()
    asked = case.requests[request]
    chosen = (
        [case.candidates[key] for key in value if key in case.candidates] if isinstance(value, list) else []
    )
    if not chosen:
        return
    known = {(each.service, each.id) for each in case.accounts}
    found = {(each.service, each.id): each for each in chosen}
    for account in chosen:
        for other in accounts_of(work, account):
            found.setdefault((other.service, other.id), other)
    linked = [account for key, account in found.items() if key not in known]
    by = [decision["data"]["by"] for decision in asked.decisions if "by" in decision["data"]]
    work.write("link.confirmed", request=request, accounts=as_json(linked), by=by)


def accounts_of(work: Work, account: Account) -> list[Account]:
    """Return the accounts on every service that carry this account's mail or staff id."""
    who = Who(
        mail=str(account.facts.get("mail", "")),
        staff_id=str(account.facts.get("staff_id", "")),
        ids={account.service: account.id},
    )
    searches = [
        (name, action)
        for name in work.services.doored()
        for action in work.services.actions(name, "find", "accounts")
    ]
    found = each_at_once(lambda search: work.services.find(search[0], search[1], who), searches)
    # A search with several hits is ambiguous: that service stays out, and shows in the matrix as not covered.
    return [hits[0] for hits in found if len(hits) == 1]

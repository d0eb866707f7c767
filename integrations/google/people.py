"""Find people in Google: an account by what is known, and everyone who holds an administrator role."""

from __future__ import annotations

from integrations.client import Params, path
from integrations.google.connection import (
    GROUPS,
    ROLES,
    USERS,
    Google,
    account_of,
    customer_path,
    quoted,
    user_path,
)
from integrations.google.paging import rows
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Who
from runner.errors import ServiceRefused

__all__ = ["find_accounts", "find_administrators", "search", "user_by"]

_FULL = {"projection": "full"}
_GROUP = frozenset({"group", "GROUP"})  # Google's reference spells it both ways


@action(
    "google.find_accounts",
    kind="find", finds="accounts",
    scopes=(USERS,),
    source="Directory API, users.get, users.list (query externalId)",
)  # fmt: skip
def find_accounts(ctx: Context, who: Who) -> list[Account]:
    """Find a person's accounts by immutable id, else by mail or alias, or by staff id.

    The staff id is Google's external id of type organization; a search for it may lag by up to 36 hours. Who
    is asked for by an alias is offered with the primary address. Only reads.
    """
    if known := who.ids.get(ctx.service):
        user_path(Account(ctx.service, known, ""))  # an id that is none must fail, not find nobody
        users = [user_by(ctx, known)]
    else:
        users = [user_by(ctx, who.mail)] if who.mail else []
        users += search(ctx, f"externalId={quoted(who.staff_id)}") if who.staff_id else []
    return list({user["id"]: account_of(ctx.service, user) for user in users if user}.values())


def search(ctx: Context, query: str) -> list[Json]:
    """Return the users a query of the Directory API fits, deleted ones left out."""
    asked: Params = {"customer": "my_customer", "query": query, "maxResults": 500, **_FULL}
    return rows(ctx, ctx.connection(Google).directory, "/admin/directory/v1/users", "users", asked)


def user_by(ctx: Context, key: str) -> Json:
    """Return the User object of an id, an address or an alias, or None: a service account is no user here.

    Google answers 403 for an address of another domain; a search then tells whether it is one, or we may not
    read. Raises RefusedError for a key no address can hold.
    """
    http, address = ctx.connection(Google).directory, path("/admin/directory/v1/users/{}", key)
    try:
        found = ctx.read(lambda: http.find(address, _FULL))
    except ServiceRefused as refused:
        if refused.status != 403 or "@" not in key:
            raise
        return next(iter(search(ctx, f"email={quoted(key)}")), None)
    return found.json if found else None


@action(
    "google.find_administrators",
    kind="find", finds="owners",
    scopes=(ROLES, GROUPS, USERS),
    source="Directory API, roleAssignments.list, members.list, users.get",
)  # fmt: skip
def find_administrators(ctx: Context) -> list[Account]:
    """Find everyone who holds an administrator role, directly or through a group: they can see us in the log.

    Read from the role assignments, which do not lag as a search for administrators does. Only reads.
    """
    http, asked = ctx.connection(Google).directory, {"maxResults": 200}
    held = rows(ctx, http, customer_path("/roleassignments"), "items", asked)
    holders = [str(each["assignedTo"]) for each in held]
    groups = {str(each["assignedTo"]) for each in held if each.get("assigneeType") in _GROUP}
    for group in sorted(groups):
        holders += _members(ctx, group)
    people = [each for each in dict.fromkeys(holders) if each not in groups]
    users = [user_by(ctx, each) for each in people]
    return [_admin(account_of(ctx.service, user)) for user in users if user]


def _admin(account: Account) -> Account:
    """Mark whoever holds a role through a group: their own record does not say so."""
    return Account(account.service, account.id, account.login, {**account.facts, "admin": True})


def _members(ctx: Context, group: str) -> list[str]:
    asked: Params = {"includeDerivedMembership": "true", "maxResults": 200}
    address = path("/admin/directory/v1/groups/{}/members", group)
    found = rows(ctx, ctx.connection(Google).directory, address, "members", asked)
    return [str(each["id"]) for each in found if each.get("type") == "USER"]

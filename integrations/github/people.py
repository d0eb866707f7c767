"""Whose account is whose: by immutable id, by single sign-on identity, and who owns the organisation.

A login can be renamed, and taken by a stranger afterwards. So every write first turns the numeric id
into the login it has now: `GET /user/{account_id}`, docs.github.com/rest/users/users.
"""

from __future__ import annotations

import re

from integrations.client import path
from integrations.github.connection import GitHub
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Who
from runner.errors import RefusedError, ServiceError

__all__ = ["find_accounts", "find_owners", "login_now", "login_or_none", "membership_of", "refuse_bent_id"]

_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
_STANDING = ("state", "role", "direct_membership", "enterprise_teams_providing_indirect_membership")

# REST names no account of a SAML identity: the SCIM answers hold no login. Reference: GraphQL object
# OrganizationIdentityProvider, connection externalIdentities, argument userName ("userName/NameID").
_LINKED = """query($org: String!, $userName: String!) {
  organization(login: $org) { samlIdentityProvider {
    externalIdentities(first: 10, userName: $userName) { nodes { user { login databaseId } } } } }
}"""


@action(
    "github.find_accounts",
    kind="find",
    finds="accounts",
    scopes=("read:org",),
    source="GitHub REST, Get a user using their ID; GraphQL, OrganizationIdentityProvider.externalIdentities",
)
def find_accounts(ctx: Context, who: Who) -> list[Account]:
    """Find the accounts of a person: by known id, else by the work e-mail of their single sign-on identity.

    Finds nothing by e-mail in an organisation without SAML: name the id in the settings there.
    """
    github = ctx.connection(GitHub)
    if ctx.service in who.ids:
        found = [_account(ctx, github, who.ids[ctx.service])]
    else:  # the company's own sign-on vouches for the mail; the public one is the person's to choose
        found = [_account(ctx, github, each, mail=who.mail) for each in _linked(ctx, github, who.mail)]
    return [account for account in found if account]


@action(
    "github.find_owners",
    kind="find",
    finds="owners",
    scopes=("read:org",),
    source="GitHub REST, List organization members, role=admin",
)
def find_owners(ctx: Context) -> list[Account]:
    """List the organisation's owners: they read its audit log, and one of them must stay."""
    return [
        Account(ctx.service, str(each["id"]), each["login"], {"admin": True})
        for each in owners(ctx, ctx.connection(GitHub))
    ]


def owners(ctx: Context, github: GitHub) -> list[Json]:
    """Return the owners as GitHub lists them."""
    listed: list[Json] = ctx.read(
        lambda: github.http.rows(github.at("/members"), {"role": "admin", "per_page": 100})
    )
    return listed


def login_or_none(ctx: Context, github: GitHub, account: Account) -> str | None:
    """Return the login an id has now; None when GitHub knows the id no more."""
    user = _user(ctx, github, account.id)
    return str(user["login"]) if user else None


def login_now(ctx: Context, github: GitHub, account: Account) -> str:
    """Return the login an id has now. Raises RefusedError when GitHub knows the id no more."""
    login = login_or_none(ctx, github, account)
    if login is None:
        raise RefusedError(
            f"GitHub knows no account {account.id} any more; {ascii(account.login)[:60]} would be another",
            where=ctx.service,
            remedy="look the person up again",
        )
    return login


def membership_of(ctx: Context, github: GitHub, login: str, account: Account) -> Json:
    """Return state, role and origin of a membership, or None without one.

    Raises RefusedError when the login belongs to another account by now.
    """
    answer = ctx.read(lambda: github.http.find(github.at("/memberships/{}", login)))
    if answer is None:
        return None
    if not same_person(answer.json["user"], account):
        raise RefusedError(
            f"the login {ascii(login)[:60]} belongs to another account now; nothing was done",
            where=ctx.service,
            remedy="look the person up again",
        )
    return {name: answer.json.get(name) for name in _STANDING}


def same_person(user: Json, account: Account) -> bool:
    """Tell whether a `simple-user` of an answer is this account; logins do not count."""
    return isinstance(user, dict) and str(user.get("id")) == account.id


def refuse_bent_id(ctx: Context, number: str) -> None:
    """Return when this is a GitHub account id. Raises RefusedError, before anything is asked."""
    if not _NUMBER.fullmatch(number):
        raise RefusedError(
            f"the id {ascii(number)[:80]} is no GitHub account id",
            where=ctx.service,
            remedy="use the number GitHub gives as `id`, not the login",
        )


def _user(ctx: Context, github: GitHub, number: str) -> Json:
    refuse_bent_id(ctx, number)
    answer = ctx.read(lambda: github.http.find(path("/user/{}", number)))
    if answer is None:
        return None
    if str(answer.json["id"]) != number:
        raise ServiceError(f"GitHub answered for another account than {number}", where=ctx.service)
    return answer.json


def _account(ctx: Context, github: GitHub, number: str, mail: str = "") -> Account | None:
    user = _user(ctx, github, number)
    if user is None:
        return None
    bare = Account(ctx.service, number, user["login"])
    standing = membership_of(ctx, github, bare.login, bare)
    facts = {
        "mail": mail or user.get("email") or "",
        "name": user.get("name") or "",
        "status": standing["state"] if standing else "no member",
        "created": user.get("created_at", ""),
        "admin": bool(standing and standing["role"] == "admin"),
    }
    return Account(ctx.service, number, bare.login, facts)


def _linked(ctx: Context, github: GitHub, mail: str) -> list[str]:
    if not mail:
        return []
    asked = {"query": _LINKED, "variables": {"org": github.org, "userName": mail}}
    answer = ctx.read(lambda: github.http.post("/graphql", asked)).json
    if answer.get("errors"):
        raise ServiceError("GitHub would not say whose single sign-on identity this is", where=ctx.service)
    provider = answer["data"]["organization"]["samlIdentityProvider"]
    nodes = provider["externalIdentities"]["nodes"] if provider else []
    return list(dict.fromkeys(str(each["user"]["databaseId"]) for each in nodes if each["user"]))

"""Find people in Entra: an account by what is known, and the administrators who could see us or must stay."""

from __future__ import annotations

from integrations.client import path
from integrations.entra.reading import maybe, quoted, rows, user_path
from integrations.entra.roles import find_roles
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Who

__all__ = ["SHOWN", "account_of", "find_accounts", "find_administrators", "users_of"]

SHOWN = {
    "$select": "id,userPrincipalName,displayName,mail,employeeId,accountEnabled,userType,createdDateTime,"
    "onPremisesSyncEnabled,proxyAddresses,otherMails"
}
"""What an account's facts are made of."""
_RULES = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
}  # the two that can give themselves any role: entra/identity/role-based-access-control/permissions-reference


def account_of(service: str, user: Json, *, admin: bool | None = None) -> Account:
    """Return a user of Graph as an account; `admin` is left out when it was not asked.

    A user without a mailbox has no mail; its userPrincipalName, which only administrators set, stands in.
    Several addresses are all told: proxyAddresses spells each as `SMTP:` or `smtp:` and the address.
    """
    spelled = [each.partition(":") for each in user.get("proxyAddresses") or ()]
    proxies = [address for kind, _, address in spelled if kind.lower() == "smtp"]
    mails = list(dict.fromkeys(filter(None, [user.get("mail"), *proxies, *(user.get("otherMails") or ())])))
    status = "enabled" if user.get("accountEnabled") else "disabled"
    facts = {
        "mail": user.get("mail") or user["userPrincipalName"],
        "name": user.get("displayName") or "",
        "status": f"{status}, guest" if user.get("userType") == "Guest" else status,
        "created": user.get("createdDateTime") or "",
        "staff_id": user.get("employeeId") or "",
        **({"mails": mails} if len(mails) > 1 else {}),
        "synchronised": bool(user.get("onPremisesSyncEnabled")),
        **({} if admin is None else {"admin": admin}),
    }
    return Account(service, user["id"], user["userPrincipalName"], facts)


def users_of(ctx: Context, ids: list[str]) -> list[Json]:
    """Return the users behind object ids, in their order; the ids of anything else are left out."""
    found = [maybe(ctx, path("/users/{}", each), SHOWN) for each in dict.fromkeys(ids)]
    return [user for user in found if user]


@action(
    "entra.find_accounts",
    kind="find", finds="accounts",
    scopes=("User.Read.All", "RoleManagement.Read.Directory", "GroupMember.Read.All"),
    source="Microsoft Graph v1.0, Get user, List users, List unifiedRoleAssignments",
)  # fmt: skip
def find_accounts(ctx: Context, who: Who) -> list[Account]:
    """Find a person's accounts by object id, else by work e-mail, userPrincipalName or employee id.

    The search lags behind a new or changed user, so the userPrincipalName is read directly as well. Disabled
    users and guests are found too; deleted users and other spellings of a mail (aliases) are not. Only reads.
    """
    mine = who.ids.get(ctx.service)
    users = _by_id(ctx, mine) if mine else _by_words(ctx, who)
    return [account_of(ctx.service, each, admin=_is_admin(ctx, each)) for each in users]


def _by_id(ctx: Context, object_id: str) -> list[Json]:
    found = maybe(ctx, user_path(Account(ctx.service, object_id, "")), SHOWN)
    return [found] if found else []


def _by_words(ctx: Context, who: Who) -> list[Json]:
    terms = [f"{name} eq {quoted(who.mail)}" for name in ("mail", "userPrincipalName") if who.mail]
    terms += [f"employeeId eq {quoted(who.staff_id)}"] if who.staff_id else []
    if not terms:
        return []
    asked = {"$filter": " or ".join(terms), "$count": "true", **SHOWN}
    users = rows(ctx, "/users", asked, index=True)
    if who.mail and "#" not in who.mail:  # a guest's userPrincipalName has one, and no address may
        direct = maybe(ctx, path("/users/{}", who.mail), SHOWN)
        users += [direct] if direct else []
    return list({each["id"]: each for each in users}.values())


def _is_admin(ctx: Context, user: Json) -> bool:
    return bool(find_roles(ctx, Account(ctx.service, user["id"], user["userPrincipalName"])))


@action(
    "entra.find_administrators",
    kind="find", finds="owners",
    scopes=("RoleManagement.Read.Directory", "GroupMember.Read.All", "User.Read.All"),
    source="Microsoft Graph v1.0, List directoryRoles, List members of a directory role, List group members",
)  # fmt: skip
def find_administrators(ctx: Context) -> list[Account]:
    """Find the enabled Global and Privileged Role Administrators of now, groups opened. Only reads.

    Whoever may still activate such a role (Privileged Identity Management) and every reader of the logs is
    not among them.
    """
    ids: list[str] = []
    for role in rows(ctx, "/directoryRoles"):
        if role["roleTemplateId"] in _RULES:
            members = rows(ctx, path("/directoryRoles/{}/members", role["id"]))
            ids += [person for each in members for person in _people(ctx, each)]
    enabled = [each for each in users_of(ctx, ids) if each["accountEnabled"]]
    return [account_of(ctx.service, each, admin=True) for each in enabled]


def _people(ctx: Context, member: Json) -> list[str]:
    """Return the ids behind one member: of a group its members, since such a group has no groups in it."""
    kind = member.get("@odata.type")
    if kind == "#microsoft.graph.group":
        listed = rows(ctx, path("/groups/{}/members", member["id"]))
        return [each["id"] for each in listed if each.get("@odata.type") == "#microsoft.graph.user"]
    return [member["id"]] if kind == "#microsoft.graph.user" else []

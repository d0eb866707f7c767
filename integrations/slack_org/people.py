"""Find people in Slack by what is known of them, and those who administer the organisation."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.pages import Bookmarks
from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.members import kind_of, named_teams, provisioned, user_or_none, workspaces
from integrations.slack_org.pages import ask, by_cursor, or_refused, rows
from integrations.slack_org.roles import administrators, held_roles
from integrations.slack_web import SlackResponse
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Who

__all__ = ["find_accounts", "find_administrators"]

_STAFF = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_SCIM_PAGE = 1000  # "count (max 1000)"


@action(
    "slack_org.find_accounts",
    kind="find", finds="accounts",
    scopes=("users:read", "users:read.email", "admin.users:read", "admin.teams:read", "admin"),
    source="Slack Web API: users.info, users.lookupByEmail, users.list, admin.users.list; SCIM, GET /Users",
)  # fmt: skip
def find_accounts(ctx: Context, who: Who) -> list[Account]:
    """Find a person's accounts by immutable id, else by work e-mail, else by staff id over SCIM.

    A deactivated account is no longer found by e-mail (users.lookupByEmail), so the deactivated ones are
    looked through as well. The staff id is known only where a SCIM token is given. Guests, bots and strangers
    of Slack Connect are found too, and told apart in `facts`. Only reads.
    """
    if ctx.service in who.ids:
        ids = [who.ids[ctx.service]]
    else:
        ids = _by_mail(ctx, who.mail) if who.mail else []
        ids = ids or (_by_staff_id(ctx, who.staff_id) if who.staff_id else [])
    users = [user_or_none(ctx, each) for each in dict.fromkeys(ids)]
    return [_account(ctx, user) for user in users if user]


def _by_mail(ctx: Context, mail: str) -> list[str]:
    web = ctx.connection(SlackOrg).web
    found = or_refused(
        "users_not_found", None, lambda: ask(ctx, lambda: web.users_lookupByEmail(email=mail))[0]["user"]
    )
    if found and kind_of(found) != "stranger":
        return [str(found["id"])]
    mine = [user for user, known in _deactivated(ctx) if known.casefold() == mail.casefold()]
    return [*mine, *([str(found["id"])] if found else [])]


def _deactivated(ctx: Context) -> Iterator[tuple[str, str]]:
    """Yield the id and the mail of every deactivated account."""
    web = ctx.connection(SlackOrg).web
    if ctx.connection(SlackOrg).enterprise:

        def page(cursor: str | None) -> SlackResponse:
            return web.admin_users_list(is_active=False, limit=100, cursor=cursor)

        yield from ((row["id"], str(row.get("email") or "")) for row in rows(by_cursor(ctx, page), "users"))
        return
    listed = by_cursor(ctx, lambda cursor: web.users_list(limit=200, cursor=cursor))
    for row in rows(listed, "members"):
        if row.get("deleted"):
            yield row["id"], str(row["profile"].get("email") or "")


def _by_staff_id(ctx: Context, staff_id: str) -> list[str]:
    """Look through SCIM's users: its second version filters nothing (SCIM API reference, Filter)."""
    scim = ctx.connection(SlackOrg).scim
    found: list[str] = []
    start, total, bookmarks = 1, 1, Bookmarks("SCIM's users", ctx.service)
    while scim and start <= total:
        bookmarks.turn_to(str(start))
        params: dict[str, str | int] = {"startIndex": start, "count": _SCIM_PAGE}
        page = ctx.read(lambda params=params: scim.get("/Users", params)).json  # type: ignore[misc]
        found += [each["id"] for each in page["Resources"] if _staff_id(each) == staff_id]
        start, total = start + max(1, len(page["Resources"])), page["totalResults"]
    return found


def _staff_id(resource: Json) -> str:
    return str(((resource or {}).get(_STAFF) or {}).get("employeeNumber") or "")


def _account(ctx: Context, user: Json) -> Account:
    resource = provisioned(ctx, user["id"]) if kind_of(user) != "stranger" else None
    profile = user.get("profile") or {}
    facts = {
        "mail": profile.get("email") or "",
        "name": profile.get("real_name") or user.get("real_name") or "",
        "status": "deactivated" if user.get("deleted") else "active",
        "created": ((resource or {}).get("meta") or {}).get("created", ""),
        "staff_id": _staff_id(resource),
        "admin": bool(held_roles(ctx, user)),
        "kind": kind_of(user),
        "teams": named_teams(user),
    }
    return Account(ctx.service, user["id"], user.get("name", ""), facts)


@action(
    "slack_org.find_administrators",
    kind="find", finds="owners",
    scopes=("users:read", "admin.users:read", "admin.teams:read"),
    source="Slack Web API: admin.users.list (include_admins, include_owners), admin.teams.list, users.list",
)  # fmt: skip
def find_administrators(ctx: Context) -> list[Account]:
    """Find who owns or administers the organisation or a workspace: they see us in its logs. Only reads."""
    org = ctx.connection(SlackOrg)
    scopes = ["", *workspaces(ctx)] if org.enterprise else [""]
    found = {row["id"]: row for scope in scopes for row in administrators(ctx, scope)}
    return [_administrator(ctx, row) for row in found.values()]


def _administrator(ctx: Context, row: Json) -> Account:
    """Return an account from a row of admin.users.list, or from a user object."""
    profile = row.get("profile") or {}
    facts = {
        "mail": row.get("email") or profile.get("email") or "",
        "name": row.get("full_name") or profile.get("real_name") or "",
        "status": "active",
        "admin": True,
    }
    return Account(ctx.service, row["id"], row.get("username") or row.get("name") or "", facts)

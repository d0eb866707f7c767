"""The role layer: owners and admins, of the organisation or of one workspace; made regular members.

Sources: docs.slack.dev, admin.users.setRegular, setAdmin and setOwner ("Use a user's workspace ID to convert
the user at the workspace level, and use a user's org ID to convert the user at the org level").
"""

from __future__ import annotations

import re

from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.members import by_hand, named_teams, refuse_bent, user_of, why_not
from integrations.slack_org.pages import by_cursor, rows
from integrations.slack_web import SlackResponse
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import RefusedError, ServiceError

__all__ = ["administrators", "find_roles", "held_roles", "remove_role", "restore_role", "roles_are_removed"]

_SCOPE = re.compile(r"[ET][A-Z0-9]{6,20}", re.ASCII)
_NAMES = (("primary owner", "is_primary_owner"), ("owner", "is_owner"), ("admin", "is_admin"))
_BY_HAND = "Business+ has no call for it: change the role under Manage members"


def administrators(ctx: Context, team: str) -> list[Json]:
    """Return who owns or administers a workspace, as Slack lists them; an empty id means the organisation.

    Business+ has one workspace, and a list of users in which each says so of themselves.
    """
    org = ctx.connection(SlackOrg)
    if not org.enterprise:
        listed = by_cursor(ctx, lambda cursor: org.web.users_list(limit=200, cursor=cursor))
        return [row for row in rows(listed, "members") if _role(row) and not row.get("deleted")]

    def page(cursor: str | None) -> SlackResponse:
        return org.web.admin_users_list(
            team_id=team or None, include_admins=True, include_owners=True, limit=100, cursor=cursor
        )

    return [row for row in rows(by_cursor(ctx, page), "users") if _role(row)]


def held_roles(ctx: Context, user: Json) -> list[Thing]:
    """Return the roles a user holds, one a scope; one in the organisation stands for those below it."""
    org, member = ctx.connection(SlackOrg), user.get("enterprise_user") or {}
    if not org.enterprise:
        where = f"the workspace{by_hand(_BY_HAND)}"
        return [_thing(user["team_id"], where, _role(user))] if _role(user) else []
    mine = [row for row in administrators(ctx, "") if row["id"] == user["id"]]
    if mine:
        return [_thing(member["enterprise_id"], "the organisation", _role(mine[0]))]
    return [
        _thing(team, f"the workspace {team}", _role(row))
        for team in named_teams(user)
        for row in administrators(ctx, team)
        if row["id"] == user["id"]
    ]


def _role(row: Json) -> str:
    return next((name for name, flag in _NAMES if row.get(flag)), "")


def _thing(scope: str, where: str, role: str) -> Thing:
    return Thing(scope, f"{role} of {where}", {"scope": scope, "role": role})


@action(
    "slack_org.find_roles",
    kind="find", layer="role", finds="things",
    scopes=("users:read", "admin.users:read"),
    source="Slack Web API: users.info, admin.users.list (include_admins, include_owners)",
)  # fmt: skip
def find_roles(ctx: Context, account: Account) -> list[Thing]:
    """Find where the person is an owner or an admin: of the organisation, else of workspaces. Only reads."""
    return held_roles(ctx, user_of(ctx, account))


@action(
    "slack_org.remove_role",
    kind="close", layer="role",
    noticed="at-once",  # the admin tools go from an open client; whether Slack says so too is not documented
    # A deactivated account administers nothing: this closes the door where deactivating was not possible.
    comes_after=("slack_org.deactivate_user",),
    repeat="guarded",
    undo="slack_org.restore_role", proof="slack_org.roles_are_removed",
    scopes=("users:read", "admin.users:read", "admin.users:write"),
    source="Slack Web API: admin.users.setRegular",
)  # fmt: skip
def remove_role(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Make an owner or admin a regular member, of the organisation or of one workspace.

    thing: from `find_roles`. Safe to repeat: a role that is gone, and one of a deactivated account, is
    Unchanged. The primary owner is refused. Enterprise only. Returns the role before, None after.
    """
    scope, user = _checked(ctx, account, thing), user_of(ctx, account)
    if user.get("deleted"):
        return Unchanged("the account is deactivated: it administers nothing")
    before = _held(ctx, user, scope)
    if before is None:
        return Unchanged(f"the role in {scope} is gone")
    if why := why_not(user) or ("" if ctx.connection(SlackOrg).enterprise else _BY_HAND):
        return Refused(f"{account.login}: {why}")
    web = ctx.connection(SlackOrg).web
    what = f"make {account.login} a regular member in {scope}"
    ctx.write(what, lambda: web.admin_users_setRegular(team_id=scope, user_id=account.id), before=before)
    if _held(ctx, user, scope):
        raise ServiceError(
            f"{account.login} still reads as {before['role']} after the call", where=ctx.service
        )
    return Changed(before, None)


def _checked(ctx: Context, account: Account, thing: Thing) -> str:
    refuse_bent(ctx, account.id)
    if not _SCOPE.fullmatch(thing.id):
        raise RefusedError(f"{ascii(thing.id)[:60]} is no workspace and no organisation", where=ctx.service)
    return thing.id


def _held(ctx: Context, user: Json, scope: str) -> Json:
    """Return the role a user holds in a scope, None without one."""
    return next((each.state for each in held_roles(ctx, user) if each.id == scope), None)


@action(
    "slack_org.restore_role",
    kind="reopen", layer="role",
    noticed="at-once",  # as for remove_role
    repeat="guarded",
    no_undo="it is the way back itself; take the role away again", proof="slack_org.roles_are_removed",
    scopes=("users:read", "admin.users:read", "admin.users:write"),
    source="Slack Web API: admin.users.setAdmin, admin.users.setOwner",
)  # fmt: skip
def restore_role(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Make the person an owner or admin again, where `remove_role` found them one.

    before: what `remove_role` recorded. Safe to repeat: a role that is held is Unchanged. A deactivated
    account is refused: reactivate it first. Returns None before, the role after.
    """
    scope, user = _checked(ctx, account, thing), user_of(ctx, account)
    if user.get("deleted"):
        return Refused(f"{account.login} is deactivated: reactivate the account first")
    held = _held(ctx, user, scope)
    if held == before:
        return Unchanged(f"the role in {scope} is held", held)
    web = ctx.connection(SlackOrg).web
    give = web.admin_users_setOwner if before["role"] == "owner" else web.admin_users_setAdmin
    what = f"make {account.login} {before['role']} in {scope}"
    ctx.write(what, lambda: give(team_id=scope, user_id=account.id), before=held)
    after = _held(ctx, user, scope)
    if after != before:
        raise ServiceError(f"{account.login} reads as {after} after the call", where=ctx.service)
    return Changed(held, after)


@action(
    "slack_org.roles_are_removed",
    kind="prove", layer="role",
    scopes=("users:read", "admin.users:read"),
    source="Slack Web API: users.info, admin.users.list",
)  # fmt: skip
def roles_are_removed(ctx: Context, account: Account) -> Proof:
    """List owners and admins again: closed when the person is not among them. Only reads.

    Slack lists active people only, so of a deactivated administrator it is inferred: the role may come back.
    """
    user = user_of(ctx, account)
    left = [thing.label for thing in held_roles(ctx, user)]
    if left and not user.get("deleted"):
        return Proof("open", f"still {', '.join(left)}", left)
    if user.get("deleted") and account.facts.get("admin"):
        why = "it was an administrator, and deactivated: Slack lists active ones only, and a role may return"
        return Proof("inferred", why, [])
    return Proof("closed", "among no owners and no admins", [])

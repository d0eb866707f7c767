"""The session layer: what a person is signed in with, listed and ended at once. Enterprise only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.members import kind_of, teams_of, user_of, why_not
from integrations.slack_org.pages import Page, by_cursor, or_refused, rows
from integrations.slack_web import SlackResponse
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import RefusedError, ServiceError, ServiceRefused

__all__ = [
    "NO_LIST",
    "end_sessions",
    "find_sessions",
    "listed_sessions",
    "session_pages",
    "sessions_are_ended",
]

NO_LIST = "Business+ lists and ends no sessions: they end when the account is deactivated"
_NO_TEAM = "Slack names no workspace of the account, and lists sessions by workspace only: set `teams`"
_PLACE = re.compile(r"\s+")


def listed_sessions(ctx: Context, account: Account, teams: list[str]) -> list[Json]:
    """Return the active sessions of an account in these workspaces, as Slack lists them.

    Raises ServiceRefused with `user_not_found` where Slack no longer knows the account there.
    """
    found: list[Json] = []
    for team in teams:
        found += or_refused("no_active_sessions", [], partial(_of_workspace, ctx, account, team))
    return found


def session_pages(ctx: Context, account: Account, team: str) -> Iterator[Page]:
    """Yield the pages of an account's active sessions in one workspace."""
    web = ctx.connection(SlackOrg).web

    def page(cursor: str | None) -> SlackResponse:
        return web.admin_users_session_list(user_id=account.id, team_id=team, limit=1000, cursor=cursor)

    return by_cursor(ctx, page)


def _of_workspace(ctx: Context, account: Account, team: str) -> list[Json]:
    return rows(session_pages(ctx, account, team), "active_sessions")


def _thing(row: Json) -> Thing:
    seen = row.get("recent") or row.get("created") or {}
    with_what = " ".join(str(seen.get(key) or "") for key in ("device_hardware", "os", "os_version"))
    label = (
        f"{_PLACE.sub(' ', with_what).strip() or 'a session'} from {seen.get('ip') or 'an unknown address'}"
    )
    return Thing(f"{row['team_id']}.{row['session_id']}", label, row)


@action(
    "slack_org.find_sessions",
    kind="find", layer="session", finds="things",
    scopes=("users:read", "admin.users:read"),
    source="Slack Web API: admin.users.session.list",
)  # fmt: skip
def find_sessions(ctx: Context, account: Account) -> list[Thing]:
    """Find the active sessions, one thing each, labelled by device and address. Only reads.

    A stranger of Slack Connect has none with us. Raises RefusedError where they cannot be listed: on
    Business+, and for an account of no known workspace.
    """
    user = user_of(ctx, account)
    teams = teams_of(ctx, account, user)
    if kind_of(user) == "stranger":
        return []
    if not ctx.connection(SlackOrg).enterprise:
        raise RefusedError(
            NO_LIST, where=ctx.service, remedy="sign the person out by deactivating the account"
        )
    if not teams:
        raise RefusedError(_NO_TEAM, where=ctx.service, remedy="name the workspaces in the settings")
    if user.get("deleted"):
        return [
            _thing(row)
            for row in or_refused("user_not_found", [], lambda: listed_sessions(ctx, account, teams))
        ]
    return [_thing(row) for row in listed_sessions(ctx, account, teams)]


@action(
    "slack_org.end_sessions",
    kind="close", layer="session",
    noticed="at-once",  # "The user's Slack client will reset its local cache" (admin.users.session.reset)
    destroys=Destroys("the list of sessions with device and address", kept_by="slack_org.keep_state"),
    comes_after=("slack_org.deactivate_user",),  # else a new session starts behind our back
    repeat="guarded",
    no_undo="a session cannot be given back; the person signs in again once the account is active",
    proof="slack_org.sessions_are_ended",
    scopes=("users:read", "admin.users:read", "admin.users:write"),
    source="Slack Web API: admin.users.session.list, admin.users.session.reset",
)  # fmt: skip
def end_sessions(ctx: Context, account: Account) -> Outcome:
    """End every session of the person on every device; each client forgets what it had stored.

    Safe to repeat: where no session is listed it is Unchanged, as after a deactivation, which ends them too.
    The primary owner is refused, with Slack's code. Enterprise only. Returns the sessions before, none after.
    """
    user = user_of(ctx, account)
    teams = teams_of(ctx, account, user)
    enterprise = ctx.connection(SlackOrg).enterprise
    if why := why_not(user) or ("" if enterprise else NO_LIST) or ("" if teams else _NO_TEAM):
        return Refused(f"{account.login}: {why}")
    found = [thing.state for thing in find_sessions(ctx, account)]
    if not found:
        return Unchanged(f"no session of {account.login} is listed", {"sessions": []})
    web, before = ctx.connection(SlackOrg).web, {"sessions": found}
    what = f"end the {len(found)} sessions of {account.login}"
    ctx.write(what, lambda: web.admin_users_session_reset(user_id=account.id), before=before)
    if left := find_sessions(ctx, account):
        raise ServiceError(f"{len(left)} sessions still listed after the call", where=ctx.service)
    return Changed(before, {"sessions": []})


@action(
    "slack_org.sessions_are_ended",
    kind="prove", layer="session",
    scopes=("users:read", "admin.users:read"),
    source="Slack Web API: admin.users.session.list, users.info",
)  # fmt: skip
def sessions_are_ended(ctx: Context, account: Account) -> Proof:
    """List the sessions again: closed when Slack lists none in any workspace of the account. Only reads.

    Where they cannot be listed (Business+, no known workspace, an account Slack no longer finds there) it is
    inferred from the deactivation, which signs out on all devices, and unknown while the account is active.
    """
    user = user_of(ctx, account)
    teams = teams_of(ctx, account, user)
    if not ctx.connection(SlackOrg).enterprise:
        return _by_the_account(user, NO_LIST)
    if not teams:
        return _by_the_account(user, _NO_TEAM)
    try:
        left = [_thing(row).label for row in listed_sessions(ctx, account, teams)]
    except ServiceRefused as refused:
        if refused.code != "user_not_found":
            raise
        return _by_the_account(user, "Slack no longer finds the account where sessions are listed")
    if left:
        return Proof("open", f"{len(left)} listed: {'; '.join(left)}", left)
    return Proof("closed", f"none listed in {', '.join(teams)}", [])


def _by_the_account(user: Json, why: str) -> Proof:
    if user.get("deleted"):
        return Proof("inferred", f"the account is deactivated, which signs out on all devices; {why}")
    return Proof("unknown", why)

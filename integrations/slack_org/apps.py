"""The app layer: what a person brought into a workspace and what outlives their account.

Bots, slash commands and incoming webhooks stay active when the person who set them up is deactivated
(slack.com/help/articles/360000446446), and others use them: every one comes back shared. Slack lists no
installations; team.integrationLogs tells of each change, so what stands is what was last added or enabled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.members import refuse_bent, teams_of, user_of
from integrations.slack_org.pages import Page, by_cursor, by_number, rows
from integrations.slack_web import SlackResponse
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import RefusedError, ServiceError

__all__ = ["approvals", "apps_are_uninstalled", "changes", "find_apps", "uninstall_app"]

_THING = re.compile(r"(?P<team>T[A-Z0-9]{6,20}|-)\.(?P<app>[A-Z0-9]{3,20})", re.ASCII)
_APP = re.compile(r"A[A-Z0-9]{3,20}", re.ASCII)
_GONE = frozenset({"removed", "disabled"})
_LEGACY = "it is no app but a legacy integration: disable it under Apps, Custom Integrations"
_BY_HAND = "Business+ has no call for it: remove the app under Apps, Manage"


class _Place(NamedTuple):
    """An app in one workspace; on Business+ the workspace is `-`."""

    team: str
    app: str


def changes(ctx: Context, team: str, **narrowed: str) -> Iterator[Page]:
    """Yield the pages of changes to one workspace's integrations, narrowed by `user` or `app_id`, for one."""
    web = ctx.connection(SlackOrg).web

    def page(number: int) -> SlackResponse:
        return web.team_integrationLogs(team_id=team or None, count=1000, page=number, **narrowed)

    return by_number(ctx, page)


def approvals(ctx: Context, team: str) -> Iterator[Page]:
    """Yield the pages of apps that may be installed in one workspace; Enterprise only."""
    web = ctx.connection(SlackOrg).web
    return by_cursor(
        ctx, lambda cursor: web.admin_apps_approved_list(team_id=team, limit=1000, cursor=cursor)
    )


def _installed_by(ctx: Context, account: Account, team: str) -> set[str]:
    return {_id(row) for row in rows(changes(ctx, team, user=account.id), "logs")} - {""}


def _approved_by(ctx: Context, account: Account, team: str) -> set[str]:
    """Return the apps this person, as an app manager, let into a workspace."""
    if not ctx.connection(SlackOrg).enterprise:
        return set()
    listed = rows(approvals(ctx, team), "approved_apps")
    resolved = ((row["app"]["id"], row.get("last_resolved_by") or {}) for row in listed)
    return {app for app, who in resolved if who.get("actor_id") == account.id}


def _id(row: Json) -> str:
    return str(row.get("app_id") or row.get("service_id") or "")


def _last_change(ctx: Context, team: str, app: str) -> Json:
    """Return the latest change to an app or integration by anybody, None where the log knows it not."""
    by = "app_id" if _APP.fullmatch(app) else "service_id"
    logged = rows(changes(ctx, team, **{by: app}), "logs")
    return max(logged, key=lambda row: int(row["date"]), default=None)


@action(
    "slack_org.find_apps",
    kind="find", layer="app", finds="things",
    scopes=("users:read", "admin", "admin.apps:read"),
    source="Slack Web API: team.integrationLogs (user, app_id), admin.apps.approved.list",
)  # fmt: skip
def find_apps(ctx: Context, account: Account) -> list[Thing]:
    """Find apps, bots, commands and webhooks the person installed or approved, and that stand. Only reads.

    All are shared: others, or machines, depend on them. What the log no longer remembers is not found.
    """
    found = []
    for team in teams_of(ctx, account, user_of(ctx, account)):
        installed, approved = _installed_by(ctx, account, team), _approved_by(ctx, account, team)
        for app in sorted(installed | approved):
            last = _last_change(ctx, team, app)
            why = "installed" if app in installed else "approved"
            if last and last["change_type"] not in _GONE:
                found.append(_thing(team, app, f"{why} by the person", last))
    return found


def _thing(team: str, app: str, why: str, last: Json) -> Thing:
    name = last.get("app_type") or last.get("service_type") or app
    kind = "app" if _APP.fullmatch(app) else "legacy integration"
    state = {"kind": kind, "because": why, "scope": last.get("scope", ""), "last_change": last["change_type"]}
    return Thing(f"{team or '-'}.{app}", f"{name} ({kind}, {why})", state, shared=True)


@action(
    "slack_org.uninstall_app",
    kind="close", layer="app",
    noticed="at-once",  # its bot vanishes from the channels, and its commands from the menu
    reach="shared",
    destroys=Destroys("the installation with its tokens and webhooks", kept_by="slack_org.keep_state"),
    repeat="guarded",
    # Source: admin.apps.uninstall says so, and that people must install it again by hand.
    no_undo="an app cannot be put back by a call: its owner installs it again, with new tokens",
    proof="slack_org.apps_are_uninstalled",
    scopes=("users:read", "admin", "admin.apps:read", "admin.apps:write"),
    source="Slack Web API: admin.apps.uninstall, team.integrationLogs",
)  # fmt: skip
def uninstall_app(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Uninstall one app from one workspace, for everybody: its bot, commands, webhooks and tokens end.

    thing: from `find_apps`. Safe to repeat: an app that is gone is Unchanged. An app of somebody else, a
    legacy integration, and on Business+ every app, is refused: a person removes it. Returns the last change
    to it before and after, as the integration log tells.
    """
    team, app = _place(ctx, account, thing)
    before = _last_change(ctx, team, app)
    if before is None or before["change_type"] in _GONE:
        return Unchanged(f"{app} is gone", before)
    if app not in _installed_by(ctx, account, team) | _approved_by(ctx, account, team):
        return Refused(f"{app} was neither installed nor approved by {account.login}")
    if why := ("" if _APP.fullmatch(app) else _LEGACY) or (
        "" if ctx.connection(SlackOrg).enterprise else _BY_HAND
    ):
        return Refused(f"{app}: {why}")
    web = ctx.connection(SlackOrg).web
    what = f"uninstall {before.get('app_type') or app} from {team}"
    ctx.write(what, lambda: web.admin_apps_uninstall(app_id=app, team_ids=[team]), before=before)
    after = _last_change(ctx, team, app)
    if after is None or after["change_type"] not in _GONE:
        raise ServiceError(
            f"the log shows no removal of {app} after the call (it may lag)", where=ctx.service
        )
    return Changed(before, after)


def _place(ctx: Context, account: Account, thing: Thing) -> _Place:
    refuse_bent(ctx, account.id)
    place = _THING.fullmatch(thing.id)
    if place is None:
        raise RefusedError(f"{ascii(thing.id)[:60]} is no app in a workspace", where=ctx.service)
    return _Place(place["team"].strip("-"), place["app"])


@action(
    "slack_org.apps_are_uninstalled",
    kind="prove", layer="app",
    scopes=("users:read", "admin", "admin.apps:read"),
    source="Slack Web API: team.integrationLogs, admin.apps.approved.list",
)  # fmt: skip
def apps_are_uninstalled(ctx: Context, account: Account) -> Proof:
    """Look again for what the person installed or approved: open while any stands. Only reads.

    Never more than inferred: Slack lists no installations, only the changes its log still remembers.
    """
    left = [thing.label for thing in find_apps(ctx, account)]
    if left:
        return Proof("open", f"{len(left)} stand: {'; '.join(left)}", left)
    return Proof("inferred", "Slack lists no installations; its log shows nothing of theirs that stands", [])

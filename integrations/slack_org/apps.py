"""The app layer: apps and their bots, which outlive the account of whoever installed or approved them.

Bots, slash commands and incoming webhooks stay active when the person who set them up is deactivated
(slack.com/help/articles/360000446446), and others use them: every one comes back shared.
"""

from __future__ import annotations

import re

from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.installations import Installation, approved_by, installation, is_app, standing
from integrations.slack_org.members import by_hand, refuse_bent
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import RefusedError, ServiceError

__all__ = ["apps_are_uninstalled", "find_apps", "uninstall_app"]

_THING = re.compile(r"(?P<team>T[A-Z0-9]{6,20}|-)\.(?P<app>A[A-Z0-9]{3,20})", re.ASCII)
_BY_HAND = "Business+ has no call for it: remove the app under Apps, Manage"


@action(
    "slack_org.find_apps",
    kind="find", layer="app", finds="things",
    scopes=("users:read", "admin", "admin.apps:read"),
    source="Slack Web API: team.integrationLogs (user, app_id), admin.apps.approved.list",
)  # fmt: skip
def find_apps(ctx: Context, account: Account) -> list[Thing]:
    """Find the apps the person installed or approved, and that stand; others depend on every one. Only reads.

    What the log of integrations no longer remembers is not found.
    """
    no_call = "" if ctx.connection(SlackOrg).enterprise else _BY_HAND
    return [_thing(each, why, no_call) for each, why in standing(ctx, account) if is_app(each.app)]


def _thing(found: Installation, why: str, no_call: str) -> Thing:
    label = f"{found.name} ({why} by the person{by_hand(no_call)})"
    return Thing(f"{found.team or '-'}.{found.app}", label, found.last, shared=True)


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

    thing: from `find_apps`. Safe to repeat: an app that is gone is Unchanged. An app of somebody else, and on
    Business+ every app, is refused; apps for SCIM and such, and those deployed to the whole organisation,
    Slack refuses itself. Returns the last change to it before and after, as the log of integrations tells.
    """
    team, app = _place(ctx, account, thing)
    found = installation(ctx, team, app)
    if found is None or not found.stands:
        return Unchanged(f"{app} is gone", found and found.last)
    if found.by != account.id and app not in approved_by(ctx, account, team):
        return Refused(f"{app} was neither installed nor approved by {account.login}")
    if not ctx.connection(SlackOrg).enterprise:
        return Refused(f"{app}: {_BY_HAND}")
    web = ctx.connection(SlackOrg).web
    what = f"uninstall {found.name} from {team}"
    ctx.write(what, lambda: web.admin_apps_uninstall(app_id=app, team_ids=[team]), before=found.last)
    after = installation(ctx, team, app)
    if after is None or after.stands:
        why = f"the log shows no removal of {app} after the call (it may lag)"
        raise ServiceError(why, where=ctx.service)
    return Changed(found.last, after.last)


def _place(ctx: Context, account: Account, thing: Thing) -> tuple[str, str]:
    """Return the workspace and the app of a thing. Raises RefusedError for an id we did not make."""
    refuse_bent(ctx, account.id)
    place = _THING.fullmatch(thing.id)
    if place is None:
        raise RefusedError(f"{ascii(thing.id)[:60]} is no app in a workspace", where=ctx.service)
    return place["team"].strip("-"), place["app"]


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

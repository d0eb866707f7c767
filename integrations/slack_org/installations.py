"""What people brought into a workspace, as far as Slack tells: the log of integrations, and approved apps.

Slack lists no installations. Its log tells of each change to one, so what stands is what was last added or
enabled, and whoever did that last brought it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.members import teams_of, user_of
from integrations.slack_org.pages import Page, by_cursor, by_number, rows
from integrations.slack_web import SlackResponse
from runner.actions.contract import Context
from runner.actions.values import Account, Json

__all__ = ["Installation", "approvals", "approved_by", "changes", "installation", "is_app", "standing"]

_APP = re.compile(r"A[A-Z0-9]{3,20}", re.ASCII)
_GONE = frozenset({"removed", "disabled"})
_BROUGHT = frozenset({"added", "enabled"})


@dataclass(frozen=True, slots=True)
class Installation:
    """An app, or a legacy integration, in one workspace."""

    team: str
    """Empty on Business+, which has one workspace."""
    app: str
    last: Json
    """The latest change to it, by anybody."""
    by: str
    """Who brought it last, by user id."""

    @property
    def stands(self) -> bool:
        """Tell whether the latest change left it in place."""
        return self.last["change_type"] not in _GONE

    @property
    def name(self) -> str:
        """Its name, as its maker wrote it."""
        return str(self.last.get("app_type") or self.last.get("service_type") or self.app)


def is_app(app: str) -> bool:
    """Tell apps from legacy integrations (incoming webhooks, bots and commands made before 2018)."""
    return bool(_APP.fullmatch(app))


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


def installation(ctx: Context, team: str, app: str) -> Installation | None:
    """Return what the log says of one app or integration, None where it knows it not."""
    narrowed = {"app_id" if is_app(app) else "service_id": app}
    logged = sorted(rows(changes(ctx, team, **narrowed), "logs"), key=lambda row: int(row["date"]))
    if not logged:
        return None
    brought = [str(row["user_id"]) for row in logged if row["change_type"] in _BROUGHT]
    return Installation(team, app, logged[-1], brought[-1] if brought else "")


def standing(ctx: Context, account: Account) -> Iterator[tuple[Installation, str]]:
    """Yield what stands of what a person installed or approved, each with which of the two it was."""
    for team in teams_of(ctx, account, user_of(ctx, account)):
        mine = {_id(row) for row in rows(changes(ctx, team, user=account.id), "logs")} - {""}
        approved = approved_by(ctx, account, team)
        for app in sorted(mine | approved):
            found = installation(ctx, team, app)
            if found and found.stands and (found.by == account.id or app in approved):
                yield found, "installed" if found.by == account.id else "approved"


def approved_by(ctx: Context, account: Account, team: str) -> set[str]:
    """Return the apps this person, as an app manager, let into a workspace."""
    if not ctx.connection(SlackOrg).enterprise:
        return set()
    listed = rows(approvals(ctx, team), "approved_apps")
    resolved = ((row["app"]["id"], row.get("last_resolved_by") or {}) for row in listed)
    return {app for app, who in resolved if who.get("actor_id") == account.id}


def _id(row: Json) -> str:
    return str(row.get("app_id") or row.get("service_id") or "")

"""Keep what Slack says of a person now, as received: what deactivating destroys, and what surrounds it."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.client import path
from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.installations import approvals, changes
from integrations.slack_org.members import conversations, refuse_bent, teams_of, user_of
from integrations.slack_org.pages import Page, ask
from integrations.slack_org.sessions import NO_LIST, session_pages
from runner.actions.contract import Context, action
from runner.actions.values import Account, Item, Kept
from runner.errors import CredentialsError, ServiceRefused

__all__ = ["keep_state"]

_TYPES = "public_channel,private_channel,mpim,im"
_UNLISTED = "private channels and direct messages that none of our own users is in (users.conversations)"


@action(
    "slack_org.keep_state",
    kind="keep",
    retention="while it stands", lag="none",
    scopes=(
        "users:read", "users:read.email", "channels:read", "groups:read", "im:read", "mpim:read", "admin",
        "admin.users:read", "admin.apps:read",
    ),
    source="Slack Web API: users.info, users.conversations, admin.users.session.list, team.integrationLogs, "
    "admin.apps.approved.list; SCIM 2.0, GET /Users/<id>",
)  # fmt: skip
def keep_state(ctx: Context, account: Account) -> Kept:
    """Keep the user, their channels, sessions and integrations, one item a page, bytes as received.

    Fails when what closing destroys cannot be read (user, channels, sessions, integrations); names what else
    was refused, and always what Slack lists to nobody: private conversations without one of ours in them.
    Safe to repeat.
    """
    refuse_bent(ctx, account.id)
    org = ctx.connection(SlackOrg)
    teams = teams_of(ctx, account, user_of(ctx, account))
    items = _kept(ctx, "user", iter([ask(ctx, lambda: org.web.users_info(user=account.id))]))
    missing = [_UNLISTED] if org.enterprise else [_UNLISTED, NO_LIST]
    missing += [] if teams else ["all by workspace: Slack names none for the account"]
    for team in teams:
        tail = f"-{team}" if team else ""
        items += _kept(ctx, f"conversations{tail}", conversations(ctx, account, team, _TYPES))
        if org.enterprise:
            items += _kept(ctx, f"sessions{tail}", _sessions(ctx, account, team))
            missing += _approved(ctx, team, items)
        items += _kept(ctx, f"integrations{tail}", changes(ctx, team, user=account.id))
    items += _resource(ctx, account)
    return Kept(tuple(items), f"not given by Slack: {'; '.join(missing)}")


def _sessions(ctx: Context, account: Account, team: str) -> Iterator[Page]:
    try:
        yield from session_pages(ctx, account, team)
    except ServiceRefused as refused:  # how Slack says that there are none
        if refused.code not in {"no_active_sessions", "user_not_found"}:
            raise


def _approved(ctx: Context, team: str, items: list[Item]) -> list[str]:
    """Keep the approved apps, which survive everything we close; returns why not, where Slack refuses."""
    try:
        items += _kept(ctx, f"approved-apps-{team}", approvals(ctx, team))
    except (ServiceRefused, CredentialsError) as refused:
        return [f"approved apps of {team} ({refused.what})"]
    return []


def _resource(ctx: Context, account: Account) -> list[Item]:
    scim = ctx.connection(SlackOrg).scim
    found = ctx.read(lambda: scim.find(path("/Users/{}", account.id))) if scim else None
    return [ctx.keep("scim-user.json", found.body)] if found else []


def _kept(ctx: Context, name: str, pages: Iterator[Page]) -> list[Item]:
    """Keep a list page by page; a page is stored before the next is asked for."""
    return [ctx.keep(f"{name}-{number:04d}.json", body) for number, (_, body) in enumerate(pages, 1)]

"""The way back of an account: re-enabled over SCIM, its workspaces and channels as far as Slack lets us.

What cannot be given back is returned by name, as a list for a person: private channels nobody of ours was
in, direct messages, channels shared with other organisations, tokens, and what user groups gave.
"""

from __future__ import annotations

from collections.abc import Callable

from integrations.slack_org.account import activation
from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.members import channels_of, named_teams, teams_of, user_of
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Refused, Unchanged
from runner.errors import ServiceError, ServiceRefused

__all__ = ["reactivate_user"]

_GENERAL = frozenset({"channel_type_not_supported", "default_org_wide_channel"})  # joined by themselves


@action(
    "slack_org.reactivate_user",
    kind="reopen", layer="account",
    noticed="on-next-use",  # signing in works again; whether Slack writes to the person is not documented
    repeat="guarded",
    no_undo="it is the way back itself; deactivate again", proof="slack_org.account_is_deactivated",
    scopes=(
        "users:read", "channels:read", "groups:read", "admin", "admin.users:write",
        "admin.conversations:write",
    ),
    source="SCIM 2.0, PATCH /Users (active); Slack Web API: admin.users.assign, admin.conversations.invite",
)  # fmt: skip
def reactivate_user(ctx: Context, account: Account, before: Json) -> Outcome:
    """Re-enable the account over SCIM, then, on Enterprise, add it to the workspaces and channels it was in.

    before: what `deactivate_user` recorded. Safe to repeat: what is there already is left alone. Where the
    identity provider provisions Slack, it must let the person in as well, or it deactivates them again.
    `after` holds deleted, and `by_hand`: the workspaces and channels a person must give back.
    """
    if before["deleted"]:
        return Refused(f"{account.login} was deactivated before")
    org, user = ctx.connection(SlackOrg), user_of(ctx, account)
    was_deleted = bool(user.get("deleted"))
    if was_deleted and org.scim is None:
        return Refused(
            f"{account.login}: only SCIM re-enables: give `scim_token`, or activate the account under Manage "
            f"members, then invite it to {_named(before['channels']) or 'its channels'}"
        )
    if was_deleted:
        ctx.write(
            f"reactivate {account.login}", activation(org, account, active=True), before={"deleted": True}
        )
        user = user_of(ctx, account)
        if user.get("deleted"):
            raise ServiceError(f"{account.login} reads as deactivated after the call", where=ctx.service)
    added, by_hand = _given_back(ctx, account, user, before) if org.enterprise else (0, before["channels"])
    after = {"deleted": False, "by_hand": by_hand}
    if not was_deleted and not added:
        return Unchanged(f"{account.login} is active; by hand: {_named(by_hand) or 'nothing'}", after)
    return Changed({"deleted": was_deleted}, after)


def _given_back(ctx: Context, account: Account, user: Json, before: Json) -> tuple[int, list[Json]]:
    """Add the account where it was; returns how many calls changed something, and what a person must do."""
    now = named_teams(user)
    teams = [team for team in before["teams"] if team not in now]
    left = [{"id": team, "name": team} for team in teams if not _assigned(ctx, account, team, before["kind"])]
    inside = {each["id"] for each in channels_of(ctx, account, teams_of(ctx, account, user))}
    outside = [each for each in before["channels"] if each["id"] not in inside]
    # Strangers read along in an external channel: a person decides that somebody returns there.
    refused = [each for each in outside if each["external"] or not _invited(ctx, account, each)]
    return len(teams) + len(outside) - len(left) - len(refused), [*left, *refused]


def _assigned(ctx: Context, account: Account, team: str, kind: str) -> bool:
    web = ctx.connection(SlackOrg).web

    def assign() -> object:
        return web.admin_users_assign(
            team_id=team,
            user_id=account.id,
            is_restricted=kind == "guest",
            is_ultra_restricted=kind == "single-channel guest",
        )

    return _done(ctx, f"add {account.login} to the workspace {team}", assign, team)


def _invited(ctx: Context, account: Account, channel: Json) -> bool:
    web = ctx.connection(SlackOrg).web

    def invite() -> object:
        return web.admin_conversations_invite(channel_id=channel["id"], user_ids=[account.id])

    return _done(ctx, f"invite {account.login} to {channel['name'] or channel['id']}", invite, channel["id"])


def _done(ctx: Context, what: str, call: Callable[[], object], where: str) -> bool:
    """Make one change; False where Slack refuses it, which leaves it to a person."""
    try:
        ctx.write(what, call, before={"in": where, "member": False})
    except ServiceRefused as refused:
        return refused.code in _GENERAL
    return True


def _named(channels: list[Json]) -> str:
    return ", ".join(str(each["name"] or each["id"]) for each in channels)

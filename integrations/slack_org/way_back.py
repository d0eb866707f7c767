"""The way back of an account: re-enabled over SCIM, its workspaces and channels as far as Slack lets us.

What cannot be given back is returned by name, as a list for a person: private channels nobody of ours was
in, direct messages, channels shared with other organisations, tokens, and what user groups gave.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from integrations.slack_org.account import activation
from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.members import channels_of, named_teams, teams_of, user_of
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Refused, Unchanged
from runner.errors import ServiceError, ServiceRefused

__all__ = ["reactivate_user"]


_NOT_RECORDED: Json = {
    "teams": [],
    "channels": [{"id": "", "name": "the workspaces and channels they were in, which nobody recorded"}],
}


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

    before: what `deactivate_user` recorded; where a person deactivated the account, nobody recorded its
    workspaces and channels, and `by_hand` says so. Safe to repeat: what is there already is left alone.
    Where the identity provider provisions Slack, it must let the person in as well, or it deactivates them
    again.
    `after` holds deleted, and `by_hand`: the workspaces and channels a person must give back.
    """
    if before["deleted"]:
        return Refused(f"{account.login} was deactivated before")
    before = {**_NOT_RECORDED, **before}
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
    known = org.enterprise and before["channels"] != _NOT_RECORDED["channels"]
    added, by_hand = _given_back(ctx, account, user, before) if known else (0, before["channels"])
    after = {"deleted": False, "by_hand": by_hand}
    if not was_deleted and not added:
        return Unchanged(f"{account.login} is active; by hand: {_named(by_hand) or 'nothing'}", after)
    return Changed({"deleted": was_deleted}, after)


def _given_back(ctx: Context, account: Account, user: Json, before: Json) -> tuple[int, list[Json]]:
    """Add the account where it was; returns how much came back, and what is still missing, read back."""
    teams = [team for team in before["teams"] if team not in named_teams(user)]
    for team in teams:
        _assign(ctx, account, team, before["kind"])
    user = user_of(ctx, account)
    channels = _outside(ctx, account, user, before)
    for each in channels:
        if not each["external"]:  # strangers read along there: a person decides who returns
            _invite(ctx, account, each)
    left = [{"id": team, "name": team} for team in teams if team not in named_teams(user)]
    left += _outside(ctx, account, user, before)
    return len(teams) + len(channels) - len(left), left


def _outside(ctx: Context, account: Account, user: Json, before: Json) -> list[Json]:
    """Return the channels the account was in and is not; a general channel is joined with its workspace."""
    inside = {each["id"] for each in channels_of(ctx, account, teams_of(ctx, account, user))}
    return [each for each in before["channels"] if each["id"] not in inside and not each["general"]]


def _assign(ctx: Context, account: Account, team: str, kind: str) -> None:
    web = ctx.connection(SlackOrg).web

    def assign() -> object:
        return web.admin_users_assign(
            team_id=team,
            user_id=account.id,
            is_restricted=kind == "guest",
            is_ultra_restricted=kind == "single-channel guest",
        )

    _try(ctx, f"add {account.login} to the workspace {team}", assign, team)


def _invite(ctx: Context, account: Account, channel: Json) -> None:
    web = ctx.connection(SlackOrg).web

    def invite() -> object:
        return web.admin_conversations_invite(channel_id=channel["id"], user_ids=[account.id])

    _try(ctx, f"invite {account.login} to {channel['name'] or channel['id']}", invite, channel["id"])


def _try(ctx: Context, what: str, call: Callable[[], object], where: str) -> None:
    """Make one change; what Slack refuses reads as missing afterwards, and is left to a person."""
    with suppress(ServiceRefused):
        ctx.write(what, call, before={"in": where, "member": False})


def _named(channels: list[Json]) -> str:
    return ", ".join(str(each["name"] or each["id"]) for each in channels)

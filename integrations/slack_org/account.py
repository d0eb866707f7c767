"""The account layer: deactivate, over admin.* on Enterprise and over SCIM on Business+, and read it back."""

from __future__ import annotations

from collections.abc import Callable

from integrations.client import path
from integrations.slack_org.connection import SlackOrg
from integrations.slack_org.members import (
    by_hand,
    channels_of,
    kind_of,
    named_teams,
    teams_of,
    user_of,
    why_not,
)
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["account_is_deactivated", "activation", "deactivate_user", "find_open_account"]

_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@action(
    "slack_org.find_open_account",
    kind="find", layer="account", finds="things",
    scopes=("users:read",),
    source="Slack Web API: users.info",
)  # fmt: skip
def find_open_account(ctx: Context, account: Account) -> list[Thing]:
    """Find the account itself, unless it is deactivated; its label says what kind it is.

    Where it is left to a person, the label says why. Only reads.
    """
    user = user_of(ctx, account)
    if user.get("deleted"):
        return []
    why = why_not(user) or _beyond_the_plan(ctx.connection(SlackOrg), user)
    label = f"{account.login} ({kind_of(user)}{by_hand(why)})"
    return [Thing(account.id, label, {"deleted": False, "kind": kind_of(user)})]


@action(
    "slack_org.deactivate_user",
    kind="close", layer="account",
    noticed="at-once",  # nobody is told, but every device is signed out (slack.com/help/articles/204475027)
    destroys=Destroys(
        "channel memberships, sessions and the tokens the person granted", kept_by="slack_org.keep_state"
    ),
    repeat="guarded",
    undo="slack_org.reactivate_user", proof="slack_org.account_is_deactivated",
    # Deactivated people leave every channel, and their tokens are revoked (slack.com/help/articles/204475027)
    undo_lacks="private channels nobody of ours is in, channels shared with other organisations and what "
    "user groups gave: people invite them; tokens of the apps they let in: the person lets them in again",
    # The reference of admin.users.deactivate names no scope; admin.users:write is that of its siblings.
    scopes=("users:read", "channels:read", "groups:read", "admin.users:write", "admin"),
    source="Slack Web API: admin.users.deactivate; SCIM 2.0, PATCH /Users (active)",
)  # fmt: skip
def deactivate_user(ctx: Context, account: Account) -> Outcome:
    """Deactivate a person everywhere: signed out on all devices, out of every channel, their tokens revoked.

    Safe to repeat: a deactivated account is Unchanged. Bots, slash commands and webhooks they set up stay:
    see the app layer. Colleagues see the label. The primary owner, bots, strangers of Slack Connect, and on
    Business+ guests (SCIM provisions them on Enterprise only) are refused. Returns deleted, teams and
    channels before.
    """
    user = user_of(ctx, account)
    if user.get("deleted"):
        return Unchanged(f"{account.login} is deactivated", {"deleted": True})
    org = ctx.connection(SlackOrg)
    if why := why_not(user) or _beyond_the_plan(org, user):
        return Refused(f"{account.login}: {why}")
    teams = teams_of(ctx, account, user)
    before = {
        "deleted": False,
        "kind": kind_of(user),
        "teams": named_teams(user),
        "channels": channels_of(ctx, account, teams),
    }
    ctx.write(f"deactivate {account.login}", _deactivation(org, account), before=before)
    if not user_of(ctx, account).get("deleted"):
        raise ServiceError(f"{account.login} reads as active after the call", where=ctx.service)
    return Changed(before, {"deleted": True})


def _beyond_the_plan(org: SlackOrg, user: Json) -> str:
    if org.enterprise:
        return ""
    if org.scim is None:
        return "Business+ deactivates over SCIM only: give `scim_token`, or deactivate under Manage members"
    if kind_of(user) != "member":
        return f"it is a {kind_of(user)}, and SCIM of Business+ provisions no guests: use Manage members"
    return ""


def _deactivation(org: SlackOrg, account: Account) -> Callable[[], object]:
    if org.enterprise:  # the library has no wrapper for this method
        return lambda: org.web.api_call("admin.users.deactivate", params={"user_id": account.id})
    return activation(org, account, active=False)


def activation(org: SlackOrg, account: Account, *, active: bool) -> Callable[[], object]:
    """Return the SCIM call that deactivates, or re-enables (SCIM reference, `active`)."""
    scim, where = org.scim, path("/Users/{}", account.id)
    body = {"schemas": [_PATCH], "Operations": [{"op": "replace", "path": "active", "value": active}]}
    assert scim is not None, "callers look first"  # noqa: S101
    return lambda: scim.patch(where, body)


@action(
    "slack_org.account_is_deactivated",
    kind="prove", layer="account",
    scopes=("users:read",),
    source="Slack Web API: users.info (deleted)",
)  # fmt: skip
def account_is_deactivated(ctx: Context, account: Account) -> Proof:
    """Read the user: closed while Slack says `deleted`, which is its word for deactivated. Only reads."""
    deleted = bool(user_of(ctx, account).get("deleted"))
    return Proof("closed" if deleted else "open", f"Slack says deleted: {deleted}", {"deleted": deleted})

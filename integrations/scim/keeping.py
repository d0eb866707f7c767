"""Keep what a provider says of a person over SCIM, as received."""

from __future__ import annotations

from integrations.client import path
from integrations.scim.connection import Scim, the_user, user_path
from integrations.scim.listing import search
from integrations.scim.resources import values
from runner.actions.contract import Context, action
from runner.actions.values import Account, Item, Json, Kept
from runner.errors import RefusedError, ServiceRefused

__all__ = ["keep_state"]


@action(
    "scim.keep_state",
    kind="keep",
    scopes=("Users: read", "Groups: read"),
    source="RFC 7644 sections 3.4.1 and 3.4.2, GET /Users/{id}, GET /Groups/{id}, GET /Groups?filter=; "
    "RFC 7643 section 4.1.2, groups",
    retention="while it stands", lag="none",
)  # fmt: skip
def keep_state(ctx: Context, account: Account) -> Kept:
    """Keep the user and each of its groups, bytes as received.

    The groups come without their other members, where the provider heeds `excludedAttributes`. Safe to
    repeat. Names the groups that cannot be read; the user itself must be.
    """
    address = user_path(account)
    found = ctx.read(lambda: ctx.connection(Scim).get(address))
    user = the_user(account, found)
    items, missing = [ctx.keep("user.json", found.body)], []
    try:
        groups = _groups_of(ctx, user)
    except ServiceRefused as refused:
        groups, missing = [], [f"the groups: {refused.what}"]
    for group in groups:
        try:
            items.append(_group(ctx, group, len(items)))
        except (ServiceRefused, RefusedError) as refused:
            missing.append(f"group {ascii(group)[:60]}: {refused.what}")
    return Kept(tuple(items), "; ".join(missing))


def _groups_of(ctx: Context, user: Json) -> list[str]:
    """Return the ids of the user's groups; many providers leave `groups` out of a user."""
    shown = values(user, "groups.value")
    return shown or [row["id"] for row in search(ctx, [("members.value", user["id"])], of="/Groups")]


def _group(ctx: Context, group: str, place: int) -> Item:
    address = path("/Groups/{}", group)
    found = ctx.read(lambda: ctx.connection(Scim).get(address, {"excludedAttributes": "members"}))
    return ctx.keep(f"group-{place:04d}.json", found.body)

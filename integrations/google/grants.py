"""The grant layer: apps the person let in by OAuth. Suspending is not documented to end what they hold."""

from __future__ import annotations

from integrations.client import Http
from integrations.google.connection import SECURITY, Google, user_path
from integrations.google.paging import rows
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Thing, Unchanged
from runner.errors import ServiceError, ServiceRefused

__all__ = ["find_grants", "gone", "grants_are_revoked", "revoke_grant"]


def gone(http: Http, address: str) -> None:
    """Delete something; that it is gone already (404) is what was wanted."""
    try:
        http.delete(address)
    except ServiceRefused as refused:
        if refused.status != 404:
            raise


def _held(ctx: Context, account: Account) -> dict[str, Json]:
    """Return the tokens by client id."""
    http, address = ctx.connection(Google).directory, user_path(account, "/tokens")
    return {str(each["clientId"]): each for each in rows(ctx, http, address, "items")}


@action(
    "google.find_grants",
    kind="find", layer="grant", finds="things",
    scopes=(SECURITY,),
    source="Directory API, tokens.list",
)  # fmt: skip
def find_grants(ctx: Context, account: Account) -> list[Thing]:
    """Find the apps the person let in, one thing an app, with what it may do. Only reads."""
    return [
        Thing(client, str(each.get("displayText") or client), {"scopes": each.get("scopes") or []})
        for client, each in _held(ctx, account).items()
    ]


@action(
    "google.revoke_grant",
    kind="close", layer="grant",
    noticed="on-next-use",
    destroys=Destroys("the list of what the app was let do", kept_by="google.keep_state"),
    repeat="guarded",
    no_undo="a grant cannot be given back; the person lets the app in again once unsuspended",
    proof="google.grants_are_revoked",
    scopes=(SECURITY,),
    source="Directory API, tokens.delete",
)  # fmt: skip
def revoke_grant(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Delete every token one app holds for the person.

    thing: from `find_grants`. Safe to repeat: an app that holds none is Unchanged. Leaves undone: an access
    token already issued may live for up to an hour. Returns the token's record before, None after.
    """
    before = _held(ctx, account).get(thing.id)
    if before is None:
        return Unchanged(f"{thing.label} holds no token")
    http, address = ctx.connection(Google).directory, user_path(account, "/tokens/{}", thing.id)
    ctx.write(f"delete the tokens of {thing.label}", lambda: gone(http, address), before=before)
    if thing.id in _held(ctx, account):
        raise ServiceError(f"{thing.label} still holds a token after the call", where=ctx.service)
    return Changed(before, None)


@action(
    "google.grants_are_revoked",
    kind="prove", layer="grant",
    scopes=(SECURITY,),
    source="Directory API, tokens.list",
)  # fmt: skip
def grants_are_revoked(ctx: Context, account: Account) -> Proof:
    """List the tokens again: closed when there are none. Only reads."""
    left = [thing.label for thing in find_grants(ctx, account)]
    if left:
        return Proof("open", f"still let in: {', '.join(left)}", left)
    return Proof("closed", "no token listed", [])

"""The token layer: API tokens the person made. A token acts with the rights of its maker."""

from __future__ import annotations

from integrations.client import path
from integrations.okta.connection import Okta, user_path
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["api_tokens_are_revoked", "find_api_tokens", "revoke_api_token"]


def _read(ctx: Context, token: str) -> Json:
    """Return the token's metadata, or None when it is gone."""
    found = ctx.read(lambda: ctx.connection(Okta).find(path("/api/v1/api-tokens/{}", token)))
    return found.json if found else None


@action(
    "okta.find_api_tokens",
    kind="find", layer="token", finds="things",
    scopes=("okta.apiTokens.read",),
    source="Okta management API, listApiTokens",
)  # fmt: skip
def find_api_tokens(ctx: Context, account: Account) -> list[Thing]:
    """Find the API tokens this user made; Okta lists all tokens, those of others are dropped. Only reads."""
    user_path(account)
    rows = ctx.read(lambda: ctx.connection(Okta).rows("/api/v1/api-tokens"))
    return [Thing(row["id"], row["name"], _shown(row)) for row in rows if row.get("userId") == account.id]


def _shown(row: Json) -> Json:
    return {key: row.get(key) for key in ("created", "lastUpdated", "expiresAt", "clientName")}


@action(
    "okta.revoke_api_token",
    kind="close", layer="token",
    noticed="on-next-use",
    destroys=Destroys("the token and what Okta knows of it", kept_by="okta.keep_state"),
    repeat="guarded",
    no_undo="a deleted token cannot come back; its owner makes a new one where it is needed",
    proof="okta.api_tokens_are_revoked",
    scopes=("okta.apiTokens.manage",),
    source="Okta management API, revokeApiToken",
)  # fmt: skip
def revoke_api_token(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Delete one API token; suspending its maker is not documented to stop it.

    thing: from `find_api_tokens`. Safe to repeat: a token that is gone is Unchanged. A token of somebody
    else is refused. Returns the token's metadata before, None after.
    """
    user_path(account)  # refuses an id that is none before anything is asked
    before = _read(ctx, thing.id)
    if before is None:
        return Unchanged(f"the token {thing.label} is gone")
    if before.get("userId") != account.id:
        return Refused(f"the token {thing.label} belongs to somebody else")
    okta, address = ctx.connection(Okta), path("/api/v1/api-tokens/{}", thing.id)
    ctx.write(f"delete the API token {thing.label}", lambda: okta.delete(address), before=before)
    if _read(ctx, thing.id) is not None:
        raise ServiceError(f"the token {thing.label} still reads after the call", where=ctx.service)
    return Changed(before, None)


@action(
    "okta.api_tokens_are_revoked",
    kind="prove", layer="token",
    scopes=("okta.apiTokens.read",),
    source="Okta management API, listApiTokens",
)  # fmt: skip
def api_tokens_are_revoked(ctx: Context, account: Account) -> Proof:
    """List API tokens again: closed when none is this user's. Only reads."""
    left = [thing.label for thing in find_api_tokens(ctx, account)]
    if left:
        return Proof("open", f"{len(left)} left: {', '.join(left)}", left)
    return Proof("closed", "no API token listed", [])

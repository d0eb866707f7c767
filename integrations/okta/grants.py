"""The grant layer: OAuth consents, and the refresh tokens that clients hold for the person."""

from __future__ import annotations

from integrations.okta.connection import Okta, user_path
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["find_grants", "grants_are_revoked", "revoke_grant"]

_PAGE = {"limit": 200}  # the largest page of both lists
_KINDS = {"grants": "consents", "tokens": "refresh tokens"}


def _held(ctx: Context, account: Account, client: str, kind: str) -> list[str]:
    """Return the ids of the live consents or refresh tokens one client holds for the person."""
    address = user_path(account, "/clients/{}/" + kind, client)
    rows = ctx.read(lambda: ctx.connection(Okta).rows(address, _PAGE))
    return sorted(row["id"] for row in rows if row.get("status", "ACTIVE") == "ACTIVE")


@action(
    "okta.find_grants",
    kind="find", layer="grant", finds="things",
    scopes=("okta.users.read",),
    source="Okta management API, listUserGrants, listUserClients, listRefreshTokensForUserAndClient",
)  # fmt: skip
def find_grants(ctx: Context, account: Account) -> list[Thing]:
    """Find the clients that hold consents or refresh tokens, one thing a client and kind. Only reads."""
    okta = ctx.connection(Okta)
    consents = ctx.read(lambda: okta.rows(user_path(account, "/grants"), _PAGE))
    clients = ctx.read(lambda: okta.rows(user_path(account, "/clients")))
    names = {each["client_id"]: each.get("client_name", "") for each in clients}
    found = []
    for client in dict.fromkeys([*names, *(each["clientId"] for each in consents)]):
        for kind, words in _KINDS.items():
            if ids := _held(ctx, account, client, kind):
                state = {"kind": kind, "client": client, "ids": ids}
                found.append(Thing(f"{client}.{kind}", f"{words} of {names.get(client) or client}", state))
    return found


@action(
    "okta.revoke_grant",
    kind="close", layer="grant",
    noticed="on-next-use",
    destroys=Destroys("the list of consents and refresh tokens", kept_by="okta.keep_state"),
    repeat="guarded",
    no_undo="a consent or refresh token cannot be given back; the person consents again at the next sign-in",
    proof="okta.grants_are_revoked",
    scopes=("okta.users.manage",),
    source="Okta management API, revokeGrantsForUserAndClient, revokeTokensForUserAndClient",
)  # fmt: skip
def revoke_grant(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Revoke the consents, or the refresh tokens, of one client.

    thing: from `find_grants`. Safe to repeat: none left is Unchanged. Leaves undone: access tokens
    already issued live until they expire, an hour by default. Returns the ids before and after.
    """
    client, kind = thing.state["client"], "tokens" if thing.state["kind"] == "tokens" else "grants"
    held = _held(ctx, account, client, kind)
    if not held:
        return Unchanged(f"{thing.label}: none left", {"ids": []})
    before: Json = {"ids": held}
    address = user_path(account, "/clients/{}/" + kind, client)
    ctx.write(f"revoke the {thing.label}", lambda: ctx.connection(Okta).delete(address), before=before)
    if left := _held(ctx, account, client, kind):
        raise ServiceError(f"{len(left)} {thing.label} still read after the call", where=ctx.service)
    return Changed(before, {"ids": []})


@action(
    "okta.grants_are_revoked",
    kind="prove", layer="grant",
    scopes=("okta.users.read",),
    source="Okta management API, listUserGrants, listUserClients, listRefreshTokensForUserAndClient",
)  # fmt: skip
def grants_are_revoked(ctx: Context, account: Account) -> Proof:
    """List consents and refresh tokens again: closed when there are none. Only reads."""
    left = [thing.label for thing in find_grants(ctx, account)]
    if left:
        return Proof("open", "; ".join(left), left)
    return Proof("closed", "no consent and no refresh token listed", [])

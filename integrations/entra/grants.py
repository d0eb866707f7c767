"""The grant layer: delegated permissions that a client app holds for the person alone."""

from __future__ import annotations

from integrations.client import path
from integrations.entra.connection import Graph
from integrations.entra.reading import maybe, rows, settled, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged

__all__ = ["find_grants", "grants_are_revoked", "restore_grant", "revoke_grant"]

_PARTS = ("clientId", "consentType", "principalId", "resourceId", "scope")
_GRANT = "/oauth2PermissionGrants/{}"


def _held(ctx: Context, account: Account) -> list[Json]:
    return rows(ctx, user_path(account, "/oauth2PermissionGrants"))


@action(
    "entra.find_grants",
    kind="find", layer="grant", finds="things",
    scopes=("Directory.Read.All", "Application.Read.All"),
    source="Microsoft Graph v1.0, List a user's oauth2PermissionGrants, Get servicePrincipal",
)  # fmt: skip
def find_grants(ctx: Context, account: Account) -> list[Thing]:
    """Find the delegated permissions granted to client apps for this person. Only reads.

    What an administrator granted for everybody belongs to nobody and is not listed.
    """
    found = _held(ctx, account)
    clients = dict.fromkeys(each["clientId"] for each in found)
    names = {each: _name(ctx, each) for each in clients}
    return [
        Thing(each["id"], f"{names[each['clientId']]}: {(each.get('scope') or '').strip()}", _parts(each))
        for each in found
    ]


def _name(ctx: Context, client: str) -> str:
    found = maybe(ctx, path("/servicePrincipals/{}", client), {"$select": "id,displayName"})
    return str(found["displayName"]) if found else client


def _parts(grant: Json) -> dict[str, Json]:
    return {key: grant.get(key) for key in _PARTS}


@action(
    "entra.revoke_grant",
    kind="close", layer="grant",
    noticed="on-next-use",
    repeat="guarded",
    undo="entra.restore_grant", proof="entra.grants_are_revoked",
    scopes=("DelegatedPermissionGrant.ReadWrite.All",),
    source="Microsoft Graph v1.0, Delete oAuth2PermissionGrant",
)  # fmt: skip
def revoke_grant(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Delete the delegated permissions one client app holds for the person.

    thing: from `find_grants`. Safe to repeat: a grant that is gone is Unchanged; one of somebody else, or of
    everybody, is refused. Leaves undone: access tokens already issued stay valid for their lifetime. Returns
    the grant before, None after.
    """
    user_path(account)
    address = path(_GRANT, thing.id)
    found = maybe(ctx, address)
    if found is None:
        return Unchanged(f"the grant {thing.label} is gone")
    if found.get("principalId") != account.id:
        return Refused(f"the grant {thing.label} is not this person's alone")
    before, grants = _parts(found), ctx.connection(Graph).directory
    ctx.write(f"delete the grant {thing.label}", lambda: grants.delete(address), before=before)
    settled(
        ctx,
        lambda: grants.find(address),
        lambda left: left is None,
        lambda _: f"the grant {thing.label} still reads",
    )
    return Changed(before, None)


@action(
    "entra.restore_grant",
    kind="reopen", layer="grant",
    repeat="guarded",
    no_undo="it is the way back itself; revoke the grant again", proof="entra.grants_are_revoked",
    scopes=("DelegatedPermissionGrant.ReadWrite.All",),
    source="Microsoft Graph v1.0, Create oAuth2PermissionGrant",
)  # fmt: skip
def restore_grant(ctx: Context, account: Account, before: Json) -> Outcome:
    """Grant a client app the same permissions for the person again.

    before: what `revoke_grant` recorded. Safe to repeat: a grant of the same client and resource that holds
    all of them is Unchanged; one that holds fewer was made since, and is refused. Returns the new grant.
    """
    wanted = {key: before[key] for key in _PARTS}

    def standing(held: list[Json]) -> Json:
        same = ("clientId", "resourceId")
        return next((_parts(each) for each in held if all(each[key] == wanted[key] for key in same)), None)

    found = standing(_held(ctx, account))
    if found and set((wanted["scope"] or "").split()) <= set((found["scope"] or "").split()):
        return Unchanged("the client app holds these permissions", found)
    if found:
        return Refused("the person granted this client app other permissions since")
    grants = ctx.connection(Graph).directory
    what = f"grant {wanted['clientId']} its permissions again"
    made = ctx.write(what, lambda: grants.post("/oauth2PermissionGrants", wanted)).json
    after = settled(
        ctx,
        lambda: grants.find(path(_GRANT, made["id"])),
        lambda found: found is not None,
        lambda _: "the grant does not read",
    )
    return Changed(None, _parts(after.json) if after else None)


@action(
    "entra.grants_are_revoked",
    kind="prove", layer="grant",
    scopes=("Directory.Read.All",),
    source="Microsoft Graph v1.0, List a user's oauth2PermissionGrants",
)  # fmt: skip
def grants_are_revoked(ctx: Context, account: Account) -> Proof:
    """List the person's grants again: closed when there are none. Only reads."""
    left = [_parts(each) for each in _held(ctx, account)]
    if left:
        return Proof("open", f"{len(left)} grants still stand", left)
    return Proof("closed", "no delegated permission of this person listed", [])

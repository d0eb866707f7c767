"""The role layer: administrator roles assigned to the person."""

from __future__ import annotations

from integrations.okta.connection import Okta, user_path
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["assign_role", "find_roles", "roles_are_removed", "unassign_role"]

_WITH_TARGETS = {"expand": "targets/groups,targets/catalog/apps"}


def _read(ctx: Context, account: Account) -> list[Json]:
    """Return the role assignments, each with the groups and apps it is limited to."""
    address = user_path(account, "/roles")
    return ctx.read(lambda: ctx.connection(Okta).rows(address, _WITH_TARGETS))


def _label(role: Json) -> str:
    return str(role.get("label") or role["type"])


@action(
    "okta.find_roles",
    kind="find", layer="role", finds="things",
    scopes=("okta.roles.read",),
    source="Okta management API, listAssignedRolesForUser",
)  # fmt: skip
def find_roles(ctx: Context, account: Account) -> list[Thing]:
    """Find the administrator roles the person holds, directly or through a group. Only reads."""
    return [Thing(role["id"], _label(role), role) for role in _read(ctx, account)]


@action(
    "okta.unassign_role",
    kind="close", layer="role",
    noticed="on-next-use",
    destroys=Destroys("the assignment and its limits", kept_by="okta.keep_state"),
    repeat="guarded",
    undo="okta.assign_role", proof="okta.roles_are_removed",
    scopes=("okta.roles.manage",),
    source="Okta management API, unassignRoleFromUser",
)  # fmt: skip
def unassign_role(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Take one administrator role away.

    thing: from `find_roles`. Safe to repeat: a role that is gone is Unchanged. A role that comes with a
    group is refused: it goes with the group only. Returns the assignment before, as Okta spells it, and
    None after.
    """
    before = next((role for role in _read(ctx, account) if role["id"] == thing.id), None)
    if before is None:
        return Unchanged(f"the role {thing.label} is gone")
    if before.get("assignmentType") == "GROUP":
        return Refused(f"the role {thing.label} comes with a group: take the person out of it in Okta")
    okta, address = ctx.connection(Okta), user_path(account, "/roles/{}", thing.id)
    ctx.write(f"take away the role {thing.label}", lambda: okta.delete(address), before=before)
    if any(role["id"] == thing.id for role in _read(ctx, account)):
        raise ServiceError(f"the role {thing.label} still reads after the call", where=ctx.service)
    return Changed(before, None)


@action(
    "okta.assign_role",
    kind="reopen", layer="role",
    noticed="e-mail",  # administrators are mailed; the switch against it changes the role (assignRoleToUser)
    repeat="guarded",
    no_undo="it is the way back itself; take the role away again", proof="okta.roles_are_removed",
    scopes=("okta.roles.manage",),
    source="Okta management API, assignRoleToUser",
)  # fmt: skip
def assign_role(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Give an administrator role back.

    before: the assignment `unassign_role` recorded. Safe to repeat: a role of that kind already held is
    Unchanged. A role that was limited to some groups or apps is refused: given back by one call it would
    reach everything. Returns None before, and the new assignment (with a new id) after.
    """
    targets = before.get("_embedded", {}).get("targets", {})
    if targets.get("groups") or targets.get("catalog", {}).get("apps"):
        return Refused(f"the role {thing.label} was limited to some groups or apps: give it back by hand")
    wanted = {key: before[key] for key in ("type", "role", "resource-set") if key in before}
    if same := _like(wanted, _read(ctx, account)):
        return Unchanged(f"the role {thing.label} is held", same)
    address = user_path(account, "/roles")
    ctx.write(f"give the role {thing.label} back", lambda: ctx.connection(Okta).post(address, wanted))
    after = _like(wanted, _read(ctx, account))
    if after is None:
        raise ServiceError(f"the role {thing.label} does not read after the call", where=ctx.service)
    return Changed(None, after)


def _like(wanted: dict[str, Json], roles: list[Json]) -> Json:
    return next((role for role in roles if wanted.items() <= role.items()), None)


@action(
    "okta.roles_are_removed",
    kind="prove", layer="role",
    scopes=("okta.roles.read",),
    source="Okta management API, listAssignedRolesForUser",
)  # fmt: skip
def roles_are_removed(ctx: Context, account: Account) -> Proof:
    """List the roles again: closed when there are none. Only reads."""
    left = [_label(role) for role in _read(ctx, account)]
    if left:
        return Proof("open", f"still holds {', '.join(left)}", left)
    return Proof("closed", "no role listed", [])

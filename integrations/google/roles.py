"""The role layer: administrator roles assigned to the person."""

from __future__ import annotations

from integrations.client import Params
from integrations.google.connection import ROLES, Google, customer_path, user_path
from integrations.google.grants import gone
from integrations.google.paging import rows
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["assign_role", "assignments", "find_roles", "roles_are_removed", "unassign_role"]

_KEPT = ("roleId", "assignedTo", "scopeType", "orgUnitId", "condition", "expirationDetails")
"""What a new assignment is made of: the role, the person, and every limit there was."""


def assignments(ctx: Context, account: Account) -> dict[str, Json]:
    """Return the person's role assignments by id, those that come with a group included."""
    user_path(account)  # the id goes into a query: it must be one
    asked: Params = {"userKey": account.id, "includeIndirectRoleAssignments": "true", "maxResults": 200}
    found = rows(ctx, ctx.connection(Google).directory, customer_path("/roleassignments"), "items", asked)
    return {str(each["roleAssignmentId"]): each for each in found}


@action(
    "google.find_roles",
    kind="find", layer="role", finds="things",
    scopes=(ROLES,),
    source="Directory API, roleAssignments.list, roles.list",
)  # fmt: skip
def find_roles(ctx: Context, account: Account) -> list[Thing]:
    """Find the administrator roles the person holds, directly or through a group. Only reads."""
    found = assignments(ctx, account)
    if not found:
        return []
    http, asked = ctx.connection(Google).directory, {"maxResults": 100}
    roles = rows(ctx, http, customer_path("/roles"), "items", asked)
    names = {each["roleId"]: each["roleName"] for each in roles}
    return [Thing(key, str(names.get(each["roleId"], each["roleId"])), each) for key, each in found.items()]


@action(
    "google.unassign_role",
    kind="close", layer="role",
    noticed="on-next-use",  # an alert may mail super administrators, the person among them while one
    destroys=Destroys("the assignment and its limits", kept_by="google.keep_state"),
    repeat="guarded",
    undo="google.assign_role", proof="google.roles_are_removed",
    scopes=(ROLES,),
    source="Directory API, roleAssignments.delete",
)  # fmt: skip
def unassign_role(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Take one administrator role away.

    thing: from `find_roles`. Safe to repeat: an assignment that is gone is Unchanged. One that comes with a
    group is refused: it goes with the group only. That a super administrator's can be taken this way is not
    documented; a refusal leaves the door open. Returns the assignment before, as Google spells it, and None
    after.
    """
    before = assignments(ctx, account).get(thing.id)
    if before is None:
        return Unchanged(f"the role {thing.label} is gone")
    if before["assignedTo"] != account.id:
        return Refused(f"the role {thing.label} comes with a group: take the person out of it in Google")
    http, address = ctx.connection(Google).directory, customer_path("/roleassignments/{}", thing.id)
    ctx.write(f"take away the role {thing.label}", lambda: gone(http, address), before=before)
    if thing.id in assignments(ctx, account):
        raise ServiceError(f"the role {thing.label} still reads after the call", where=ctx.service)
    return Changed(before, None)


@action(
    "google.assign_role",
    kind="reopen", layer="role",
    noticed="e-mail",  # super administrators are alerted of a new one (support.google.com/a/answer/3230421)
    repeat="guarded",
    no_undo="it is the way back itself; take the role away again", proof="google.roles_are_removed",
    scopes=(ROLES,),
    source="Directory API, roleAssignments.insert",
)  # fmt: skip
def assign_role(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Give an administrator role back, with the limits it had.

    before: the assignment `unassign_role` recorded. Safe to repeat: the same role with the same limits is
    Unchanged. Returns None before, and the new assignment (with a new id) after.
    """
    wanted = {key: before[key] for key in _KEPT if key in before}
    if wanted["assignedTo"] != account.id:
        return Refused(f"the role {thing.label} was not {account.login}'s own")
    if same := _like(wanted, assignments(ctx, account)):
        return Unchanged(f"the role {thing.label} is held", same)
    http, address = ctx.connection(Google).directory, customer_path("/roleassignments")
    ctx.write(f"give the role {thing.label} back", lambda: http.post(address, wanted))
    after = _like(wanted, assignments(ctx, account))
    if after is None:
        raise ServiceError(f"the role {thing.label} does not read after the call", where=ctx.service)
    return Changed(None, after)


def _like(wanted: dict[str, Json], found: dict[str, Json]) -> Json:
    return next((each for each in found.values() if wanted.items() <= each.items()), None)


@action(
    "google.roles_are_removed",
    kind="prove", layer="role",
    scopes=(ROLES,),
    source="Directory API, roleAssignments.list",
)  # fmt: skip
def roles_are_removed(ctx: Context, account: Account) -> Proof:
    """List the roles again: closed when there are none, through groups neither. Only reads."""
    left = [thing.label for thing in find_roles(ctx, account)]
    if left:
        return Proof("open", f"still holds {', '.join(left)}", left)
    return Proof("closed", "no role listed", [])

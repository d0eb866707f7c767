"""The role layer: active assignments of directory roles, built-in and custom, tenant-wide and limited."""

from __future__ import annotations

from integrations.client import path
from integrations.entra.connection import Graph
from integrations.entra.reading import quoted, rows, settled, user_path
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged

__all__ = ["assign_role", "assignments", "find_roles", "roles_are_removed", "unassign_role"]

_ASSIGNMENTS = "/roleManagement/directory/roleAssignments"
_PARTS = ("principalId", "roleDefinitionId", "directoryScopeId", "appScopeId")


def assignments(ctx: Context, principal: str) -> list[Json]:
    """Return the active role assignments of one principal, each with its role's definition."""
    wanted = {"$filter": f"principalId eq {quoted(principal)}", "$expand": "roleDefinition"}
    return rows(ctx, _ASSIGNMENTS, wanted)


def _held(ctx: Context, account: Account) -> list[Thing]:
    """Return what the person holds, directly and through groups that may hold roles.

    Such a group has no groups in it (learn.microsoft.com/entra/identity/role-based-access-control,
    groups-concept), so its direct members are all there are.
    """
    groups = rows(ctx, user_path(account, "/memberOf"))
    through = {each["id"]: each["displayName"] for each in groups if each.get("isAssignableToRole")}
    found = [_thing(each, "") for each in assignments(ctx, account.id)]
    return found + [_thing(each, name) for group, name in through.items() for each in assignments(ctx, group)]


def _thing(assignment: Json, group: str) -> Thing:
    role = assignment.get("roleDefinition") or {}
    scope = assignment.get("directoryScopeId") or assignment.get("appScopeId") or "/"
    label = str(role.get("displayName") or assignment["roleDefinitionId"])
    label += f" limited to {scope}" if scope != "/" else ""
    state = {**{key: assignment.get(key) for key in _PARTS}, "through": group}
    return Thing(assignment["id"], f"{label} through {group}" if group else label, state)


@action(
    "entra.find_roles",
    kind="find", layer="role", finds="things",
    scopes=("RoleManagement.Read.Directory", "GroupMember.Read.All"),
    source="Microsoft Graph v1.0, List unifiedRoleAssignments, List a user's direct memberships",
)  # fmt: skip
def find_roles(ctx: Context, account: Account) -> list[Thing]:
    """Find the directory roles the person holds now, directly or through a group. Only reads.

    A role the person may still activate (eligible in Privileged Identity Management) is not listed: a
    blocked account activates nothing.
    """
    return _held(ctx, account)


@action(
    "entra.unassign_role",
    kind="close", layer="role",
    noticed="on-next-use",
    destroys=Destroys("the assignment and its limits", kept_by="entra.keep_state"),
    repeat="guarded",
    undo="entra.assign_role", proof="entra.roles_are_removed",
    scopes=("RoleManagement.ReadWrite.Directory", "GroupMember.Read.All"),
    source="Microsoft Graph v1.0, Delete unifiedRoleAssignment",
)  # fmt: skip
def unassign_role(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Take one directory role away.

    thing: from `find_roles`. Safe to repeat: a role that is gone is Unchanged. A role that comes with a group
    is refused: it goes with the group only. Returns the assignment before, None after.
    """
    found = next((each for each in _held(ctx, account) if each.id == thing.id), None)
    if found is None:
        return Unchanged(f"the role {thing.label} is gone")
    if found.state["through"]:
        return Refused(f"the role {thing.label}: take the person out of that group in Entra")
    roles, address = ctx.connection(Graph).directory, path(_ASSIGNMENTS + "/{}", found.id)
    ctx.write(f"take away the role {found.label}", lambda: roles.delete(address), before=found.state)
    settled(
        ctx,
        lambda: roles.find(address),
        lambda left: left is None,
        lambda _: f"the role {found.label} still reads",
    )
    return Changed(found.state, None)


@action(
    "entra.assign_role",
    kind="reopen", layer="role",
    noticed="e-mail",  # Privileged Identity Management mails about assignments, where the tenant has it
    repeat="guarded",
    no_undo="it is the way back itself; take the role away again", proof="entra.roles_are_removed",
    scopes=("RoleManagement.ReadWrite.Directory",),
    source="Microsoft Graph v1.0, Create unifiedRoleAssignment",
)  # fmt: skip
def assign_role(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Give a directory role back, with the limits it had.

    before: the assignment `unassign_role` recorded. Safe to repeat: the same role with the same limits is
    Unchanged. Returns None before, and the new assignment (with a new id) after.
    """
    user_path(account)
    wanted = {key: before[key] for key in _PARTS if before[key]}
    if wanted.get("principalId") != account.id:
        return Refused(f"the role {thing.label} was not this person's own")
    if same := _like(wanted, assignments(ctx, account.id)):
        return Unchanged("the role is held", same)
    roles = ctx.connection(Graph).directory
    what = f"give the role {wanted['roleDefinitionId']} back"
    made = ctx.write(what, lambda: roles.post(_ASSIGNMENTS, wanted)).json
    after = settled(
        ctx,
        lambda: roles.find(path(_ASSIGNMENTS + "/{}", made["id"])),
        lambda found: found is not None,
        lambda _: "the role does not read",
    )
    return Changed(None, _parts(after.json) if after else None)


def _like(wanted: dict[str, Json], held: list[Json]) -> Json:
    return next((_parts(each) for each in held if wanted.items() <= each.items()), None)


def _parts(assignment: Json) -> dict[str, Json]:
    return {"id": assignment["id"], **{key: assignment.get(key) for key in _PARTS}}


@action(
    "entra.roles_are_removed",
    kind="prove", layer="role",
    scopes=("RoleManagement.Read.Directory", "GroupMember.Read.All"),
    source="Microsoft Graph v1.0, List unifiedRoleAssignments, List a user's direct memberships",
)  # fmt: skip
def roles_are_removed(ctx: Context, account: Account) -> Proof:
    """List the roles again: closed when there are none. Only reads."""
    left = [each.label for each in _held(ctx, account)]
    if left:
        return Proof("open", f"still holds {', '.join(left)}", left)
    return Proof("closed", "no active role listed", [])

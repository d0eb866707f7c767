"""The membership and app layers: apps the person is assigned to, and what those apps keep for themselves.

Groups are left alone: they admit nobody while the account is blocked, and are kept for the way back
(`entra.keep_state`). What a group brings is therefore no door here, and is named by the proof.
"""

from __future__ import annotations

from collections import Counter

from integrations.entra.connection import Graph
from integrations.entra.reading import rows, settled, user_path
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged

__all__ = ["assign_app", "assignments_are_removed", "find_apps", "find_assignments", "unassign_app"]

_PARTS = ("principalId", "resourceId", "appRoleId")
_ASSIGNMENTS = "/appRoleAssignments"


def _listed(ctx: Context, account: Account) -> list[Json]:
    """Return the app role assignments of the person and, marked by principalType, of their groups."""
    return rows(ctx, user_path(account, _ASSIGNMENTS))


def _own(ctx: Context, account: Account) -> list[Json]:
    return [each for each in _listed(ctx, account) if each["principalId"] == account.id]


def _shown(assignment: Json) -> dict[str, Json]:
    return {key: assignment.get(key) for key in (*_PARTS, "resourceDisplayName")}


@action(
    "entra.find_apps",
    kind="find", layer="app", finds="things",
    scopes=("Directory.Read.All",),
    source="Microsoft Graph v1.0, List appRoleAssignments granted to a user",
)  # fmt: skip
def find_apps(ctx: Context, account: Account) -> list[Thing]:
    """Find the apps assigned to the person or their groups, one thing an app, labelled by Entra's name of it.

    Entra cannot revoke the session an app keeps for itself. Two apps of one name carry their ids in the
    label. An app that admits everybody without assignment is seen in the sign-in log only
    (`entra.keep_sign_ins`). Only reads.
    """
    apps = {each["resourceId"]: each.get("resourceDisplayName") or "" for each in _listed(ctx, account)}
    names = Counter(apps.values())
    return [
        Thing(app, name if names[name] == 1 and name else f"{name} {app}".strip(), {"name": name})
        for app, name in apps.items()
    ]


@action(
    "entra.find_assignments",
    kind="find", layer="membership", finds="things",
    scopes=("Directory.Read.All",),
    source="Microsoft Graph v1.0, List appRoleAssignments granted to a user",
)  # fmt: skip
def find_assignments(ctx: Context, account: Account) -> list[Thing]:
    """Find the apps the person is assigned to directly, one thing an app role. Only reads."""
    return [
        Thing(each["id"], str(each.get("resourceDisplayName") or each["resourceId"]), _shown(each))
        for each in _own(ctx, account)
    ]


@action(
    "entra.unassign_app",
    kind="close", layer="membership",
    noticed="on-next-use",
    destroys=Destroys(
        "the assignment; and where Entra provisions the app, the app may disable or delete its own account "
        "within the next cycle of 20 to 40 minutes",
        kept_by="entra.keep_state",
    ),
    repeat="guarded",
    undo="entra.assign_app", proof="entra.assignments_are_removed",
    undo_lacks="what a provisioned app itself disabled or deleted meanwhile: look into the app",
    scopes=("AppRoleAssignment.ReadWrite.All", "Directory.Read.All"),
    source="Microsoft Graph v1.0, Delete appRoleAssignment; entra/identity/users/users-revoke-access",
)  # fmt: skip
def unassign_app(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Take the person's own assignment to one app away.

    thing: from `find_assignments`. Safe to repeat: an assignment that is gone is Unchanged. Leaves undone:
    what comes with a group, and the session the app keeps. Returns the assignment before, None after.
    """
    found = next((each for each in _own(ctx, account) if each["id"] == thing.id), None)
    if found is None:
        return Unchanged(f"the assignment to {thing.label} is gone")
    before, users = _shown(found), ctx.connection(Graph).directory
    address = user_path(account, _ASSIGNMENTS + "/{}", found["id"])
    ctx.write(f"take away the app {thing.label}", lambda: users.delete(address), before=before)
    settled(
        ctx,
        lambda: users.find(address),
        lambda left: left is None,
        lambda _: f"the assignment to {thing.label} still reads",
    )
    return Changed(before, None)


@action(
    "entra.assign_app",
    kind="reopen", layer="membership",
    repeat="guarded",
    no_undo="it is the way back itself; take the app away again", proof="entra.assignments_are_removed",
    scopes=("AppRoleAssignment.ReadWrite.All", "Directory.Read.All"),
    source="Microsoft Graph v1.0, Grant an appRoleAssignment to a user",
)  # fmt: skip
def assign_app(ctx: Context, account: Account, before: Json) -> Outcome:
    """Assign an app to the person again, with the role of before.

    before: what `unassign_app` recorded. Safe to repeat: the same role of the same app is Unchanged. Leaves
    undone: what the app itself deleted meanwhile. Returns None before, and the new assignment after.
    """
    wanted = {key: before[key] for key in _PARTS}
    if wanted["principalId"] != account.id:
        return Refused("the assignment was not this person's own")
    if same := next((each for each in _own(ctx, account) if wanted.items() <= each.items()), None):
        return Unchanged("the app is assigned", _shown(same))
    users, address = ctx.connection(Graph).directory, user_path(account, _ASSIGNMENTS)
    name = before.get("resourceDisplayName") or wanted["resourceId"]
    made = ctx.write(f"assign the app {name} again", lambda: users.post(address, wanted)).json
    after = settled(
        ctx,
        lambda: users.find(user_path(account, _ASSIGNMENTS + "/{}", made["id"])),
        lambda found: found is not None,
        lambda _: f"the assignment to {name} does not read",
    )
    return Changed(None, _shown(after.json) if after else None)


@action(
    "entra.assignments_are_removed",
    kind="prove", layer="membership",
    scopes=("Directory.Read.All",),
    source="Microsoft Graph v1.0, List appRoleAssignments granted to a user",
)  # fmt: skip
def assignments_are_removed(ctx: Context, account: Account) -> Proof:
    """List the assignments again: closed when none is the person's own. Only reads."""
    listed = _listed(ctx, account)
    own = [_shown(each) for each in listed if each["principalId"] == account.id]
    if own:
        names = ", ".join(str(each["resourceDisplayName"]) for each in own)
        return Proof("open", f"still assigned to {names}", own)
    groups = len(listed)
    stay = f"; {groups} come with groups, which admit nobody while the account is blocked" if groups else ""
    return Proof("closed", f"no assignment of the person's own listed{stay}", [])

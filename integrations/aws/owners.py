"""Who administers: IAM users by their policies; people of Identity Center by the account it is managed from.

Read from policies, so it is an approximation on the safe side: everything allowed on everything, or
everything of IAM. Who could get there by a detour (a role, a pipeline) is not found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from integrations.aws.asking import rows
from integrations.aws.connection import Aws, IdentityCenter
from integrations.aws.portal import PermissionSet, all_sets, document_of
from runner.actions.contract import Context
from runner.actions.values import Json

__all__ = ["administering_people", "administering_users", "snapshot"]

_MANAGED = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/(AdministratorAccess|IAMFullAccess)")  # AWS's own
_KINDS = {"User": "UserDetailList", "Group": "GroupDetailList", "LocalManagedPolicy": "Policies"}
_ALL = frozenset({"*", "*:*", "iam:*"})


def snapshot(ctx: Context) -> list[Json]:
    """Return the account's IAM as IAM snapshots it: one row a user, group or policy, each with its `kind`."""
    return [
        {"kind": kind, **row}
        for kind, key in _KINDS.items()
        for row in rows(ctx, "iam.GetAccountAuthorizationDetails", key, Filter=[kind])
    ]


def administering_users(found: list[Json]) -> list[Json]:
    """Return the rows of IAM users who may do everything, or everything with IAM, directly or by a group.

    found: a `snapshot`.
    """
    local = {
        row["Arn"]
        for row in found
        if row["kind"] == "LocalManagedPolicy" and any(map(_rules, _in_force(row)))
    }
    groups = {
        row["GroupName"] for row in found if row["kind"] == "Group" and _administers(row, "Group", local)
    }
    return [
        row
        for row in found
        if row["kind"] == "User"
        and (_administers(row, "User", local) or groups & set(row.get("GroupList", ())))
    ]


def administering_people(ctx: Context, directory: IdentityCenter) -> list[str]:
    """Return the ids of Identity Center's people who administer the account it is managed from."""
    account, found = ctx.read(ctx.connection(Aws).me)["Account"], list[str]()
    for each in all_sets(ctx, directory):
        if not _set_administers(ctx, each):
            continue
        for row in rows(
            ctx, "sso-admin.ListAccountAssignments", "AccountAssignments", AccountId=account, **each.given(),
        ):  # fmt: skip
            group = row["PrincipalType"] == "GROUP"
            found += _members(ctx, directory, row["PrincipalId"]) if group else [row["PrincipalId"]]
    return list(dict.fromkeys(found))


def _set_administers(ctx: Context, at: PermissionSet) -> bool:
    listing = "sso-admin.ListManagedPoliciesInPermissionSet"
    managed = rows(ctx, listing, "AttachedManagedPolicies", **at.given())
    if any(_MANAGED.fullmatch(each["Arn"]) for each in managed):
        return True
    return _rules(document_of(ctx, at))


def _members(ctx: Context, directory: IdentityCenter, group: str) -> list[str]:
    given = {"IdentityStoreId": directory.store, "GroupId": group}
    found = rows(ctx, "identitystore.ListGroupMemberships", "GroupMemberships", **given)
    return [row["MemberId"]["UserId"] for row in found if row.get("MemberId", {}).get("UserId")]


def _administers(row: Json, kind: str, local: set[str]) -> bool:
    attached = {each["PolicyArn"] for each in row.get("AttachedManagedPolicies", ())}
    inline = [each["PolicyDocument"] for each in row.get(f"{kind}PolicyList", ())]
    managed = any(_MANAGED.fullmatch(arn) for arn in attached)
    return managed or bool(attached & local) or any(map(_rules, inline))


def _in_force(policy: Json) -> Iterator[Json]:
    return (
        each.get("Document") for each in policy.get("PolicyVersionList", ()) if each.get("IsDefaultVersion")
    )


def _rules(document: Json) -> bool:
    """Return whether a policy allows everything, or everything of IAM, on everything, without a condition."""
    statements = document.get("Statement", []) if isinstance(document, dict) else []
    for each in statements if isinstance(statements, list) else [statements]:
        given, on = each.get("Action", ()), each.get("Resource", ())
        actions = {given.lower()} if isinstance(given, str) else {str(one).lower() for one in given}
        everywhere = on == "*" or "*" in on
        if each.get("Effect") == "Allow" and actions & _ALL and everywhere and not each.get("Condition"):
            return True
    return False

"""The membership layer: groups of a person of Identity Center, and the groups of an IAM user.

An IAM user's groups are left as they are, for the reasons of `assignments`: the deny takes their effect.
Groups that another directory fills (SCIM) come back from there: take the person out there too.
"""

from __future__ import annotations

from integrations.aws.asking import ask, change, rows
from integrations.aws.assignments import INERT
from integrations.aws.inline import quarantined_since
from integrations.aws.principals import directory_of, person_id, user_name
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["find_groups", "groups_are_left", "join_group", "leave_group"]

_READS = (
    "identitystore:ListGroupMembershipsForMember", "identitystore:DescribeGroup", "iam:GetUser",
    "iam:ListUsers", "iam:GetUserPolicy", "iam:ListGroupsForUser",
)  # fmt: skip
_SOURCE = "Identity Store API, ListGroupMembershipsForMember, DescribeGroup; IAM API, ListGroupsForUser"


def _held(ctx: Context, account: Account) -> list[Json]:
    """Return the person's memberships: MembershipId, GroupId."""
    directory, person = person_id(ctx, account)
    member: dict[str, Json] = {"IdentityStoreId": directory.store, "MemberId": {"UserId": person}}
    found = rows(ctx, "identitystore.ListGroupMembershipsForMember", "GroupMemberships", **member)
    return [{"MembershipId": row["MembershipId"], "GroupId": row["GroupId"]} for row in found]


@action(
    "aws.find_groups",
    kind="find", layer="membership", finds="things",
    scopes=_READS,
    source=_SOURCE,
)  # fmt: skip
def find_groups(ctx: Context, account: Account) -> list[Thing]:
    """Find the groups the person is in; for an IAM user only while no deny takes their effect. Only reads."""
    directory = directory_of(ctx, account)
    if directory is None:
        name = None if quarantined_since(ctx, account) else user_name(ctx, account)
        found = rows(ctx, "iam.ListGroupsForUser", "Groups", UserName=name) if name else []
        return [Thing(each["GroupId"], f"group {each['GroupName']}", {"kind": "group"}) for each in found]
    things = []
    for row in _held(ctx, account):
        given = {"IdentityStoreId": directory.store, "GroupId": row["GroupId"]}
        group = ask(ctx, "identitystore.DescribeGroup", "", **given)
        things.append(Thing(row["GroupId"], f"group {group.get('DisplayName') or row['GroupId']}", row))
    return things


@action(
    "aws.leave_group",
    kind="close", layer="membership",
    noticed="on-next-use",
    destroys=Destroys("the list of groups", kept_by="aws.keep_state"),
    comes_after=("aws.quarantine",),  # what groups gave no longer shows where sessions may live
    repeat="guarded",
    undo="aws.join_group", proof="aws.groups_are_left",
    scopes=(*_READS, "identitystore:DeleteGroupMembership"),
    source="Identity Store API, DeleteGroupMembership",
)  # fmt: skip
def leave_group(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Take a person of Identity Center out of one group.

    thing: from `find_groups`. Safe to repeat: a group they are not in is Unchanged. The groups of an IAM user
    are left in place, Unchanged: the deny takes their effect. Returns the membership before, and None after.
    """
    directory = directory_of(ctx, account)
    if directory is None:
        return Unchanged(f"{thing.label}: {INERT}")
    before = next((row for row in _held(ctx, account) if row["GroupId"] == thing.id), None)
    if before is None:
        return Unchanged(f"not in {thing.label}")
    change(
        ctx, f"take {account.login} out of the {thing.label}", "identitystore.DeleteGroupMembership",
        before=before, IdentityStoreId=directory.store, MembershipId=before["MembershipId"],
    )  # fmt: skip
    if any(row["GroupId"] == thing.id for row in _held(ctx, account)):
        raise ServiceError(f"{account.login} is still in the {thing.label} after the call", where=ctx.service)
    return Changed(before, None)


@action(
    "aws.join_group",
    kind="reopen", layer="membership",
    noticed="on-next-use",
    repeat="guarded",
    no_undo="it is the way back itself; take the person out again", proof="aws.groups_are_left",
    scopes=(*_READS, "identitystore:CreateGroupMembership"),
    source="Identity Store API, CreateGroupMembership",
)  # fmt: skip
def join_group(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Put a person of Identity Center back into a group, under a new membership id.

    before: what `leave_group` recorded. Safe to repeat: a group they are in is Unchanged. Returns None
    before, and the membership after.
    """
    directory, person = person_id(ctx, account)
    if before["GroupId"] != thing.id:
        return Refused(f"{ascii(thing.id)[:60]} is not the group they were taken out of")

    def standing() -> Json:
        return next((row for row in _held(ctx, account) if row["GroupId"] == thing.id), None)

    if same := standing():
        return Unchanged(f"{account.login} is in the group {thing.id}", same)
    change(
        ctx, f"put {account.login} back into the group {thing.id}", "identitystore.CreateGroupMembership",
        before=None, IdentityStoreId=directory.store, GroupId=thing.id, MemberId={"UserId": person},
    )  # fmt: skip
    after = standing()
    if after is None:
        raise ServiceError(
            f"{account.login} is not in the group {thing.id} after the call", where=ctx.service
        )
    return Changed(None, after)


@action(
    "aws.groups_are_left",
    kind="prove", layer="membership",
    scopes=_READS,
    source=_SOURCE,
)  # fmt: skip
def groups_are_left(ctx: Context, account: Account) -> Proof:
    """List the groups again: closed when the person is in none. Only reads.

    For an IAM user: closed when the deny stands, which takes the effect of every group.
    """
    left = [thing.label for thing in find_groups(ctx, account)]
    if left:
        return Proof("open", f"still in {', '.join(left)}", left)
    if directory_of(ctx, account):
        return Proof("closed", "in no group of Identity Center", [])
    return Proof("closed", "the user is in no group, or the deny takes its effect", [])

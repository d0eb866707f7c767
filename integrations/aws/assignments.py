"""The role layer: accounts assigned to a person of Identity Center, and the policies of an IAM user.

An IAM user's policies are left as they are: under the deny of `quarantine` they grant nothing, some of them
forbid things, and they are what the way back consists of.
"""

from __future__ import annotations

import re

from integrations.aws.asking import change, rows
from integrations.aws.connection import IdentityCenter
from integrations.aws.inline import QUARANTINE, quarantined_since
from integrations.aws.portal import PermissionSet, awaited, set_name
from integrations.aws.principals import directory_of, person_id, user_name
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["INERT", "assign_account", "assignments_are_gone", "find_assignments", "unassign_account"]

_READS = (
    "sso:ListAccountAssignmentsForPrincipal", "sso:DescribePermissionSet", "iam:GetUser", "iam:ListUsers",
    "iam:GetUserPolicy", "iam:ListAttachedUserPolicies", "iam:ListUserPolicies",
)  # fmt: skip
_SOURCE = (
    "Identity Center API, ListAccountAssignmentsForPrincipal, DescribePermissionSet; IAM API, "
    "ListAttachedUserPolicies, ListUserPolicies, GetUserPolicy"
)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
INERT = "left as it is: the deny of aws.quarantine takes its effect"


def _held(ctx: Context, directory: IdentityCenter, person: str) -> list[Json]:
    """Return the person's direct assignments; those of their groups go with the membership."""
    found = rows(
        ctx, "sso-admin.ListAccountAssignmentsForPrincipal", "AccountAssignments",
        InstanceArn=directory.instance, PrincipalId=person, PrincipalType="USER",
    )  # fmt: skip
    return [each for each in found if (each["PrincipalType"], each["PrincipalId"]) == ("USER", person)]


def _id(row: Json) -> str:
    return f"{row['AccountId']}:{row['PermissionSetArn'].rpartition('/')[2]}"


@action(
    "aws.find_assignments",
    kind="find", layer="role", finds="things",
    scopes=_READS,
    source=_SOURCE,
)  # fmt: skip
def find_assignments(ctx: Context, account: Account) -> list[Thing]:
    """Find the accounts assigned to the person directly. Only reads.

    For an IAM user: their policies, while no deny of ours takes their effect.
    """
    directory = directory_of(ctx, account)
    if directory is None:
        return [] if quarantined_since(ctx, account) else _policies(ctx, account)
    found = []
    for row in _held(ctx, directory, account.id):
        name = set_name(ctx, PermissionSet(directory, row["PermissionSetArn"]))
        found.append(Thing(_id(row), f"{name} in account {row['AccountId']}", row))
    return found


def _policies(ctx: Context, account: Account) -> list[Thing]:
    name = user_name(ctx, account)
    if name is None:
        return []
    attached = rows(ctx, "iam.ListAttachedUserPolicies", "AttachedPolicies", UserName=name)
    inline = rows(ctx, "iam.ListUserPolicies", "PolicyNames", UserName=name)
    return [
        *(Thing(each["PolicyArn"], f"policy {each['PolicyName']}", {"kind": "policy"}) for each in attached),
        *(
            Thing(f"inline:{each}", f"policy {each}", {"kind": "policy"})
            for each in inline
            if each != QUARANTINE
        ),
    ]


@action(
    "aws.unassign_account",
    kind="close", layer="role",
    noticed="on-next-use",
    destroys=Destroys("the list of assigned accounts", kept_by="aws.keep_state"),
    comes_after=("aws.quarantine",),  # what was unassigned no longer shows where sessions may live
    repeat="guarded",
    undo="aws.assign_account", proof="aws.assignments_are_gone",
    scopes=(*_READS, "sso:DeleteAccountAssignment", "sso:DescribeAccountAssignmentDeletionStatus"),
    source="Identity Center API, DeleteAccountAssignment, DescribeAccountAssignmentDeletionStatus",
)  # fmt: skip
def unassign_account(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Take one account away from a person of Identity Center, and wait until that is done.

    thing: from `find_assignments`. Safe to repeat: an assignment that is gone is Unchanged. The policies of
    an IAM user are left in place, Unchanged: the deny takes their effect. Leaves undone: sessions begun
    before. Returns the assignment before, and None after.
    """
    if directory_of(ctx, account) is None:
        return Unchanged(f"{thing.label}: {INERT}")
    directory, person = person_id(ctx, account)
    before = next((row for row in _held(ctx, directory, person) if _id(row) == thing.id), None)
    if before is None:
        return Unchanged(f"{thing.label}: not assigned")
    what = f"take {thing.label} away from {account.login}"
    _work(ctx, what, "Deletion", directory, before)
    if any(_id(row) == thing.id for row in _held(ctx, directory, person)):
        raise ServiceError(f"{thing.label} is still assigned after the call", where=ctx.service)
    return Changed(before, None)


@action(
    "aws.assign_account",
    kind="reopen", layer="role",
    noticed="on-next-use",
    repeat="guarded",
    no_undo="it is the way back itself; take the account away again", proof="aws.assignments_are_gone",
    scopes=(*_READS, "sso:CreateAccountAssignment", "sso:DescribeAccountAssignmentCreationStatus"),
    source="Identity Center API, CreateAccountAssignment, DescribeAccountAssignmentCreationStatus",
)  # fmt: skip
def assign_account(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Assign an account to a person of Identity Center again, and wait until that is done.

    before: the assignment `unassign_account` recorded. Safe to repeat: an assignment that stands is
    Unchanged. Returns None before, and the assignment after.
    """
    directory, person = person_id(ctx, account)
    if before["PrincipalId"] != person or not _ACCOUNT.fullmatch(before["AccountId"]):
        return Refused(f"{ascii(thing.id)[:60]} was not assigned to this person")

    def standing() -> Json:
        return next((row for row in _held(ctx, directory, person) if _id(row) == _id(before)), None)

    if same := standing():
        return Unchanged(f"{_id(before)} is assigned", same)
    what = f"assign {_id(before)} to {account.login} again"
    _work(ctx, what, "Creation", directory, before)
    after = standing()
    if after is None:
        raise ServiceError(f"{_id(before)} is not assigned after the call", where=ctx.service)
    return Changed(None, after)


@action(
    "aws.assignments_are_gone",
    kind="prove", layer="role",
    scopes=_READS,
    source=_SOURCE,
)  # fmt: skip
def assignments_are_gone(ctx: Context, account: Account) -> Proof:
    """List the assigned accounts again: closed when there is none. Only reads.

    For an IAM user: closed when the deny stands, which takes the effect of every policy.
    """
    left = [thing.label for thing in find_assignments(ctx, account)]
    if left:
        return Proof("open", f"still holds {', '.join(left)}", left)
    if directory_of(ctx, account):
        return Proof("closed", "no account is assigned to the person directly", [])
    return Proof("closed", "the user holds no policy, or the deny takes its effect", [])


def _work(ctx: Context, what: str, kind: str, directory: IdentityCenter, row: Json) -> None:
    """Have Identity Center do a Creation or Deletion, as its operations spell it, and wait for the end."""
    verb, before = {"Creation": ("Create", None), "Deletion": ("Delete", row)}[kind]
    key = f"AccountAssignment{kind}Status"
    operation, asked = f"sso-admin.{verb}AccountAssignment", _given(directory, row)
    begun = change(ctx, what, operation, before=before, key=key, **asked)
    request = {f"AccountAssignment{kind}RequestId": str(begun.get("RequestId"))}
    look = f"sso-admin.Describe{key}"
    awaited(ctx, what, begun, look, key, InstanceArn=directory.instance, **request)


def _given(directory: IdentityCenter, row: Json) -> dict[str, str]:
    return {
        "InstanceArn": directory.instance, "TargetId": row["AccountId"], "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": row["PermissionSetArn"], "PrincipalType": "USER",
        "PrincipalId": row["PrincipalId"],
    }  # fmt: skip

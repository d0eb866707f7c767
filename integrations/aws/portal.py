"""A person of Identity Center: an explicit deny for them alone, in each permission set they can reach.

Identity Center's API disables nobody, and a session of a permission set outlives its assignment by up to
twelve hours. The deny names the person by identitystore:UserId, which nobody else has, and is asked for at
every request (Identity Center User Guide, Revoke active user permissions with a deny policy).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from integrations.aws.asking import ask, change, part, rows, settled
from integrations.aws.connection import Aws, IdentityCenter
from integrations.aws.principals import person_id
from runner.actions.contract import Context
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError, ServiceRefused

__all__ = [
    "SET_READS", "SET_WRITES", "PermissionSet", "all_sets", "awaited", "denies_person", "deny_person",
    "document_of", "let_person_be", "open_sets", "set_name",
]  # fmt: skip

_SET = re.compile(r"arn:aws(-[a-z]{1,5}){0,3}:sso:::\w+/[!-.0-~]+/(ps-[a-zA-Z0-9-.]{16})", re.ASCII)
_STATUS = "PermissionSetProvisioningStatus"
SET_READS = (
    "identitystore:ListGroupMembershipsForMember", "sso:ListAccountAssignmentsForPrincipal",
    "sso:DescribePermissionSet", "sso:ListPermissionSets", "sso:GetInlinePolicyForPermissionSet",
    "sso:ListAccountsForProvisionedPermissionSet",
)  # fmt: skip
SET_WRITES = (
    "sso:PutInlinePolicyToPermissionSet", "sso:DeleteInlinePolicyFromPermissionSet",
    "sso:ProvisionPermissionSet", "sso:DescribePermissionSetProvisioningStatus",
)  # fmt: skip
_BEHIND = "LATEST_PERMISSION_SET_NOT_PROVISIONED"


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """One permission set of one instance."""

    directory: IdentityCenter
    arn: str

    @property
    def short(self) -> str:
        """The id at the end of its ARN."""
        return self.arn.rpartition("/")[2]

    def given(self) -> dict[str, str]:
        """Return it as arguments of an operation."""
        return {"InstanceArn": self.directory.instance, "PermissionSetArn": self.arn}


def open_sets(ctx: Context, account: Account) -> list[Thing]:
    """Return the permission sets a person reaches, directly or by a group, that do not deny them yet."""
    directory, person = person_id(ctx, account)
    found = []
    for each in _reached(ctx, directory, person):
        if not _denies(document_of(ctx, each), person) or _behind(ctx, each):
            name = set_name(ctx, each)
            state = {"kind": "permission set", "arn": each.arn, "name": name}
            found.append(Thing(each.short, f"permission set {name}", state))
    return found


def denies_person(ctx: Context, account: Account) -> Proof:
    """Read back whether every permission set a person reaches denies them, in every account."""
    directory, person = person_id(ctx, account)
    left = [thing.label for thing in open_sets(ctx, account)]
    if left:
        return Proof("open", f"not denied in {', '.join(left)}", left)
    denying = [each for each in all_sets(ctx, directory) if _denies(document_of(ctx, each), person)]
    names = sorted(set_name(ctx, each) for each in denying)
    if not names:
        return Proof("closed", "the person reaches no permission set", names)
    return Proof("closed", f"every permission set the person reaches denies them: {', '.join(names)}", names)


def all_sets(ctx: Context, directory: IdentityCenter) -> list[PermissionSet]:
    """Return every permission set of an instance."""
    arns = rows(ctx, "sso-admin.ListPermissionSets", "PermissionSets", InstanceArn=directory.instance)
    return [PermissionSet(directory, arn) for arn in arns]


def deny_person(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Add a deny for the person to a permission set's inline policy, and bring it to every account."""
    directory, person = person_id(ctx, account)
    arn = str(thing.state["arn"])
    if why := _odd(thing.id, arn):
        return Refused(why)
    before = {**thing.state, "denied": False}
    at = PermissionSet(directory, arn)
    with ctx.connection(Aws).alone(arn):
        document = document_of(ctx, at)
        if _denies(document, person) and not _behind(ctx, at):
            return Unchanged(f"{thing.label}: the deny stands", {**before, "denied": True})
        if not _denies(document, person):
            more = {**document, "Statement": [*document["Statement"], _statement(person)]}
            _put(ctx, f"deny {account.login} in {thing.label}", at, more, before)
        _provide(ctx, at, before)
        return Changed(before, {**before, "denied": _settled(ctx, at, person, denies=True)})


def let_person_be(ctx: Context, account: Account, thing: Thing, before: Json) -> Outcome:
    """Take the deny for the person out of a permission set's inline policy again; the rest of it stays."""
    directory, person = person_id(ctx, account)
    arn = str(before["arn"])
    if why := _odd(thing.id, arn):
        return Refused(why)
    state = {**before, "denied": True}
    at = PermissionSet(directory, arn)
    with ctx.connection(Aws).alone(arn):
        document = document_of(ctx, at)
        if not _denies(document, person) and not _behind(ctx, at):
            return Unchanged(f"the permission set {before['name']} does not deny them", before)
        if _denies(document, person):
            rest = [each for each in document["Statement"] if each != _statement(person)]
            what = f"let {account.login} be in the permission set {before['name']}"
            _put(ctx, what, at, {**document, "Statement": rest}, state)
        _provide(ctx, at, state)
        return Changed(state, {**state, "denied": _settled(ctx, at, person, denies=False)})


def set_name(ctx: Context, at: PermissionSet) -> str:
    """Return a permission set's name."""
    found = ask(ctx, "sso-admin.DescribePermissionSet", "PermissionSet", **at.given())
    return str(found.get("Name") or at.short)


def awaited(ctx: Context, what: str, begun: Json, operation: str, key: str, **given: str) -> None:
    """Wait until work that Identity Center does behind its answer has ended.

    begun: the status it answered with. Raises ServiceRefused when it failed, ServiceError when it goes on too
    long: the next look tells.
    """
    aws = ctx.connection(Aws)
    if begun["Status"] == "IN_PROGRESS":
        begun = settled(
            ctx,
            lambda: part(aws.call(operation, given), operation, key, ctx.service),
            lambda seen: seen["Status"] != "IN_PROGRESS",
            90,
        )
    if begun["Status"] == "FAILED":
        why = ascii(begun.get("FailureReason", ""))[:200]
        raise ServiceRefused(f"{what}: it failed: {why}", status=409, code="FAILED", where=ctx.service)
    if begun["Status"] != "SUCCEEDED":
        raise ServiceError(f"{what}: still {begun['Status']}", where=ctx.service, remedy="look again")


def _reached(ctx: Context, directory: IdentityCenter, person: str) -> list[PermissionSet]:
    member: dict[str, Json] = {"IdentityStoreId": directory.store, "MemberId": {"UserId": person}}
    groups = rows(ctx, "identitystore.ListGroupMembershipsForMember", "GroupMemberships", **member)
    principals = [(person, "USER"), *((each["GroupId"], "GROUP") for each in groups)]
    arns = [
        each["PermissionSetArn"]
        for principal, kind in principals
        for each in rows(
            ctx, "sso-admin.ListAccountAssignmentsForPrincipal", "AccountAssignments",
            InstanceArn=directory.instance, PrincipalId=principal, PrincipalType=kind,
        )
    ]  # fmt: skip
    return [PermissionSet(directory, arn) for arn in dict.fromkeys(arns)]


def document_of(ctx: Context, at: PermissionSet) -> dict[str, Json]:
    """Return a permission set's inline policy, its statements as a list: an empty one when it has none."""
    text = ask(ctx, "sso-admin.GetInlinePolicyForPermissionSet", "", **at.given()).get("InlinePolicy")
    try:
        document = json.loads(text) if text else {"Version": "2012-10-17", "Statement": []}
        statements = document["Statement"]
    except (ValueError, KeyError, TypeError) as wrong:
        why = f"the inline policy of {at.short} cannot be read"
        raise ServiceError(why, where=ctx.service) from wrong
    return {**document, "Statement": statements if isinstance(statements, list) else [statements]}


def _statement(person: str) -> dict[str, Json]:
    return {
        "Sid": f"Severance{person.replace('-', '')}", "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"identitystore:UserId": person}},
    }  # fmt: skip


def _denies(document: dict[str, Json], person: str) -> bool:
    return _statement(person) in document["Statement"]


def _behind(ctx: Context, at: PermissionSet) -> list[str]:
    """Return the accounts in which the permission set is not yet as it is written."""
    return rows(
        ctx, "sso-admin.ListAccountsForProvisionedPermissionSet", "AccountIds", ProvisioningStatus=_BEHIND,
        **at.given(),
    )  # fmt: skip


def _put(ctx: Context, what: str, at: PermissionSet, document: dict[str, Json], before: Json) -> None:
    if document["Statement"]:
        operation, policy = "PutInlinePolicyToPermissionSet", {"InlinePolicy": json.dumps(document)}
    else:
        operation, policy = "DeleteInlinePolicyFromPermissionSet", {}
    change(ctx, what, f"sso-admin.{operation}", before=before, **at.given(), **policy)


def _provide(ctx: Context, at: PermissionSet, before: Json) -> None:
    """Bring a permission set to the accounts that do not have it as it is written."""
    if not _behind(ctx, at):
        return
    what = f"provide the permission set {before['name']} to its accounts again"
    begun = change(
        ctx, what, "sso-admin.ProvisionPermissionSet", before=before, key=_STATUS, **at.given(),
        TargetType="ALL_PROVISIONED_ACCOUNTS",
    )  # fmt: skip
    awaited(
        ctx, what, begun, "sso-admin.DescribePermissionSetProvisioningStatus", _STATUS,
        InstanceArn=at.directory.instance, ProvisionPermissionSetRequestId=str(begun.get("RequestId")),
    )  # fmt: skip


def _settled(ctx: Context, at: PermissionSet, person: str, *, denies: bool) -> bool:
    reads = _denies(document_of(ctx, at), person)
    if reads != denies or _behind(ctx, at):
        raise ServiceError(
            f"the permission set {at.short} does not read as written after the call", where=ctx.service
        )
    return reads


def _odd(thing: str, arn: str) -> str:
    found = _SET.fullmatch(arn)
    return "" if found and found[2] == thing else f"{ascii(thing)[:60]} is no permission set"

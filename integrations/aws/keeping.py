"""Keep what AWS knows of a person now, as received: identity, credentials, groups, policies, assignments."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from integrations.aws.asking import Pages, ask, rows, settled
from integrations.aws.connection import Aws
from integrations.aws.keys import KINDS
from integrations.aws.principals import directory_of, person_id, user_name
from runner.actions.contract import Context, action
from runner.actions.values import Account, Item, Json, Kept
from runner.errors import CredentialsError, ServiceRefused

__all__ = ["keep_state"]

_ABSENT = frozenset({"NoSuchEntity", "ResourceNotFoundException"})
_MUST = (
    "iam.GetUser",
    "iam.ListAccessKeys",
    "iam.GetLoginProfile",
)  # a close takes the console password away
_MAY = (
    *(f"iam.{each.listing}" for name, each in KINDS.items() if name != "access key"), "iam.ListMFADevices",
    "iam.ListGroupsForUser", "iam.ListAttachedUserPolicies", "iam.ListUserPolicies", "iam.ListUserTags",
)  # fmt: skip
_XML, _JSON = "application/xml", "application/json"


@action(
    "aws.keep_state",
    kind="keep",
    retention="while it stands", lag="none; the credential report is up to four hours old",
    scopes=(*(each.replace(".", ":") for each in (*_MUST, *_MAY)), "iam:GetAccessKeyLastUsed",
            "iam:GetUserPolicy", "iam:ListUsers", "iam:GenerateCredentialReport", "iam:GetCredentialReport",
            "identitystore:DescribeUser", "identitystore:ListGroupMembershipsForMember",
            "identitystore:DescribeGroup", "sso:ListAccountAssignmentsForPrincipal",
            "sso:DescribePermissionSet", "sso:GetInlinePolicyForPermissionSet"),
    source="IAM API, GetUser, ListAccessKeys, GetAccessKeyLastUsed, GetLoginProfile, ListMFADevices, "
    "ListSSHPublicKeys, ListSigningCertificates, ListServiceSpecificCredentials, ListGroupsForUser, "
    "ListAttachedUserPolicies, ListUserPolicies, GetUserPolicy, GetCredentialReport; Identity Store API, "
    "DescribeUser; Identity Center API, ListAccountAssignmentsForPrincipal",
)  # fmt: skip
def keep_state(ctx: Context, account: Account) -> Kept:
    """Keep what AWS says of the user now: identity, keys and their last use, password, MFA, groups, policies.

    One item a page, bytes as received; of the credential report, which is about everybody, the person's row
    alone. Of a person of Identity Center: who they are, groups, assigned accounts with their permission sets.
    AWS shows no secret of a key. Safe to repeat. Fails when something closing destroys cannot be read; names
    what else was refused.
    """
    items, missing = list[Item](), list[str]()
    for name, operation, given, must in _asked(ctx, account):
        try:
            items += _pages(ctx, name, operation, given)
        except (ServiceRefused, CredentialsError) as refused:
            absent = isinstance(refused, ServiceRefused) and refused.code in _ABSENT
            if must and not absent:
                raise
            missing += [] if absent else [name]
    if directory_of(ctx, account) is None:
        items += _report(ctx, account, missing)
    return Kept(tuple(items), f"refused by AWS: {', '.join(missing)}" if missing else "")


def _asked(ctx: Context, account: Account) -> Iterator[tuple[str, str, Json, bool]]:
    """Yield what to ask: name of the item, operation, arguments, and whether a refusal fails the whole."""
    if directory_of(ctx, account):
        yield from _asked_of_directory(ctx, account)
        return
    name = user_name(ctx, account)
    if name is None:
        return
    user = {"UserName": name}
    for operation in (*_MUST, *_MAY):
        yield operation.partition(".")[2], operation, user, operation in _MUST
    for row in rows(ctx, "iam.ListAccessKeys", "AccessKeyMetadata", **user):
        key = row["AccessKeyId"]
        yield f"GetAccessKeyLastUsed-{key}", "iam.GetAccessKeyLastUsed", {"AccessKeyId": key}, False
    for at, policy in enumerate(rows(ctx, "iam.ListUserPolicies", "PolicyNames", **user), 1):
        yield f"GetUserPolicy-{at}", "iam.GetUserPolicy", {**user, "PolicyName": policy}, False


def _asked_of_directory(ctx: Context, account: Account) -> Iterator[tuple[str, str, Json, bool]]:
    directory, person = person_id(ctx, account)
    store = {"IdentityStoreId": directory.store}
    member: dict[str, Json] = {**store, "MemberId": {"UserId": person}}
    assigned = {"InstanceArn": directory.instance, "PrincipalId": person, "PrincipalType": "USER"}
    yield "DescribeUser", "identitystore.DescribeUser", {**store, "UserId": person}, True
    groups = "identitystore.ListGroupMembershipsForMember"
    yield "ListGroupMembershipsForMember", groups, member, True
    assignments = "sso-admin.ListAccountAssignmentsForPrincipal"
    yield "ListAccountAssignmentsForPrincipal", assignments, assigned, True
    for row in rows(ctx, groups, "GroupMemberships", **member):
        group = row["GroupId"]
        yield f"DescribeGroup-{group}", "identitystore.DescribeGroup", {**store, "GroupId": group}, False
    sets = {row["PermissionSetArn"] for row in rows(ctx, assignments, "AccountAssignments", **assigned)}
    for arn in sorted(sets):
        at, short = {"InstanceArn": directory.instance, "PermissionSetArn": arn}, arn.rpartition("/")[2]
        yield f"DescribePermissionSet-{short}", "sso-admin.DescribePermissionSet", at, False
        yield f"InlinePolicy-{short}", "sso-admin.GetInlinePolicyForPermissionSet", at, False


def _pages(ctx: Context, name: str, operation: str, given: Json) -> list[Item]:
    """Keep an answer page by page; a page is stored before the next is asked for."""
    pages, items = Pages(ctx.connection(Aws), operation, **given), list[Item]()
    xml = operation.startswith("iam.")
    while (page := ctx.read(lambda: next(pages, None))) is not None:
        label = f"{name}-{len(items) + 1:04d}.{'xml' if xml else 'json'}"
        items.append(ctx.keep(label, page.body, media=_XML if xml else _JSON))
    return items


def _report(ctx: Context, account: Account, missing: list[str]) -> list[Item]:
    """Keep the person's row of the credential report, under its head."""
    aws = ctx.connection(Aws)
    try:
        settled(
            ctx, lambda: aws.call("iam.GenerateCredentialReport", {}).json.get("State"),
            lambda state: state == "COMPLETE", 60,
        )  # fmt: skip
        content = ask(ctx, "iam.GetCredentialReport", "Content")
    except (ServiceRefused, CredentialsError):
        missing.append("credential report")
        return []
    table = list(csv.reader(io.StringIO(content.decode("utf-8", "replace"))))
    name = user_name(ctx, account)
    mine = [row for row in table[1:] if row and row[0] == name]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([*table[:1], *mine])
    return [ctx.keep("credential-report-row.csv", out.getvalue().encode(), media="text/csv")] if mine else []

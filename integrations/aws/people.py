"""Find people: IAM users by their tags or names, people of Identity Center by address, and administrators."""

from __future__ import annotations

import re

from integrations.aws.asking import find, moment, rows
from integrations.aws.connection import Aws, IdentityCenter
from integrations.aws.denial import stamp
from integrations.aws.owners import administering_people, administering_users, snapshot
from integrations.aws.principals import directory_of, person_id
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Who

__all__ = ["account_of_person", "find_accounts", "find_administrators", "person_row"]

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ENTERPRISE = "aws:identitystore:enterprise"
_ADMIN_READS = (
    "iam:GetAccountAuthorizationDetails", "identitystore:DescribeUser", "identitystore:ListGroupMemberships",
    "sso:ListPermissionSets", "sso:ListManagedPoliciesInPermissionSet", "sso:GetInlinePolicyForPermissionSet",
    "sso:ListAccountAssignments", "sts:GetCallerIdentity",
)  # fmt: skip


@action(
    "aws.find_accounts",
    kind="find", finds="accounts",
    scopes=(*_ADMIN_READS, "identitystore:GetUserId", "identitystore:ListUsers"),
    source="IAM API, GetAccountAuthorizationDetails; Identity Store API, GetUserId, DescribeUser, ListUsers",
)  # fmt: skip
def find_accounts(ctx: Context, who: Who) -> list[Account]:
    """Find a person's accounts by immutable id, else by work e-mail or staff id.

    An IAM user carries both in tags, or the e-mail as its name; one that is only called like the e-mail is
    offered without that fact, for a person to look at. Identity Center is asked by address and user name, and
    searched by staff id. Only reads.
    """
    directory = ctx.connection(Aws).directory
    known = who.ids.get(ctx.service)
    if known:
        directory_of(
            ctx, Account(ctx.service, known, "")
        )  # refuses an id that is none before anything is asked
    return _people(ctx, directory, who, known) if directory else _users(ctx, who, known)


def _users(ctx: Context, who: Who, known: str | None) -> list[Account]:
    if not (known or who.mail or who.staff_id):
        return []
    found = snapshot(ctx)
    admins = {row["UserId"] for row in administering_users(found)}
    users = (row for row in found if row["kind"] == "User")
    accounts = [_account_of_user(ctx, row, admin=row["UserId"] in admins) for row in users]
    if known:
        return [each for each in accounts if each.id == known]
    return [each for each in accounts if _could_be(each, who)]


def _could_be(account: Account, who: Who) -> bool:
    """Offer loosely: whoever resolves the person judges by facts, never by a name."""
    mail = who.mail.casefold()
    names = {mail, mail.partition("@")[0]} - {""}
    facts = {
        str(account.facts["mail"]).casefold() == mail != "",
        account.facts["staff_id"] == who.staff_id != "",
    }
    return account.login.casefold() in names or True in facts


def _account_of_user(ctx: Context, row: Json, *, admin: bool) -> Account:
    settings = ctx.connection(Aws).settings
    tags = {each["Key"].casefold(): each["Value"] for each in row.get("Tags", ())}
    name = row["UserName"]
    facts = {
        "mail": tags.get(settings.mail_tag.casefold()) or (name if _MAIL.fullmatch(name) else ""),
        "name": tags.get("name", ""), "status": "", "created": stamp(moment(row["CreateDate"])),
        "staff_id": tags.get(settings.staff_id_tag.casefold(), ""), "admin": admin,
    }  # fmt: skip
    return Account(ctx.service, row["UserId"], name, facts)


def _people(ctx: Context, directory: IdentityCenter, who: Who, known: str | None) -> list[Account]:
    ids = [known] if known else _ids(ctx, directory, who)
    found = [row for each in dict.fromkeys(ids) if (row := person_row(ctx, directory, each))]
    admins = set(administering_people(ctx, directory)) if found else set()
    return [account_of_person(ctx, row, admin=row["UserId"] in admins) for row in found]


def _ids(ctx: Context, directory: IdentityCenter, who: Who) -> list[str]:
    ids = []
    for path in ("emails.value", "userName") if who.mail else ():
        wanted = {"UniqueAttribute": {"AttributePath": path, "AttributeValue": who.mail}}
        given = {"IdentityStoreId": directory.store, "AlternateIdentifier": wanted}
        if found := find(ctx, "identitystore.GetUserId", "UserId", **given):
            ids.append(str(found))
    if who.staff_id:
        everybody: dict[str, Json] = {"IdentityStoreId": directory.store, "Extensions": [_ENTERPRISE]}
        listed = rows(ctx, "identitystore.ListUsers", "Users", **everybody)
        ids += [row["UserId"] for row in listed if _staff_id(row) == who.staff_id]
    return ids


def person_row(ctx: Context, directory: IdentityCenter, person: str) -> Json:
    """Return a person of Identity Center as it describes them; None when it knows nobody of that id."""
    given = {"IdentityStoreId": directory.store, "UserId": person, "Extensions": [_ENTERPRISE]}
    return find(ctx, "identitystore.DescribeUser", "", **given)


def account_of_person(ctx: Context, row: Json, *, admin: bool | None = None) -> Account:
    """Return a row of Identity Center's people as an account; `admin` is left out when it was not asked."""
    mails = sorted(row.get("Emails", ()), key=lambda each: not each.get("Primary"))
    name = row.get("DisplayName") or " ".join(
        filter(None, (row.get("Name", {}).get("GivenName"), row.get("Name", {}).get("FamilyName")))
    )
    facts = {
        "mail": str(mails[0].get("Value", "")) if mails else "", "name": name,
        "status": row.get("UserStatus", ""), "staff_id": _staff_id(row),
        "created": stamp(moment(row["CreatedAt"])) if row.get("CreatedAt") else "",
        **({} if admin is None else {"admin": admin}),
    }  # fmt: skip
    return Account(ctx.service, row["UserId"], str(row.get("UserName", "")), facts)


def _staff_id(row: Json) -> str:
    """Return the employee number of SCIM's enterprise extension (RFC 7643 section 4.3)."""
    return str((row.get("Extensions", {}).get(_ENTERPRISE) or {}).get("employeeNumber") or "")


@action(
    "aws.find_administrators",
    kind="find", finds="owners",
    scopes=_ADMIN_READS,
    source="IAM API, GetAccountAuthorizationDetails; Identity Center API, ListAccountAssignments, "
    "ListManagedPoliciesInPermissionSet; Identity Store API, ListGroupMemberships",
)  # fmt: skip
def find_administrators(ctx: Context) -> list[Account]:
    """Find everyone who may do everything, or everything with IAM: they can see us in CloudTrail. Only reads.

    Of an account: its IAM users. Of Identity Center: who administers the account it is managed from.
    """
    directory = ctx.connection(Aws).directory
    if directory is None:
        return [_account_of_user(ctx, row, admin=True) for row in administering_users(snapshot(ctx))]
    found = [person_row(ctx, directory, each) for each in administering_people(ctx, directory)]
    return [account_of_person(ctx, row, admin=True) for row in found if row]


def person_of(ctx: Context, account: Account) -> Json:
    """Return the person behind an account as Identity Center describes them, or None."""
    directory, person = person_id(ctx, account)
    return person_row(ctx, directory, person)

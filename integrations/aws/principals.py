"""Who an account is on AWS: an IAM user or a person of Identity Center, and whom nobody closes from here."""

from __future__ import annotations

import re

from integrations.aws.asking import find, rows
from integrations.aws.connection import Aws, IdentityCenter
from runner.actions.contract import Context
from runner.actions.values import Account
from runner.errors import RefusedError

__all__ = ["directory_of", "kept_back", "person_id", "user_name"]

_USER = re.compile(r"[A-Za-z0-9_]{16,128}", re.ASCII)  # IAM API, idType; a user's begins with AIDA
_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)  # IAM API, existingUserNameType
_PERSON = re.compile(r"([0-9a-f]{10}-)?[A-Fa-f0-9]{8}-([A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12}")  # ResourceId
_ROOT = re.compile(r"\d{12}")  # the root user's id is the account's
_UNKNOWN = "look the account up again and use the id the service gives"


def directory_of(ctx: Context, account: Account) -> IdentityCenter | None:
    """Return the directory the account's person is in, or None for an IAM user.

    Raises RefusedError for an id that no account of this service can have; nothing is sent for it.
    """
    directory = ctx.connection(Aws).directory
    if _ROOT.fullmatch(account.id):
        raise RefusedError(
            "that is the root user, which nothing inside the account can close",
            where=account.service,
            remedy="stop, and escalate to whoever holds the root user's mail and MFA device",
        )
    if not (_PERSON if directory else _USER).fullmatch(account.id):
        kind = "a person of Identity Center" if directory else "an IAM user"
        shown = ascii(account.id)[:60]
        raise RefusedError(f"{shown} is no id of {kind}", where=account.service, remedy=_UNKNOWN)
    return directory


def person_id(ctx: Context, account: Account) -> tuple[IdentityCenter, str]:
    """Return the directory and the id of one of its people. Raises RefusedError for anybody else."""
    directory = directory_of(ctx, account)
    if directory is None:
        raise RefusedError("that is no person of Identity Center", where=account.service, remedy=_UNKNOWN)
    return directory, account.id


def user_name(ctx: Context, account: Account) -> str | None:
    """Return an IAM user's present name, or None when nobody has that id any more.

    Names can be changed, and given to somebody else; ids cannot. IAM looks up by name only: the name last
    seen is tried, then all users are listed.
    """
    if directory_of(ctx, account):
        raise RefusedError("that is a person of Identity Center", where=account.service, remedy=_UNKNOWN)
    if _NAME.fullmatch(account.login):
        user = find(ctx, "iam.GetUser", "User", UserName=account.login)
        if user and user["UserId"] == account.id:
            return account.login
    users = rows(ctx, "iam.ListUsers", "Users")
    return next((str(user["UserName"]) for user in users if user["UserId"] == account.id), None)


def kept_back(ctx: Context, user_id: str) -> str:
    """Say why an IAM user is never closed from here; empty when it may be."""
    aws = ctx.connection(Aws)
    if ctx.read(aws.me)["UserId"] == user_id:
        return "severance itself signs in with it: give severance another principal first"
    if ctx.read(aws.manages):
        return (
            "it is in the organisation's management account, where no service control policy holds: escalate"
        )
    return ""

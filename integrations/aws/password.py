"""The token layer: the password an IAM user signs in to the console with."""

from __future__ import annotations

from integrations.aws.asking import change, find, settled
from integrations.aws.inline import quarantined_since, settling
from integrations.aws.principals import directory_of, kept_back, user_name
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["delete_console_password", "find_console_password", "password_is_gone"]

_READS = ("iam:GetUser", "iam:ListUsers", "iam:GetLoginProfile")


def _profile(ctx: Context, name: str) -> Json:
    """Return `{CreateDate, PasswordResetRequired}` of a console password; None when there is none."""
    found = find(ctx, "iam.GetLoginProfile", "LoginProfile", UserName=name)
    return {key: found.get(key) for key in ("CreateDate", "PasswordResetRequired")} if found else None


@action(
    "aws.find_console_password",
    kind="find", layer="token", finds="things",
    scopes=_READS,
    source="IAM API, GetLoginProfile",
)  # fmt: skip
def find_console_password(ctx: Context, account: Account) -> list[Thing]:
    """Find the user's console password, if they have one; never the password itself. Only reads.

    People of Identity Center sign in there; that is the account layer.
    """
    name = None if directory_of(ctx, account) else user_name(ctx, account)
    profile = _profile(ctx, name) if name else None
    return [Thing(f"{account.id}.console", f"console password of {name}", profile)] if profile else []


@action(
    "aws.delete_console_password",
    kind="close", layer="token",
    noticed="on-next-use",
    repeat="guarded",  # twice is answered with NoSuchEntity
    # No evidence goes with it: when it was made is in the state kept before, who used it is in the log.
    no_undo="a password cannot be given back; an administrator sets a new one and hands it over in person",
    proof="aws.password_is_gone",
    scopes=(*_READS, "iam:DeleteLoginProfile", "organizations:DescribeOrganization"),
    source="IAM API, DeleteLoginProfile",
)  # fmt: skip
def delete_console_password(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Delete the console password, so that nobody signs in as this user.

    thing: from `find_console_password`. Safe to repeat: none left is Unchanged. Leaves undone: a console that
    is signed in already; the deny of `quarantine` stops what it does. Returns when the password was made, and
    None after.
    """
    if directory_of(ctx, account):
        return Refused("people of Identity Center have no console password in IAM")
    name = user_name(ctx, account)
    before = _profile(ctx, name) if name else None
    if name is None or before is None:
        return Unchanged(f"{account.login} has no console password")
    if thing.id != f"{account.id}.console":
        return Refused(f"{ascii(thing.id)[:60]} is not this person's password")
    if why := kept_back(ctx, account.id):
        return Refused(f"{name}: {why}")
    change(
        ctx, f"delete the console password of {name}", "iam.DeleteLoginProfile", before=before, UserName=name
    )
    if settled(ctx, lambda: _profile(ctx, name), lambda seen: seen is None) is not None:
        raise ServiceError(f"the console password of {name} still reads after the call", where=ctx.service)
    return Changed(before, None)


@action(
    "aws.password_is_gone",
    kind="prove", layer="token",
    scopes=(*_READS, "iam:GetUserPolicy"),
    source="IAM API, GetLoginProfile",
)  # fmt: skip
def password_is_gone(ctx: Context, account: Account) -> Proof:
    """Ask for the console password again: closed when IAM knows none. Only reads.

    Pending while IAM may not have settled since the deny.
    """
    if directory_of(ctx, account):
        return Proof("closed", "people of Identity Center have no console password in IAM")
    name = user_name(ctx, account)
    profile = _profile(ctx, name) if name else None
    if profile:
        return Proof("open", f"a console password made at {profile['CreateDate']} stands", profile)
    if until := settling(ctx, quarantined_since(ctx, account)):
        return Proof("pending", "IAM knows none, and may not have settled yet", None, until)
    return Proof("closed", "IAM knows no console password of this user")

"""The token layer: app passwords, which sign in without a second factor (Google: ASP)."""

from __future__ import annotations

from integrations.google.connection import SECURITY, Google, user_path
from integrations.google.grants import gone
from integrations.google.paging import rows
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["app_passwords_are_deleted", "delete_app_password", "find_app_passwords"]

_SHOWN = ("creationTime", "lastTimeUsed")  # Unix seconds


def _held(ctx: Context, account: Account) -> dict[str, Json]:
    """Return what Google shows of the app passwords, by code id; the passwords themselves it never shows."""
    http, address = ctx.connection(Google).directory, user_path(account, "/asps")
    return {str(each["codeId"]): each for each in rows(ctx, http, address, "items")}


@action(
    "google.find_app_passwords",
    kind="find", layer="token", finds="things",
    scopes=(SECURITY,),
    source="Directory API, asps.list",
)  # fmt: skip
def find_app_passwords(ctx: Context, account: Account) -> list[Thing]:
    """Find the app passwords the person made, by the name they gave them. Only reads."""
    return [
        Thing(code, str(each.get("name") or code), {key: each.get(key) for key in _SHOWN})
        for code, each in _held(ctx, account).items()
    ]


@action(
    "google.delete_app_password",
    kind="close", layer="token",
    noticed="on-next-use",
    destroys=Destroys("its name, and when it was made and used", kept_by="google.keep_state"),
    repeat="guarded",
    no_undo="an app password cannot come back; the person makes a new one once unsuspended",
    proof="google.app_passwords_are_deleted",
    scopes=(SECURITY,),
    source="Directory API, asps.delete",
)  # fmt: skip
def delete_app_password(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Delete one app password; suspending is not documented to end it.

    thing: from `find_app_passwords`. Safe to repeat: one that is gone is Unchanged. Returns its record
    before, None after.
    """
    before = _held(ctx, account).get(thing.id)
    if before is None:
        return Unchanged(f"the app password {thing.label} is gone")
    http, address = ctx.connection(Google).directory, user_path(account, "/asps/{}", thing.id)
    ctx.write(f"delete the app password {thing.label}", lambda: gone(http, address), before=before)
    if thing.id in _held(ctx, account):
        raise ServiceError(f"the app password {thing.label} still reads after the call", where=ctx.service)
    return Changed(before, None)


@action(
    "google.app_passwords_are_deleted",
    kind="prove", layer="token",
    scopes=(SECURITY,),
    source="Directory API, asps.list",
)  # fmt: skip
def app_passwords_are_deleted(ctx: Context, account: Account) -> Proof:
    """List the app passwords again: closed when there are none. Only reads."""
    left = [thing.label for thing in find_app_passwords(ctx, account)]
    if left:
        return Proof("open", f"{len(left)} left: {', '.join(left)}", left)
    return Proof("closed", "no app password listed", [])

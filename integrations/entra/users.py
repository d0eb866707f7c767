"""The account layer: block sign-in, read it back, allow it again.

A user synchronised from an on-premises directory is blocked here too, which holds until the next
synchronisation only: "disable the user in Active Directory, reset the user's password twice"
(learn.microsoft.com/entra/identity/users/users-revoke-access). So such a door is never called closed here;
it stays a person's task.
"""

from __future__ import annotations

from integrations.answers import of_whom
from integrations.entra.connection import Graph
from integrations.entra.reading import one, settled, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged

__all__ = ["disable_user", "enable_user", "find_open_account", "user_is_disabled"]

_STATE = {"$select": "id,accountEnabled,userType,onPremisesSyncEnabled"}
_ON_PREMISES = (
    "it is synchronised from an on-premises directory, which opens it again: disable it there, reset its "
    "password there twice, and bring what that directory shows"
)


def _shown(user: Json) -> dict[str, Json]:
    return {key: user.get(key) for key in ("accountEnabled", "userType", "onPremisesSyncEnabled")}


def _read(ctx: Context, account: Account) -> dict[str, Json]:
    """Return accountEnabled, userType and onPremisesSyncEnabled, as Graph spells them."""
    return _shown(of_whom(account.id, one(ctx, user_path(account), _STATE), ctx.service))


@action(
    "entra.find_open_account",
    kind="find", layer="account", finds="things",
    scopes=("User.Read.All",),
    source="Microsoft Graph v1.0, Get user",
)  # fmt: skip
def find_open_account(ctx: Context, account: Account) -> list[Thing]:
    """Find the account itself, unless its sign-in is blocked for good already. Only reads.

    A synchronised user stays a thing even while blocked: whether the on-premises directory blocks it too
    cannot be read here.
    """
    state = _read(ctx, account)
    if state["onPremisesSyncEnabled"]:
        return [Thing(account.id, f"{account.login} (on-premises directory: disable it there too)", state)]
    kind = " (guest)" if state["userType"] == "Guest" else ""
    return [Thing(account.id, f"{account.login}{kind}", state)] if state["accountEnabled"] else []


@action(
    "entra.disable_user",
    kind="close", layer="account",
    noticed="on-next-use",  # the next prompt says that the account is disabled; no mail goes out
    repeat="guarded",
    undo="entra.enable_user", proof="entra.user_is_disabled",
    scopes=("User.EnableDisableAccount.All", "User.Read.All"),
    source="Microsoft Graph v1.0, Update user",
)  # fmt: skip
def disable_user(ctx: Context, account: Account) -> Outcome:
    """Block every new sign-in of a user; groups, roles, apps, devices and methods stay as they are.

    Safe to repeat: a user blocked already is left alone. A guest is blocked in this tenant, not at home. A
    synchronised user is blocked until the next synchronisation. An administrator can be blocked only by an
    app that holds a privileged directory role itself. Leaves undone: tokens already issued, and the
    sessions that apps keep. Returns accountEnabled, userType and onPremisesSyncEnabled before and after.
    """
    return _turn(ctx, account, _read(ctx, account), enabled=False)


@action(
    "entra.enable_user",
    kind="reopen", layer="account",
    noticed="on-next-use",
    repeat="guarded",
    no_undo="it is the way back itself; disable the user again to take it back",
    proof="entra.user_is_disabled",
    scopes=("User.EnableDisableAccount.All", "User.Read.All"),
    source="Microsoft Graph v1.0, Update user",
)  # fmt: skip
def enable_user(ctx: Context, account: Account, before: Json) -> Outcome:
    """Let a user sign in again, with the groups, roles and apps of now.

    before: what `disable_user` recorded. Safe to repeat: a user not blocked is left alone. Leaves undone:
    what was closed besides; and an on-premises directory that blocks the user does so again.
    """
    if not before["accountEnabled"]:
        return Refused(f"{account.login} was disabled before")
    return _turn(ctx, account, _read(ctx, account), enabled=True)


def _turn(ctx: Context, account: Account, before: dict[str, Json], *, enabled: bool) -> Outcome:
    """Set accountEnabled and read it back; what Graph answered to the write is no proof."""
    verb = "enable" if enabled else "disable"
    if before["accountEnabled"] is enabled:
        return Unchanged(f"{account.login} is {verb}d", before)
    users, address = ctx.connection(Graph).directory, user_path(account)
    ctx.write(
        f"{verb} {account.login}", lambda: users.patch(address, {"accountEnabled": enabled}), before=before
    )
    after = settled(
        ctx,
        lambda: _shown(of_whom(account.id, users.get(address, _STATE).json, ctx.service)),
        lambda state: state["accountEnabled"] is enabled,
        lambda state: f"{account.login} reads accountEnabled {state['accountEnabled']}",
    )
    return Changed(before, after)


@action(
    "entra.user_is_disabled",
    kind="prove", layer="account",
    scopes=("User.Read.All",),
    source="Microsoft Graph v1.0, Get user",
)  # fmt: skip
def user_is_disabled(ctx: Context, account: Account) -> Proof:
    """Read accountEnabled: closed while false, by hand where a synchronisation would undo it. Only reads."""
    state = _read(ctx, account)
    if state["accountEnabled"]:
        return Proof("open", "Entra says accountEnabled", state)
    if state["onPremisesSyncEnabled"]:
        return Proof("by-hand", f"blocked in the cloud only; {_ON_PREMISES}", state)
    return Proof("closed", "Entra says not accountEnabled", state)

"""The account layer: suspend, read the status back, unsuspend."""

from __future__ import annotations

from integrations.answers import of_whom
from integrations.okta.connection import Okta, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["find_open_account", "suspend_user", "unsuspend_user", "user_is_suspended"]

_SHUT = frozenset({"SUSPENDED", "DEPROVISIONED"})
_ADVICE = {
    "LOCKED_OUT": "unlock it in Okta and suspend it in the same minute",
    "PASSWORD_EXPIRED": "move the person into a group no sign-on policy admits, then settle the password",
    "RECOVERY": "end the recovery in Okta, then suspend",
    "PROVISIONED": "end the activation in Okta: nobody has signed in yet",
    "STAGED": "leave it staged: nobody can sign in yet",
}


def _read(ctx: Context, account: Account) -> dict[str, Json]:
    """Return status and statusChanged, as Okta spells them."""
    address = user_path(account)
    user = of_whom(account.id, ctx.read(lambda: ctx.connection(Okta).get(address)).json, ctx.service)
    return {"status": user["status"], "statusChanged": user.get("statusChanged")}


@action(
    "okta.find_open_account",
    kind="find", layer="account", finds="things",
    scopes=("okta.users.read",),
    source="Okta management API, getUser",
)  # fmt: skip
def find_open_account(ctx: Context, account: Account) -> list[Thing]:
    """Find the account itself, unless it is suspended or deactivated already. Only reads."""
    state = _read(ctx, account)
    if state["status"] in _SHUT:
        return []
    return [Thing(account.id, f"{account.login} ({state['status']})", state)]


@action(
    "okta.suspend_user",
    kind="close", layer="account",
    noticed="on-next-use",  # Okta ends the Okta sessions; no mail goes out (help.okta.com, suspend a user)
    repeat="guarded",  # suspending twice is answered with 400
    undo="okta.unsuspend_user", proof="okta.user_is_suspended",
    scopes=("okta.users.manage",),
    source="Okta management API, suspendUser",
)  # fmt: skip
def suspend_user(ctx: Context, account: Account) -> Outcome:
    """Suspend a user, so that no new sign-in succeeds; groups, apps, roles and factors stay as they are.

    Safe to repeat: a user suspended or deactivated already is left alone. Okta suspends only from
    ACTIVE; every other status is refused before anything is sent. Leaves undone: OAuth and API tokens,
    roles, the apps' own sessions. Returns status and statusChanged before and after, as Okta spells
    them.
    """
    before = _read(ctx, account)
    if before["status"] in _SHUT:
        return Unchanged(f"{account.login} is {before['status']}", before)
    if before["status"] != "ACTIVE":
        advice = _ADVICE.get(before["status"], "look at it in Okta")
        return Refused(f"{account.login} is {before['status']}, and Okta suspends only from ACTIVE: {advice}")
    address = user_path(account, "/lifecycle/suspend")
    ctx.write(f"suspend {account.login}", lambda: ctx.connection(Okta).post(address), before=before)
    return Changed(before, _now(ctx, account, "SUSPENDED"))


@action(
    "okta.unsuspend_user",
    kind="reopen", layer="account",
    noticed="on-next-use",
    repeat="guarded",  # answered with 400 unless SUSPENDED
    no_undo="it is the way back itself; suspend again to take it back", proof="okta.user_is_suspended",
    scopes=("okta.users.manage",),
    source="Okta management API, unsuspendUser",
)  # fmt: skip
def unsuspend_user(ctx: Context, account: Account, before: Json) -> Outcome:
    """Let a user sign in again, with the groups and apps of before.

    before: what `suspend_user` recorded. Safe to repeat: an ACTIVE user is left alone. Leaves undone:
    tokens and grants revoked meanwhile. Returns status and statusChanged before and after.
    """
    if before["status"] != "ACTIVE":
        return Refused(f"{account.login} was {before['status']} before; unsuspending would make it ACTIVE")
    state = _read(ctx, account)
    if state["status"] == "ACTIVE":
        return Unchanged(f"{account.login} is ACTIVE", state)
    if state["status"] != "SUSPENDED":
        return Refused(f"{account.login} is {state['status']}, and Okta unsuspends only from SUSPENDED")
    address = user_path(account, "/lifecycle/unsuspend")
    ctx.write(f"unsuspend {account.login}", lambda: ctx.connection(Okta).post(address), before=state)
    return Changed(state, _now(ctx, account, "ACTIVE"))


@action(
    "okta.user_is_suspended",
    kind="prove", layer="account",
    scopes=("okta.users.read",),
    source="Okta management API, getUser",
)  # fmt: skip
def user_is_suspended(ctx: Context, account: Account) -> Proof:
    """Read the status: closed while SUSPENDED or DEPROVISIONED, else open. Only reads."""
    state = _read(ctx, account)
    return Proof("closed" if state["status"] in _SHUT else "open", f"Okta says {state['status']}", state)


def _now(ctx: Context, account: Account, wanted: str) -> dict[str, Json]:
    """Read the status back; what Okta answered to the write is no proof."""
    after = _read(ctx, account)
    if after["status"] != wanted:
        raise ServiceError(f"{account.login} reads {after['status']} after the call", where=ctx.service)
    return after

"""The account layer: suspend, read it back, unsuspend."""

from __future__ import annotations

from datetime import UTC, datetime

from integrations.answers import of_whom
from integrations.google.connection import USERS, Google, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError

__all__ = ["find_open_account", "suspend_user", "unsuspend_user", "user_is_suspended", "user_now"]

OURS = "ADMIN"
"""The reason of a suspension by an administrator. Google lifts those of its own, and a sign-in lifts some."""


def user_now(ctx: Context, account: Account) -> Json:
    """Return the User object with every field. Raises RefusedError for an id Google does not issue."""
    address = user_path(account)
    read = ctx.read(lambda: ctx.connection(Google).directory.get(address, {"projection": "full"}))
    return of_whom(account.id, read.json, ctx.service)


def _state(user: Json) -> dict[str, Json]:
    """Return suspended, and while it is so suspensionReason and suspensionTime, as Google spells them."""
    state = {"suspended": bool(user.get("suspended"))}
    if state["suspended"]:
        state |= {key: user.get(key) for key in ("suspensionReason", "suspensionTime")}
    return state


def _shut(state: dict[str, Json]) -> bool:
    return bool(state["suspended"]) and state["suspensionReason"] == OURS


def _dated(state: dict[str, Json], otherwise: str) -> dict[str, Json]:
    """Add since when inbound mail bounces: until a person routes it, the gap a report has to name."""
    return {**state, "suspended_at": state["suspensionTime"] or otherwise}


@action(
    "google.find_open_account",
    kind="find", layer="account", finds="things",
    scopes=(USERS,),
    source="Directory API, users.get",
)  # fmt: skip
def find_open_account(ctx: Context, account: Account) -> list[Thing]:
    """Find the account itself, unless an administrator has suspended it already. Only reads."""
    state = _state(user_now(ctx, account))
    return [] if _shut(state) else [Thing(account.id, account.login, state)]


@action(
    "google.suspend_user",
    kind="close", layer="account",
    noticed="on-next-use",  # "account suspended" at the next sign-in; senders get their mail back at once
    repeat="guarded",
    undo="google.unsuspend_user", proof="google.user_is_suspended",
    # mail to a suspended user goes back to its sender; see below
    undo_lacks="mail that bounced while the account was suspended: its senders have to send it again",
    scopes=(USERS,),
    source="Directory API, users.update (suspended)",
)  # fmt: skip
def suspend_user(ctx: Context, account: Account) -> Outcome:
    """Suspend a user, so that no new sign-in succeeds; from then on mail to the person bounces.

    Suspension does not wait for mail routing, which is a person's task (the shared layer): what is sent
    to the address from `suspended_at` until it is routed goes back to its sender. Safe to repeat: a user an
    administrator suspended is left alone. A guest is refused. Leaves undone: app passwords, grants, roles,
    recovery data, apps' own sessions. Returns suspended, suspensionReason and suspensionTime before and
    after, and after it `suspended_at`.
    """
    user = user_now(ctx, account)
    if user.get("isGuestUser"):
        return Refused(f"{account.login} is a guest, who signs in elsewhere: take the guest out by hand")
    before = _state(user)
    if _shut(before):
        return Unchanged(f"{account.login} is suspended by an administrator", _dated(before, ""))
    http, address = ctx.connection(Google).directory, user_path(account)
    ctx.write(f"suspend {account.login}", lambda: http.put(address, {"suspended": True}), before=before)
    after = _now(ctx, account, suspended=True)
    return Changed(before, _dated(after, datetime.now(UTC).isoformat(timespec="seconds")))


@action(
    "google.unsuspend_user",
    kind="reopen", layer="account",
    noticed="on-next-use",
    repeat="guarded",
    no_undo="it is the way back itself; suspend again to take it back", proof="google.user_is_suspended",
    scopes=(USERS,),
    source="Directory API, users.update (suspended)",
)  # fmt: skip
def unsuspend_user(ctx: Context, account: Account, before: Json) -> Outcome:
    """Let a user sign in and receive mail again.

    before: what `suspend_user` recorded. Safe to repeat: a user who is not suspended is left alone. A
    suspension by Google itself is refused. Leaves undone: app passwords, grants and backup codes ended
    meanwhile; mail that bounced. Returns suspended, suspensionReason and suspensionTime before and after.
    """
    if before["suspended"]:
        return Refused(f"{account.login} was suspended before ({before.get('suspensionReason')})")
    state = _state(user_now(ctx, account))
    if not state["suspended"]:
        return Unchanged(f"{account.login} is not suspended", state)
    if not _shut(state):
        return Refused(f"{account.login} is suspended by Google ({state['suspensionReason']})")
    http, address = ctx.connection(Google).directory, user_path(account)
    ctx.write(f"unsuspend {account.login}", lambda: http.put(address, {"suspended": False}), before=state)
    return Changed(state, _now(ctx, account, suspended=False))


@action(
    "google.user_is_suspended",
    kind="prove", layer="account",
    scopes=(USERS,),
    source="Directory API, users.get (suspended, suspensionReason)",
)  # fmt: skip
def user_is_suspended(ctx: Context, account: Account) -> Proof:
    """Read the suspension back: closed while an administrator's stands, else open. Only reads.

    A suspension for any other reason counts as open: Google lifts its own, and for WEB_LOGIN_REQUIRED the
    person does, by signing in.
    """
    state = _state(user_now(ctx, account))
    if _shut(state):
        return Proof("closed", "Google says suspended, by an administrator", state)
    if state["suspended"]:
        return Proof("open", f"suspended by Google, not by us: {state['suspensionReason']}", state)
    return Proof("open", "Google says not suspended", state)


def _now(ctx: Context, account: Account, *, suspended: bool) -> dict[str, Json]:
    """Read the state back; what Google answered to the write is no proof."""
    after = _state(user_now(ctx, account))
    if after["suspended"] != suspended:
        word = "suspended" if after["suspended"] else "not suspended"
        raise ServiceError(f"{account.login} reads {word} after the call", where=ctx.service)
    return after

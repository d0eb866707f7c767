"""The session layer: void every refresh token and session cookie of Entra. Nothing lists sessions.

What lives on afterwards, and how long (learn.microsoft.com/entra/identity: users-revoke-access,
concept-continuous-access-evaluation, configurable-token-lifetimes): apps with continuous access evaluation
15 minutes at most; access tokens of others 60 to 90 minutes unless a policy of the tenant says more (the
setting `token_minutes`); the cookies of apps until the app decides.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from integrations.answers import Answer, of_whom
from integrations.entra.connection import Graph
from integrations.entra.logs import sign_ins
from integrations.entra.reading import moment, one, settled, stamp, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused

__all__ = ["end_sessions", "sessions_are_ended"]

_STATE = {"$select": "id,accountEnabled,userType,signInSessionsValidFromDateTime"}
_SHOWN = ("accountEnabled", "userType", "signInSessionsValidFromDateTime")
_LOG_REACHES = timedelta(days=7)  # the worst case: Entra ID Free
_CLOCKS_DIFFER = timedelta(minutes=1)
_NEVER = "0001-01-01T00:00:00Z"  # OData's earliest time
_GUEST = (
    "a guest signs in at the home tenant, whose sessions Graph cannot end: ask that tenant to end them; the "
    "blocked account gets no new tokens for this one"
)
_LEFT = "app cookies live until each app decides"


def _read(ctx: Context, account: Account) -> dict[str, Json]:
    return _shown(of_whom(account.id, one(ctx, user_path(account), _STATE), ctx.service))


def _shown(user: Json) -> dict[str, Json]:
    return {key: user.get(key) for key in _SHOWN}


@action(
    "entra.end_sessions",
    kind="close", layer="session",
    noticed="on-next-use",
    comes_after=("entra.disable_user",),  # else a new session starts behind our back
    repeat="natural",  # a repeat moves the time on, nothing else
    no_undo="a session cannot be given back; the person signs in again once the account is enabled",
    proof="entra.sessions_are_ended",
    scopes=("User.RevokeSessions.All", "User.Read.All"),
    source="Microsoft Graph v1.0, user: revokeSignInSessions",
)  # fmt: skip
def end_sessions(ctx: Context, account: Account) -> Outcome:
    """Void all refresh tokens and session cookies that Entra issued to the user so far.

    Safe to repeat: it moves signInSessionsValidFromDateTime on. A guest is refused: "this API doesn't revoke
    sign-in sessions for external users". Leaves undone: access tokens until they expire, and the sessions
    that apps keep for themselves. Returns signInSessionsValidFromDateTime before and after.
    """
    before = _read(ctx, account)
    if before["userType"] == "Guest":
        return Refused(_GUEST)
    users, address = ctx.connection(Graph).directory, user_path(account)
    revoke = user_path(account, "/revokeSignInSessions")
    answer = ctx.write(f"end the sessions of {account.login}", lambda: users.post(revoke), before=before)
    since = _answered_at(answer) - _CLOCKS_DIFFER
    after = settled(
        ctx,
        lambda: _shown(of_whom(account.id, users.get(address, _STATE).json, ctx.service)),
        lambda state: moment(state["signInSessionsValidFromDateTime"] or _NEVER) >= since,
        lambda state: f"the sessions still read valid from {state['signInSessionsValidFromDateTime']}",
    )
    return Changed(before, after)


def _answered_at(answer: Answer) -> datetime:
    """Return when Graph answered, by its own clock so that ours does not matter; by ours if it is silent."""
    date = answer.headers.get("date", "")
    return parsedate_to_datetime(date) if date else datetime.now(UTC)


@action(
    "entra.sessions_are_ended",
    kind="prove", layer="session",
    scopes=("User.Read.All", "AuditLog.Read.All", "Directory.Read.All"),
    source="Microsoft Graph v1.0, Get user (signInSessionsValidFromDateTime), List signIns; nothing lists "
    "a user's sessions",
    lag="minutes; Microsoft names no bound",
)  # fmt: skip
def sessions_are_ended(ctx: Context, account: Account) -> Proof:
    """Read since when sessions are void, and look in the sign-in log for one after that.

    Pending while access tokens of before may live (`token_minutes`), then inferred and never more: Graph
    lists no sessions. Open when a sign-in succeeded afterwards, or when nothing shows that the sessions were
    ended lately. By hand for a guest. Only reads.
    """
    state = _read(ctx, account)
    if state["userType"] == "Guest":
        return Proof("by-hand", _GUEST, state)
    if not state["signInSessionsValidFromDateTime"]:
        return Proof("open", "Entra does not say since when sessions are void", state)
    ended = moment(state["signInSessionsValidFromDateTime"])
    later = sign_ins(
        ctx, f"userId eq '{account.id}' and createdDateTime ge {stamp(ended)} and status/errorCode eq 0", 1
    )
    if later:
        return Proof("open", f"signed in again at {later[0]['createdDateTime']}", state)
    return _judged(state, ended, ctx.connection(Graph).tokens_live, log=later is not None)


def _judged(state: dict[str, Json], ended: datetime, tokens_live: timedelta, *, log: bool) -> Proof:
    """Judge sessions that were ended at a time, and after which no sign-in was seen.

    log: False where the tenant's licence keeps the sign-in log from us.
    """
    now, shut = datetime.now(UTC), not state["accountEnabled"]
    lately = now - ended <= _LOG_REACHES
    if sum((lately, log, shut)) < 2:  # any two of them leave a session of before no way to have lasted
        missing = "the log does not reach back to then" if log else "the sign-in log needs Entra ID P1"
        return Proof("open", f"sessions were last ended at {stamp(ended)}, and {missing}", state)
    seen = "no interactive sign-in since" if log else "disabled now; its sign-in log needs Entra ID P1"
    if now < ended + tokens_live:
        until = stamp(ended + tokens_live)
        why = f"ended at {stamp(ended)}: apps with continuous access evaluation follow within 15 minutes"
        return Proof("pending", f"{why}, tokens of others expire by {until}; {_LEFT}", state, until)
    return Proof("inferred", f"Entra lists no sessions; ended at {stamp(ended)}, {seen}; {_LEFT}", state)

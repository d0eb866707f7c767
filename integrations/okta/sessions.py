"""The session layer: end every Okta session. Nothing lists them: the proof is inferred from the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from integrations.okta.connection import Okta, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof

__all__ = ["end_sessions", "sessions_are_ended"]

_CLEARED = "user.session.clear"
_STARTED = "user.session.start"
_WINDOW = timedelta(days=7)  # longer than any schedule of rechecks we ship


@action(
    "okta.end_sessions",
    kind="close", layer="session",
    noticed="on-next-use",
    comes_after=("okta.suspend_user",),  # else a new session starts behind our back
    repeat="natural",  # 204 every time
    no_undo="a session cannot be given back; the person signs in again once unsuspended",
    proof="okta.sessions_are_ended",
    scopes=("okta.users.manage",),
    source="Okta management API, revokeUserSessions",
)  # fmt: skip
def end_sessions(ctx: Context, account: Account) -> Outcome:
    """End all Okta sessions, with their OAuth tokens and remembered devices.

    Safe to repeat: Okta answers 204 every time. Leaves undone: the sessions that web and native apps keep for
    themselves. Returns before: None, because nothing lists sessions; after: the status Okta answered with.
    """
    okta, address = ctx.connection(Okta), user_path(account, "/sessions")
    params = {"oauthTokens": "true", "forgetDevices": "true"}  # spelled out: defaults differ by engine
    answer = ctx.write(f"end the sessions of {account.login}", lambda: okta.delete(address, params=params))
    return Changed(None, {"answered": answer.status})


@action(
    "okta.sessions_are_ended",
    kind="prove", layer="session",
    scopes=("okta.logs.read",),
    source="Okta management API, listLogEvents; no operation lists a user's sessions",
    lag="seconds to minutes",
)  # fmt: skip
def sessions_are_ended(ctx: Context, account: Account) -> Proof:
    """Look in the System Log for the end of the sessions, and for any sign-in after it.

    Never more than inferred: Okta has no operation that lists a user's sessions. Open when a sign-in
    succeeded afterwards, or when the log shows no end. Only reads.
    """
    okta = ctx.connection(Okta)
    user_path(account)  # the id goes into a filter below: it must be one
    now = datetime.now(UTC)
    params: dict[str, str | int] = {
        "since": _stamp(now - _WINDOW),
        "until": _stamp(now + timedelta(minutes=5)),  # a log clock ahead of ours hides nothing
        "filter": f'(eventType eq "{_CLEARED}" and target.id eq "{account.id}")'
        f' or (eventType eq "{_STARTED}" and actor.id eq "{account.id}")',
        "sortOrder": "ASCENDING",
        "limit": 1000,
    }
    return _judged(ctx.read(lambda: okta.rows("/api/v1/logs", params)))


def _judged(events: list[Json]) -> Proof:
    """Judge events in the order Okta gives them, oldest first."""
    ends = [place for place, each in enumerate(events) if each["eventType"] == _CLEARED]
    if not ends:
        return Proof("open", "the System Log shows no end of the sessions (it may lag by minutes)")
    state = {"ended": events[ends[-1]]["published"]}
    for each in events[ends[-1] + 1 :]:
        if each["eventType"] == _STARTED and each["outcome"]["result"] == "SUCCESS":
            return Proof("open", f"signed in again at {each['published']}", state)
    why = f"Okta lists no sessions; its log shows them ended at {state['ended']}, and no sign-in since"
    return Proof("inferred", why, state)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

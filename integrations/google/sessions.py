"""The session layer: end every session. Nothing lists them: the proof is inferred from the audit log."""

from __future__ import annotations

from integrations.google.activities import acts_upon, events
from integrations.google.connection import AUDIT, SECURITY, USERS, Google, user_path
from integrations.google.users import user_now
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Outcome, Proof

__all__ = ["sessions_are_ended", "sign_out"]

_ENDED = "RESET_SIGNIN_COOKIES"  # Reports API, Admin audit activity events, user settings


@action(
    "google.sign_out",
    kind="close", layer="session",
    noticed="on-next-use",
    comes_after=("google.suspend_user",),  # else a new session starts behind our back
    repeat="natural",  # answered alike every time
    no_undo="a session cannot be given back; the person signs in again once unsuspended",
    proof="google.sessions_are_ended",
    scopes=(SECURITY,),
    source="Directory API, users.signOut",
)  # fmt: skip
def sign_out(ctx: Context, account: Account) -> Outcome:
    """Sign the person out of all web and device sessions.

    Safe to repeat: Google answers alike every time. Leaves undone: an open Gmail tab may go on for up to
    60 minutes (support.google.com/a/answer/178854), and apps reached through Google keep sessions of their
    own. That it takes a suspended user is not documented; a refusal leaves the door open. Returns before:
    None, because nothing lists sessions; after: the status Google answered with.
    """
    http, address = ctx.connection(Google).directory, user_path(account, "/signOut")
    answer = ctx.write(f"sign {account.login} out", lambda: http.post(address))
    return Changed(None, {"answered": answer.status})


@action(
    "google.sessions_are_ended",
    kind="prove", layer="session",
    scopes=(USERS, AUDIT),
    source="Reports API, activities.list (admin, login); no operation lists a user's sessions",
    lag="minutes for the sign-out, hours for sign-ins",
)  # fmt: skip
def sessions_are_ended(ctx: Context, account: Account) -> Proof:
    """Look in the audit log for the sign-out, and for any sign-in after it.

    Never more than inferred: Google has no operation that lists a user's sessions. Open when a sign-in
    succeeded afterwards, unknown while the log shows no sign-out. Only reads.
    """
    ended = acts_upon(ctx, user_now(ctx, account), _ENDED)
    if not ended:
        return Proof("unknown", "the admin log shows no sign-out lately (it lags by minutes)")
    state = {"ended": ended[0]}
    asked = {"eventName": "login_success", "startTime": ended[0]}
    times = [str(each["id"]["time"]) for each in events(ctx, account.id, "login", asked)]
    if later := [each for each in times if each >= ended[0]]:
        return Proof("open", f"signed in again at {max(later)}", state)
    why = (
        f"Google lists no sessions; its log shows the sign-out at {ended[0]} and no sign-in since, as far as "
        "it is written; an open tab may live on for up to 60 minutes"
    )
    return Proof("inferred", why, state)

"""The key layer: ways back in that outlive a password: backup codes, recovery mail and recovery phone.

Backup codes are live secrets. Google lists them in the clear (verificationCodes.list), so they are never
listed, here or anywhere: that they are void is inferred from the audit log.
"""

from __future__ import annotations

from integrations.google.activities import acts_upon
from integrations.google.connection import AUDIT, SECURITY, USERS, Google, user_path
from integrations.google.users import user_now
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError

__all__ = [
    "clear_recovery", "find_recovery", "invalidate_backup_codes", "recovery_is_closed", "restore_recovery",
]  # fmt: skip

_FIELDS = {"recoveryEmail": "recovery mail", "recoveryPhone": "recovery phone"}
_VOID, _FRESH = "DELETE_2SV_SCRATCH_CODES", "GENERATE_2SV_SCRATCH_CODES"
"""Events of the admin log: Reports API, Admin audit activity events, user settings."""


def _data(user: Json) -> dict[str, str]:
    return {field: str(user.get(field) or "") for field in _FIELDS}


@action(
    "google.find_recovery",
    kind="find", layer="key", finds="things",
    scopes=(USERS,),
    source="Directory API, users.get (recoveryEmail, recoveryPhone)",
)  # fmt: skip
def find_recovery(ctx: Context, account: Account) -> list[Thing]:
    """Find the recovery mail and phone, and name the backup codes, which nobody may list. Only reads.

    The codes are named whether or not there are any: to tell would be to see them.
    """
    data = _data(user_now(ctx, account))
    held = [(field, value) for field, value in data.items() if value]
    things = [Thing(field, f"{_FIELDS[field]} {value}", {field: value}) for field, value in held]
    return [Thing("backup-codes", "backup codes, if any"), *things]


@action(
    "google.invalidate_backup_codes",
    kind="close", layer="key",
    noticed="on-next-use",
    repeat="natural",  # answered alike every time
    no_undo="codes cannot be given back; the person makes new ones once unsuspended",
    proof="google.recovery_is_closed",
    scopes=(SECURITY,),
    source="Directory API, verificationCodes.invalidate",
)  # fmt: skip
def invalidate_backup_codes(ctx: Context, account: Account) -> Outcome:
    """Make every backup code of the person void, without looking at one.

    Safe to repeat: Google answers alike every time. Leaves undone: second factors the person enrolled, which
    no interface of Google removes one by one; they are of no use while the account is suspended. Returns
    before: None, because the codes are never read; after: the status Google answered with.
    """
    http, address = ctx.connection(Google).directory, user_path(account, "/verificationCodes/invalidate")
    answer = ctx.write(f"make the backup codes of {account.login} void", lambda: http.post(address))
    return Changed(None, {"answered": answer.status})


@action(
    "google.clear_recovery",
    kind="close", layer="key",
    noticed="e-mail",  # Google mails about changed recovery data, and promises no silence for our change
    destroys=Destroys("the recovery mail and phone", kept_by="google.keep_state"),
    repeat="guarded",
    undo="google.restore_recovery", proof="google.recovery_is_closed",
    scopes=(USERS,),
    source="Directory API, users.update (recoveryEmail, recoveryPhone; null clears)",
)  # fmt: skip
def clear_recovery(ctx: Context, account: Account) -> Outcome:
    """Clear the recovery mail and phone, by which an account is taken back after a reset.

    Safe to repeat: an account without them is Unchanged. The password is not touched: a reset can mail the
    person. Returns both before, as `restore_recovery` needs them, and after.
    """
    before = _data(user_now(ctx, account))
    if not any(before.values()):
        return Unchanged(f"{account.login} has no recovery mail and no recovery phone", before)
    http, address = ctx.connection(Google).directory, user_path(account)
    body = dict.fromkeys(field for field, value in before.items() if value)
    ctx.write(f"clear the recovery data of {account.login}", lambda: http.put(address, body), before=before)
    return Changed(before, _now(ctx, account, dict.fromkeys(_FIELDS, "")))


@action(
    "google.restore_recovery",
    kind="reopen", layer="key",
    noticed="e-mail",  # as clear_recovery
    repeat="guarded",
    no_undo="it is the way back itself; clear the recovery data again", proof="google.recovery_is_closed",
    scopes=(USERS,),
    source="Directory API, users.update (recoveryEmail, recoveryPhone)",
)  # fmt: skip
def restore_recovery(ctx: Context, account: Account, before: Json) -> Outcome:
    """Set the recovery mail and phone to what they were.

    before: what `clear_recovery` recorded. Safe to repeat: an account that has them is Unchanged; one that
    somebody gave other recovery data since is refused. Returns both before and after.
    """
    wanted, state = {field: str(before[field]) for field in _FIELDS}, _data(user_now(ctx, account))
    if state == wanted:
        return Unchanged(f"{account.login} has this recovery data", state)
    if any(value and value != wanted[field] for field, value in state.items()):
        return Refused(f"somebody gave {account.login} other recovery data since")
    http, address = ctx.connection(Google).directory, user_path(account)
    body = {field: value for field, value in wanted.items() if value}
    ctx.write(f"restore the recovery data of {account.login}", lambda: http.put(address, body), before=state)
    return Changed(state, _now(ctx, account, wanted))


@action(
    "google.recovery_is_closed",
    kind="prove", layer="key",
    scopes=(USERS, AUDIT),
    source="Directory API, users.get; Reports API, activities.list (admin); the codes are never listed",
    lag="minutes",
)  # fmt: skip
def recovery_is_closed(ctx: Context, account: Account) -> Proof:
    """Read the recovery data back, and look in the audit log for the end of the backup codes.

    Never more than inferred: reading the codes would disclose them. Open while recovery data is set, or when
    an administrator made new codes after the end; unknown while the log shows no end. Only reads.
    """
    user = user_now(ctx, account)
    state: dict[str, Json] = dict(_data(user))
    if left := [words for field, words in _FIELDS.items() if state[field]]:
        return Proof("open", f"still set: {', '.join(left)}", state)
    void = acts_upon(ctx, user, _VOID)
    if not void:
        why = "the admin log shows no end of the backup codes lately (it lags by minutes)"
        return Proof("unknown", f"no recovery data; {why}", state)
    state["codes_void_at"] = void[0]
    if fresh := [each for each in acts_upon(ctx, user, _FRESH) if each >= void[0]]:
        return Proof("open", f"an administrator made new backup codes at {fresh[0]}", state)
    why = f"no recovery data; codes are never listed, and the log shows them made void at {void[0]}"
    return Proof("inferred", why, state)


def _now(ctx: Context, account: Account, wanted: dict[str, str]) -> dict[str, str]:
    after = _data(user_now(ctx, account))
    if after != wanted:
        said = f"the recovery data of {account.login} reads otherwise after the call"
        raise ServiceError(said, where=ctx.service)
    return after

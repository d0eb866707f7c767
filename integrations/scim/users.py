"""The account layer: set `active` to false, read it back, set it to true."""

from __future__ import annotations

import re

from integrations.client import Answer
from integrations.scim.connection import Scim, the_user, user_path
from integrations.scim.meanings import refusal, warning
from integrations.scim.resources import active
from runner.actions.contract import Context, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import ServiceError, ServiceRefused

__all__ = ["deactivate_user", "find_open_account", "reactivate_user", "user_is_inactive"]

_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_SCIM_JSON = {"Content-Type": "application/scim+json"}  # RFC 7644 section 3.1
_OTHER_FORM = frozenset({"", "invalidPath", "invalidSyntax", "invalidValue", "noTarget"})
"""Refusals (RFC 7644, table 9) by which a provider says that it wants `path` beside the value."""
_ETAG = re.compile(r'(W/)?"[\x21\x23-\x7e]*"')  # RFC 9110 section 8.8.3
_NOT_SHOWN = "the provider does not show `active`: what is done could not be read back"


def _read(ctx: Context, account: Account) -> Answer:
    """Return the answer that holds the user."""
    address = user_path(account)
    answer = ctx.read(lambda: ctx.connection(Scim).get(address))
    the_user(account, answer)
    return answer


def _state(answer: Answer) -> dict[str, Json]:
    return {"active": active(answer.json)}


def _why_not(ctx: Context) -> str:
    """Say why this provider is never sent `active`; empty where it may be."""
    scim = ctx.connection(Scim)
    if why := refusal(scim.settings.provider, scim.settings.meaning()):
        return why
    if not ctx.read(scim.announced).patch:
        return "the provider does not announce PATCH (ServiceProviderConfig): shut the account in its console"
    return ""


@action(
    "scim.find_open_account",
    kind="find", layer="account", finds="things",
    scopes=("Users: read",),
    source="RFC 7644 section 3.4.1, GET /Users/{id}",
)  # fmt: skip
def find_open_account(ctx: Context, account: Account) -> list[Thing]:
    """Find the account itself, unless it is inactive; its label says where it will not be closed, and why."""
    state = _state(_read(ctx, account))
    if state["active"] is False:
        return []
    scim = ctx.connection(Scim)
    meaning = scim.settings.meaning()
    status = "active" if state["active"] else "`active` not shown"
    notes = [status, _why_not(ctx) or (warning(meaning) if meaning else "")]
    return [Thing(account.id, f"{account.login} ({'; '.join(filter(None, notes))})", state)]


@action(
    "scim.deactivate_user",
    kind="close", layer="account",
    noticed="e-mail",  # the worst a provider could do: SCIM is silent, and meanings.py knows it of few
    repeat="guarded",
    undo="scim.reactivate_user", proof="scim.user_is_inactive",
    # RFC 7643 section 4.1.1 leaves the meaning of `active` to the provider; meanings.py says what each drops
    undo_lacks="groups, licences and seats the provider dropped with the account: look into the provider",
    scopes=("Users: write",),
    source="RFC 7644 section 3.5.2, PATCH /Users/{id}; RFC 7643 section 4.1.1, active",
)  # fmt: skip
def deactivate_user(ctx: Context, account: Account) -> Outcome:
    """Set the user's `active` to false, where it is known that this shuts the account and nothing more.

    Safe to repeat: a user who is inactive is left alone. Refused where the provider's meaning of it is not
    known, or deletes, removes or renames the person (`meanings.py`). A provider with ETags is sent If-Match:
    a user who changed since is left alone, for a person to look at. Leaves undone: sessions, tokens and
    whatever else SCIM does not show. Returns `active` before and after.
    """
    found = _read(ctx, account)
    before = _state(found)
    if before["active"] is False:
        return Unchanged(f"{account.login} is inactive", before)
    if why := _why_not(ctx):
        return Refused(why)
    if before["active"] is None:
        return Refused(_NOT_SHOWN)
    _set(ctx, account, found, wanted=False)
    return Changed(before, _now(ctx, account, wanted=False))


@action(
    "scim.reactivate_user",
    kind="reopen", layer="account",
    noticed="e-mail",  # as deactivate_user
    repeat="guarded",
    no_undo="it is the way back itself; deactivate again to take it back", proof="scim.user_is_inactive",
    scopes=("Users: write",),
    source="RFC 7644 section 3.5.2, PATCH /Users/{id}; RFC 7643 section 4.1.1, active",
)  # fmt: skip
def reactivate_user(ctx: Context, account: Account, before: Json) -> Outcome:
    """Set the user's `active` to true again.

    before: what `deactivate_user` recorded. Safe to repeat: a user who is active is left alone. Leaves
    undone: what the provider dropped meanwhile (`loses` in `meanings.py`). Returns `active` before and after.
    """
    if before["active"] is not True:
        return Refused(f"{account.login} was not active before")
    found = _read(ctx, account)
    state = _state(found)
    if state["active"] is True:
        return Unchanged(f"{account.login} is active", state)
    if why := _why_not(ctx) or (_NOT_SHOWN if state["active"] is None else ""):
        return Refused(why)
    _set(ctx, account, found, wanted=True)
    return Changed(state, _now(ctx, account, wanted=True))


@action(
    "scim.user_is_inactive",
    kind="prove", layer="account",
    scopes=("Users: read",),
    source="RFC 7644 section 3.4.1, GET /Users/{id}",
)  # fmt: skip
def user_is_inactive(ctx: Context, account: Account) -> Proof:
    """Read `active`: closed while it is false. Only reads.

    A user who is gone from the provider is inferred: the account may stand without its SCIM record.
    """
    address = user_path(account)
    found = ctx.read(lambda: ctx.connection(Scim).find(address))
    if found is None:
        return Proof("inferred", "the provider has no such user any more; SCIM shows nothing beyond that")
    told = active(the_user(account, found))
    if told is None:
        return Proof("unknown", "the provider does not show `active`", {"active": None})
    return Proof("open" if told else "closed", f"active is {str(told).lower()}", {"active": told})


def _set(ctx: Context, account: Account, found: Answer, *, wanted: bool) -> None:
    """Send `active`, and once more with a `path` where the provider refuses the first form as a form."""
    scim, address = ctx.connection(Scim), user_path(account)
    headers = {**_SCIM_JSON, **_if_match(ctx, found)}

    def send(operation: Json) -> None:
        body = {"schemas": [_PATCH], "Operations": [{"op": "replace", **operation}]}
        answer = ctx.write(
            f"{'activate' if wanted else 'deactivate'} {account.login}",
            lambda: scim.request("PATCH", address, json=body, more=headers),
            before=_state(found),
        )
        if answer.json is not None:  # 204 brings none (RFC 7644 section 3.5.2)
            the_user(account, answer)

    forms: tuple[Json, Json] = ({"value": {"active": wanted}}, {"path": "active", "value": wanted})
    for form in forms:
        try:
            send(form)
        except ServiceRefused as refused:
            if refused.status == 412:
                raise _overtaken(ctx, account) from refused
            if refused.status != 400 or refused.code not in _OTHER_FORM or form is forms[-1]:
                raise
        else:
            return


def _overtaken(ctx: Context, account: Account) -> ServiceRefused:
    """Return the error for a user who is no longer as we read it (RFC 7644 section 3.14)."""
    return ServiceRefused(
        f"{account.login} changed between reading and writing: nothing was written",
        status=412,
        where=ctx.service,
        remedy="look at what changed, then run again",
    )


def _if_match(ctx: Context, found: Answer) -> dict[str, str]:
    """Return If-Match with the version that was read, where the provider has versions (section 3.14)."""
    if not ctx.read(ctx.connection(Scim).announced).etag:
        return {}
    meta = found.json.get("meta")
    version = found.headers.get("etag") or (meta.get("version") if isinstance(meta, dict) else None)
    return {"If-Match": version} if isinstance(version, str) and _ETAG.fullmatch(version) else {}


def _now(ctx: Context, account: Account, *, wanted: bool) -> dict[str, Json]:
    """Read `active` back; what the provider answered to the write is no proof."""
    address = user_path(account)
    found = ctx.read(lambda: ctx.connection(Scim).find(address))
    told = active(the_user(account, found)) if found else "no such user"
    if told is not wanted:
        raise ServiceError(f"{account.login} reads {told} after the call", where=ctx.service)
    return {"active": told}

"""The token layer: what a person signs in with besides the password: passkeys, apps, phones, passes."""

from __future__ import annotations

from integrations.entra.connection import Graph
from integrations.entra.reading import rows, settled, user_path
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Proof, Refused, Thing, Unchanged
from runner.errors import RateLimited, ServiceRefused

__all__ = ["find_methods", "methods_are_removed", "methods_of", "remove_method"]

_ODATA = "#microsoft.graph."
_KINDS = {
    "temporaryAccessPass": "temporary access pass",
    "email": "e-mail for password reset",
    "fido2": "passkey",
    "windowsHelloForBusiness": "Windows Hello on",
    "platformCredential": "platform credential on",
    "softwareOath": "code generator",
    "phone": "phone",
    "microsoftAuthenticator": "Microsoft Authenticator on",
}
"""What Graph v1.0 can delete, in the order in which it is: the default method, mostly the last, goes last."""
_DEFAULT_LAST_S = 1.0


def methods_of(ctx: Context, account: Account) -> list[Json]:
    """Return every method of the person but the password, as Graph gives them: it shows no secret of any."""
    listed = rows(ctx, user_path(account, "/authentication/methods"))
    return [each for each in listed if _kind(each) != "password"]


def _kind(method: Json) -> str:
    return str(method["@odata.type"]).removeprefix(_ODATA).removesuffix("AuthenticationMethod")


def _thing(method: Json) -> Thing:
    names = ("displayName", "model", "phoneNumber", "emailAddress")
    which = next((str(method[key]) for key in names if method.get(key)), "")
    return Thing(method["id"], f"{_KINDS.get(_kind(method), _kind(method))} {which}".strip(), method)


@action(
    "entra.find_methods",
    kind="find", layer="token", finds="things",
    scopes=("UserAuthenticationMethod.Read.All",),
    source="Microsoft Graph v1.0, List a user's authentication methods",
)  # fmt: skip
def find_methods(ctx: Context, account: Account) -> list[Thing]:
    """Find the methods the person can sign in or reset the password with, less the password. Only reads.

    Hardware code generators and security questions are in no answer of v1.0.
    """
    order = list(_KINDS)
    ranks = {kind: place for place, kind in enumerate(order)}
    found = methods_of(ctx, account)
    return [_thing(each) for each in sorted(found, key=lambda each: ranks.get(_kind(each), len(order)))]


@action(
    "entra.remove_method",
    kind="close", layer="token",
    noticed="e-mail",  # Microsoft documents no mail for this call, nor that there is none: so we expect one
    destroys=Destroys("the registration of the method", kept_by="entra.keep_state"),
    repeat="guarded",
    no_undo="a deleted method cannot come back; the person registers it again once the account is enabled",
    proof="entra.methods_are_removed",
    scopes=("UserAuthenticationMethod.ReadWrite.All",),
    source="Microsoft Graph v1.0, Delete fido2AuthenticationMethod and its kin; "
    "resources/authenticationmethods-overview",
)  # fmt: skip
def remove_method(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Delete one method the person signs in with.

    thing: from `find_methods`. Safe to repeat: a method that is gone is Unchanged. The default method goes
    last: Graph refuses it while others stand, so it waits for them, two minutes at most. A kind that v1.0
    cannot delete is refused. Returns the method before, as Graph shows it, None after.
    """
    before = next((each for each in methods_of(ctx, account) if each["id"] == thing.id), None)
    if before is None:
        return Unchanged(f"{thing.label} is gone")
    kind, methods = _kind(before), ctx.connection(Graph).directory
    if kind not in _KINDS:
        return Refused(f"Graph cannot delete {kind}: delete it in the Entra portal")
    address = user_path(account, f"/authentication/{kind}Methods/{{}}", before["id"])

    def delete() -> None:
        try:
            methods.delete(address)
        except ServiceRefused as refused:
            if refused.status == 400 and "default" in refused.what:
                raise RateLimited(refused.what, wait_s=_DEFAULT_LAST_S, where=ctx.service) from None
            raise

    ctx.write(f"delete the method {thing.label}", delete, before=before)
    settled(
        ctx,
        lambda: methods.find(address),
        lambda left: left is None,
        lambda _: f"{thing.label} still reads",
    )
    return Changed(before, None)


@action(
    "entra.methods_are_removed",
    kind="prove", layer="token",
    scopes=("UserAuthenticationMethod.Read.All",),
    source="Microsoft Graph v1.0, List a user's authentication methods",
)  # fmt: skip
def methods_are_removed(ctx: Context, account: Account) -> Proof:
    """List the methods again: closed when only the password, or nothing, is left. Only reads."""
    left = [_thing(each).label for each in methods_of(ctx, account)]
    if left:
        return Proof("open", f"still registered: {', '.join(left)}", left)
    return Proof("closed", "no method but the password listed", [])

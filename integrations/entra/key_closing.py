"""Close what signs in as a person's apps, and give back what can be given back: all but secrets.

`removeKey` wants a proof signed with the key itself; a certificate is taken out by updating the app instead
(Microsoft Graph v1.0, application: removeKey, note on Update application; `az ad app credential delete
--cert` does the same).
"""

from __future__ import annotations

from collections.abc import Callable

from integrations.client import path
from integrations.entra.connection import Graph
from integrations.entra.keys import certificates_beside, owned, things_of
from integrations.entra.reading import settled, user_path
from runner.actions.contract import Context, Destroys, action
from runner.actions.values import Account, Changed, Json, Outcome, Refused, Thing, Unchanged

__all__ = ["remove_key", "restore_key"]

_TRUSTS = "/applications/{}/federatedIdentityCredentials"
_GONE = "a secret cannot come back, Entra shows it once: the app's owner makes a new one where it is needed"


@action(
    "entra.remove_key",
    kind="close", layer="key",
    noticed="on-next-use",
    destroys=Destroys("the secret, for good", kept_by="entra.keep_state"),
    repeat="guarded",
    undo="entra.restore_key", proof="entra.keys_are_removed",
    scopes=("Application.ReadWrite.All", "Directory.Read.All"),
    source="Microsoft Graph v1.0, application: removePassword, Update application, "
    "Delete federatedIdentityCredential",
)  # fmt: skip
def remove_key(ctx: Context, account: Account, thing: Thing) -> Outcome:
    """Remove a secret, all certificates, or one federated trust of an app; every machine that uses it stops.

    thing: from `find_keys`. Safe to repeat: what is gone is Unchanged. An app that is no longer the person's
    is refused, and so is the one severance signs in as. Leaves undone: tokens the app holds already, for an
    hour or so. Returns the thing's state before (a certificate with its public bytes, never a secret), None
    after.
    """
    graph, apps, app = ctx.connection(Graph), owned(ctx, account), thing.id.partition(".")[0]
    if app not in apps:
        return Refused(f"the app of {thing.label} is not this person's")

    def standing() -> Thing | None:
        return next((each for each in things_of(graph, apps[app], app) if each.id == thing.id), None)

    found = ctx.read(standing)
    if found is None:
        return Unchanged(f"{thing.label} is gone")
    if found.state["appId"].lower() == graph.client_id.lower():
        return Refused("severance itself signs in as this app: give severance another one first")
    removal = _removal(ctx, graph, found)
    ctx.write(f"remove the {found.label}", removal, before=found.state)
    settled(ctx, standing, lambda left: left is None, lambda _: f"the {found.label} still reads")
    return Changed(found.state, None)


def _removal(ctx: Context, graph: Graph, thing: Thing) -> Callable[[], object]:
    """Return the one call that removes a thing."""
    state, directory = thing.state, graph.directory
    app = path(f"/{state['on']}/{{}}", state["object"])
    if state["kind"] == "secret":
        return lambda: directory.post(f"{app}/removePassword", {"keyId": state["keyId"]})
    if state["kind"] == "federated":
        return lambda: directory.delete(path(_TRUSTS + "/{}", state["object"], state["id"]))
    left = ctx.read(lambda: certificates_beside(graph, state["on"], state["object"], saml=True))
    return lambda: directory.patch(app, {"keyCredentials": left})


@action(
    "entra.restore_key",
    kind="reopen", layer="key",
    repeat="guarded",
    no_undo="it is the way back itself; remove the key again", proof="entra.keys_are_removed",
    scopes=("Application.ReadWrite.All",),
    source="Microsoft Graph v1.0, Update application, Create federatedIdentityCredential",
)  # fmt: skip
def restore_key(ctx: Context, account: Account, before: Json) -> Outcome:
    """Put an app's certificates or a federated trust back; a secret is refused, it cannot come back.

    before: what `remove_key` recorded. Safe to repeat: what stands is Unchanged. Returns what reads after.
    """
    user_path(account)
    if before["kind"] == "secret":
        return Refused(_GONE)
    if before["kind"] == "federated":
        return _trust_again(ctx, before)
    return _certify_again(ctx, before)


def _certify_again(ctx: Context, before: Json) -> Outcome:
    graph, on, app = ctx.connection(Graph), before["on"], before["object"]

    def lacking(standing: list[Json]) -> list[Json]:
        keys = {each["key"] for each in standing}
        return [each for each in before["keyCredentials"] if each["key"] not in keys]

    def read() -> list[Json]:
        return certificates_beside(graph, on, app, saml=False)

    standing = ctx.read(read)
    if not lacking(standing):
        return Unchanged(f"{before['app']} has these certificates", {"certificates": len(standing)})
    wanted = {"keyCredentials": [*standing, *lacking(standing)]}
    address = path(f"/{on}/{{}}", app)
    what = f"put the certificates of {before['app']} back"
    ctx.write(what, lambda: graph.directory.patch(address, wanted), before={"certificates": len(standing)})
    after = settled(
        ctx,
        read,
        lambda found: not lacking(found),
        lambda _: f"certificates of {before['app']} do not read",
    )
    return Changed({"certificates": len(standing)}, {"certificates": len(after)})


def _trust_again(ctx: Context, before: Json) -> Outcome:
    graph, wanted = ctx.connection(Graph), before["credential"]
    address = path(_TRUSTS, before["object"])

    def standing() -> Json:
        listed = graph.directory.get(address).json["value"]
        return next((each for each in listed if each["name"] == wanted["name"]), None)

    found = ctx.read(standing)
    if found and all(found.get(key) == wanted[key] for key in ("issuer", "subject", "audiences")):
        return Unchanged(f"{before['app']} has this trust", wanted)
    if found:
        return Refused(f"{before['app']} has another trust of that name since")
    what = f"trust {wanted['issuer']} {wanted['subject']} as {before['app']} again"
    ctx.write(what, lambda: graph.directory.post(address, wanted))
    settled(ctx, standing, lambda made: made is not None, lambda _: "the trust does not read")
    return Changed(None, wanted)

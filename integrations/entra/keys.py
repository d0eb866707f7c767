"""The key layer: what signs in as the apps a person owns or made: secrets, certificates, federated trust.

Machines use them, so each comes back as shared and waits for its owner's approval. What signs single sign-on
(SAML) for everybody is left out: closing it would lock out the company.
"""

from __future__ import annotations

from integrations.client import path
from integrations.entra.connection import Graph
from integrations.entra.reading import rows, user_path
from runner.actions.contract import Context, action
from runner.actions.values import Account, Json, Proof, Thing

__all__ = ["KEYS", "certificates_beside", "find_keys", "keys_are_removed", "owned", "things_of"]

KEYS = {"$select": "id,appId,displayName,passwordCredentials,keyCredentials"}
"""Asked of one object, this shows a certificate's public bytes too; never a secret."""
_ON = {
    "#microsoft.graph.application": "applications",
    "#microsoft.graph.servicePrincipal": "servicePrincipals",
}
_LISTS = (
    "Microsoft Graph v1.0, List ownedObjects, List createdObjects, Get application, Get servicePrincipal, "
    "List federatedIdentityCredentials"
)


def owned(ctx: Context, account: Account) -> dict[str, str]:
    """Return the apps the person owns or made: `applications` or `servicePrincipals` by object id.

    Graph names what a person made only while the person holds no administrator role (List createdObjects).
    """
    listed = [
        each
        for tail in ("/ownedObjects", "/createdObjects")
        for each in rows(ctx, user_path(account, tail))
    ]
    return {each["id"]: _ON[each["@odata.type"]] for each in listed if each.get("@odata.type") in _ON}


def things_of(graph: Graph, on: str, app: str) -> list[Thing]:
    """Read what signs in as an app: one thing a secret, one for all certificates, one a trust."""
    found = graph.directory.get(path(f"/{on}/{{}}", app), KEYS).json
    common = {"on": on, "object": app, "appId": found["appId"], "app": found.get("displayName") or app}
    things = [_secret(common, each) for each in found["passwordCredentials"] if not _saml(found, each)]
    if mine := [each for each in found["keyCredentials"] if not _saml(found, each)]:
        things.append(_certificates(common, mine))
    if on == "applications":
        trusted = graph.directory.get(path("/applications/{}/federatedIdentityCredentials", app)).json
        things += [_federated(common, each) for each in trusted["value"]]  # Entra allows twenty: one page
    return things


def _saml(app: Json, credential: Json) -> bool:
    """Tell whether a credential belongs to a SAML signing key: its parts carry one customKeyIdentifier.

    Source: learn.microsoft.com/graph/application-saml-sso-configure-api.
    """
    keys = [each for each in app["keyCredentials"] if each.get("usage") == "Sign"]
    signing = {each["customKeyIdentifier"] for each in keys} - {None}
    return credential.get("usage") == "Sign" or credential.get("customKeyIdentifier") in signing


def certificates_beside(graph: Graph, on: str, app: str, *, saml: bool) -> list[Json]:
    """Read an app's certificates: all of them, or with `saml` only those that are no door here."""
    found = graph.directory.get(path(f"/{on}/{{}}", app), KEYS).json
    return [each for each in found["keyCredentials"] if not saml or _saml(found, each)]


def _secret(common: dict[str, Json], secret: Json) -> Thing:
    name = secret.get("displayName") or secret["keyId"]
    state = {**common, "kind": "secret", "keyId": secret["keyId"], "endDateTime": secret.get("endDateTime")}
    label = f"secret {name} of {common['app']}"
    return Thing(f"{common['object']}.{secret['keyId']}", label, state, shared=True)


def _certificates(common: dict[str, Json], certificates: list[Json]) -> Thing:
    names = ", ".join(str(each.get("displayName") or each["keyId"]) for each in certificates)
    state = {**common, "kind": "certificates", "keyCredentials": certificates}
    label = f"certificates {names} of {common['app']}"
    return Thing(f"{common['object']}.certificates", label, state, shared=True)


def _federated(common: dict[str, Json], trust: Json) -> Thing:
    parts = {key: trust.get(key) for key in ("name", "issuer", "subject", "audiences", "description")}
    state = {**common, "kind": "federated", "credential": parts, "id": trust["id"]}
    label = f"trust in {trust['issuer']} {trust['subject']} as {common['app']}"
    return Thing(f"{common['object']}.{trust['id']}", label, state, shared=True)


@action(
    "entra.find_keys",
    kind="find", layer="key", finds="things",
    scopes=("Application.Read.All", "Directory.Read.All"),
    source=_LISTS,
)  # fmt: skip
def find_keys(ctx: Context, account: Account) -> list[Thing]:
    """Find the secrets, certificates and federated trusts of the apps the person owns or made. Only reads.

    All are shared. Managed identities and what an administrator made without owning it are not listed.
    """
    return _listed(ctx, account)


def _listed(ctx: Context, account: Account) -> list[Thing]:
    graph, apps = ctx.connection(Graph), owned(ctx, account)
    return [thing for app in apps for thing in ctx.read(lambda app=app: things_of(graph, apps[app], app))]  # type: ignore[misc]


@action(
    "entra.keys_are_removed",
    kind="prove", layer="key",
    scopes=("Application.Read.All", "Directory.Read.All"),
    source=_LISTS,
)  # fmt: skip
def keys_are_removed(ctx: Context, account: Account) -> Proof:
    """List what signs in as the person's apps again: closed when there is nothing. Only reads."""
    left = [each.label for each in _listed(ctx, account)]
    if left:
        return Proof("open", f"{len(left)} left: {', '.join(left)}", left)
    return Proof("closed", "no secret, certificate or federated trust of the person's apps listed", [])

"""One Microsoft Entra tenant, reached as an app through Microsoft Graph v1.0, and the layers it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from integrations.addresses import base_of, origin_of
from integrations.client import Http, path
from integrations.entra.credentials import Tokens, assertion_signer
from runner.actions.contract import Opening, service
from runner.actions.values import Json, Layer
from runner.errors import ServiceError

__all__ = ["Graph", "Settings", "connect"]

_GRAPH = "00000003-0000-0000-c000-000000000000"  # Graph's own app id, in every tenant
_GUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
Guid = Annotated[str, StringConstraints(pattern=f"^{_GUID}$")]
Tenant = Annotated[str, StringConstraints(pattern=rf"^(?:{_GUID}|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)$")]

LACKS: Mapping[Layer, str] = {
    "shared": (
        "Graph does not tell who knows the password of a shared mailbox or a service account: rotate those "
        "the person worked with"
    ),
}
BY_HAND: Mapping[Layer, str] = {
    "app": "end the person's sessions in this app and suspend the account there: Entra cannot revoke them",
}


class Settings(BaseModel):
    """The `entra` service of severance.yaml: an app of the tenant, with application permissions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: Tenant
    """The tenant's id, or one of its verified domains."""
    client_id: Guid
    """Of the app registration severance signs in as."""
    secret: str = ""
    """A secret reference: a client secret of the app."""
    certificate: str = ""
    """Instead of `secret`, a secret reference: PEM of an RSA private key followed by its certificate."""
    tier: Literal["free", "p1", "p2"] = "free"
    """The tenant's licence: how far back its logs reach (7 days, or 30)."""
    token_minutes: int = Field(default=90, ge=0, le=1440)
    """The longest life of an access token here: 90 unless a token lifetime policy of the tenant says more."""
    url: str = "https://graph.microsoft.com/v1.0"
    """Of Graph; national clouds have their own."""
    login_url: str = "https://login.microsoftonline.com"
    """Of the sign-in service."""

    @model_validator(mode="after")
    def _one_credential(self) -> Self:
        if bool(self.secret) == bool(self.certificate):
            raise ValueError("one of secret and certificate")
        return self


@dataclass(frozen=True, slots=True)
class Graph:
    """An open tenant."""

    directory: Http
    """Reads and writes objects by their ids."""
    index: Http
    """Searches: what Graph calls eventually consistent, seconds to minutes behind the directory."""
    login: Http
    client_id: str
    tier: str
    tokens_live: timedelta

    def close(self) -> None:
        """Close every connection."""
        for each in (self.directory, self.index, self.login):
            each.close()


def learned(graph: Graph) -> Json:
    """Read who we are: our own service principal, and the application permissions of Graph it was granted."""
    us = _principal(graph, graph.client_id, "id,displayName")
    names = {each["id"]: each["value"] for each in _principal(graph, _GRAPH, "id,appRoles")["appRoles"]}
    granted = graph.directory.get(path("/servicePrincipals/{}/appRoleAssignments", us["id"])).json["value"]
    permissions = sorted(names[each["appRoleId"]] for each in granted if each["appRoleId"] in names)
    return {"user": us["displayName"], "id": us["id"], "permissions": ", ".join(permissions)}


def _principal(graph: Graph, app: str, wanted: str) -> Json:
    asked = {"$filter": f"appId eq '{app}'", "$select": wanted}
    found = graph.directory.get("/servicePrincipals", asked).json["value"]
    if len(found) != 1:
        raise ServiceError(f"the tenant has no principal of the app {app}", where=graph.directory.service)
    return found[0]


@service(
    "entra",
    settings=Settings,
    lacks=LACKS,
    by_hand=BY_HAND,
    reads=(r"POST /[A-Za-z0-9.-]+/oauth2/v2\.0/token",),  # buys our own token; changes nothing
    ping=learned,
)
def connect(settings: Settings, opening: Opening) -> Graph:
    """Open the tenant; nothing is sent. Raises SettingsError for an unfit URL, CredentialsError."""
    open_http = partial(
        Http,
        service=opening.name,
        gate=opening.gate,
        user_agent=opening.user_agent,
        rate="graph",
        silence_s=opening.silence_s,
        answer_s=opening.answer_s,
        dated=opening.dated,
    )
    base, login = base_of(settings.url, opening.name), open_http(settings.login_url)
    address = path("/{}/oauth2/v2.0/token", settings.tenant)
    scheme, host, port = origin_of(base)
    scope = f"{scheme}://{host}{'' if port == 443 else f':{port}'}/.default"  # all that was granted to us
    form = {"client_id": settings.client_id, "grant_type": "client_credentials", "scope": scope}
    tokens = Tokens(login, address, form, _proof(settings, opening, settings.login_url.rstrip("/") + address))
    return Graph(
        open_http(base, auth=tokens.headers),
        open_http(base, auth=tokens.headers, headers={"ConsistencyLevel": "eventual"}),
        login,
        settings.client_id,
        settings.tier,
        timedelta(minutes=settings.token_minutes),
    )


def _proof(settings: Settings, opening: Opening, audience: str) -> Any:
    if settings.certificate:
        pem = opening.secret(settings.certificate)
        return assertion_signer(pem, settings.client_id, audience, opening.name)
    secret = opening.secret(settings.secret)
    return lambda: {"client_secret": secret}

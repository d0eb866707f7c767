"""How Okta is reached, which layers it has, and how its accounts are addressed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from integrations.client import Http, path
from runner.actions.contract import Opening, service
from runner.actions.values import Account, Json, Layer
from runner.errors import RefusedError

__all__ = ["Okta", "Settings", "account_of", "connect", "quoted", "user_path"]

_USER_ID = re.compile(r"00u[0-9A-Za-z]{17}")  # the form of every id in Okta's reference

LACKS: Mapping[Layer, str] = {
    "key": "Okta gives people no keys; what their devices hold is the device layer",
    "membership": "groups admit nobody while the account is suspended, and are kept for the way back",
    "shared": "service apps and their secrets belong to the organisation, and to no person",
}
BY_HAND: Mapping[Layer, str] = {
    "app": "end the person's sessions in this app and suspend the account there: Okta cannot",
}


class Settings(BaseModel):
    """The `okta` service of severance.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    """Of the organisation, for example https://fjordlight.okta.com."""
    token: str
    """A secret reference, for example `file:secrets/okta`."""
    scheme: Literal["SSWS", "Bearer"] = "SSWS"
    """SSWS for an API token; Bearer for the access token of a service app."""


class Okta(Http):
    """An open connection to one Okta organisation."""

    scheme: str = "SSWS"


def learned(okta: Okta) -> Json:
    """Read who we are, or, for a service app (which is no user), that the token reads users."""
    if okta.scheme == "Bearer":
        okta.get("/api/v1/users", {"limit": 1})
        return {"user": "a service app"}
    user = okta.get("/api/v1/users/me").json
    return {"user": user["profile"]["login"], "id": user["id"]}


@service("okta", settings=Settings, lacks=LACKS, by_hand=BY_HAND, ping=learned)
def connect(settings: Settings, opening: Opening) -> Okta:
    """Open Okta. Raises SettingsError for an unfit URL, CredentialsError for a missing secret."""
    okta = Okta(
        settings.url,
        service=opening.name,
        gate=opening.gate,
        user_agent=opening.user_agent,
        silence_s=opening.silence_s,
        answer_s=opening.answer_s,
        dated=opening.dated,
        auth={"Authorization": f"{settings.scheme} {opening.secret(settings.token)}"},
        rate="okta",
    )
    okta.scheme = settings.scheme
    return okta


def user_path(account: Account, tail: str = "", *ids: str) -> str:
    """Return a path below a user: `user_path(account, "/roles/{}", "ra1")`.

    Raises RefusedError unless the account's id has the form Okta issues.
    """
    if not _USER_ID.fullmatch(account.id):
        raise RefusedError(f"{ascii(account.id)[:60]} is no Okta user id", where=account.service)
    return path("/api/v1/users/{}" + tail, account.id, *ids)


def quoted(value: str) -> str:
    """Return a value as a string of Okta's search language (SCIM filter, RFC 7644 section 3.4.2.2)."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def account_of(service_name: str, user: Json, *, admin: bool | None = None) -> Account:
    """Return a User object of the API as an account; `admin` is left out when it was not asked."""
    profile = user["profile"]
    facts = {
        "mail": profile.get("email", ""),
        "name": f"{profile.get('firstName') or ''} {profile.get('lastName') or ''}".strip(),
        "status": user["status"],
        "created": user.get("created", ""),
        "staff_id": profile.get("employeeNumber") or "",
        **({} if admin is None else {"admin": admin}),
    }
    return Account(service_name, user["id"], profile.get("login", ""), facts)

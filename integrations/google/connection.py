"""How Google Workspace is reached, which layers it has, and how its accounts are addressed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from integrations.client import Http, path
from integrations.google.access import PATH, Access, key_of
from runner.actions.contract import Opening, service
from runner.actions.values import Account, Json, Layer
from runner.errors import RefusedError

__all__ = [
    "AUDIT", "DEVICES", "GROUPS", "MINE", "ROLES", "SECURITY", "USERS", "VAULT", "Google", "Settings",
    "account_of", "connect", "customer_path", "quoted", "user_path",
]  # fmt: skip

_AUTH = "https://www.googleapis.com/auth/"
USERS = f"{_AUTH}admin.directory.user"
SECURITY = f"{_AUTH}admin.directory.user.security"
ROLES = f"{_AUTH}admin.directory.rolemanagement"
GROUPS = f"{_AUTH}admin.directory.group.readonly"
AUDIT = f"{_AUTH}admin.reports.audit.readonly"
DEVICES = f"{_AUTH}cloud-identity.devices"
VAULT = f"{_AUTH}ediscovery"
MINE = "customers/my_customer"  # how the Cloud Identity API calls the organisation of the caller

_USER_ID = re.compile(r"[0-9]{21}")  # the form of every user id in Google's reference

LACKS: Mapping[Layer, str] = {
    "membership": "groups admit nobody while the account is suspended, and are kept for the way back",
}
BY_HAND: Mapping[Layer, str] = {
    "app": "end the person's sessions in this app and suspend the account there: Google cannot",
    "shared": (
        "now: route the person's mail to the evidence mailbox (Admin console, Gmail, Routing): inbound mail "
        "of a suspended account bounces until then, an extortion follow-up with it. Then look through its "
        "Gmail forwarding, filters and delegates, the Drive files it shared outside, its Apps Script "
        "triggers and its Google Cloud roles and keys: they can be read only by acting as the person, which "
        "we never do"
    ),
}


class Settings(BaseModel):
    """The `google` service of severance.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    admin: Annotated[str, StringConstraints(pattern=r"^[^\s@]+@[^\s@]+$")]
    """The administrator the service account acts as; an account of severance's own."""
    key: str
    """A secret reference to the service account's key file (JSON), for example `file:secrets/google.json`."""
    directory_url: str = "https://admin.googleapis.com"
    """Of the Directory and the Reports API."""
    devices_url: str = "https://cloudidentity.googleapis.com"
    vault_url: str = "https://vault.googleapis.com"
    vault: bool = True
    """False where the edition has no Vault: then nothing is held, and every case file says so."""
    sign_in_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/?#]+/token$")] = (
        "https://oauth2.googleapis.com/token"
    )


@dataclass(frozen=True, slots=True)
class Google:
    """An open organisation; each API with a token for its own scopes, so that one may go without another."""

    directory: Http
    reports: Http
    devices: Http
    vault: Http | None
    """None where the organisation has no Vault."""
    token: Http
    admin: str

    def close(self) -> None:
        """Close every connection."""
        for each in (self.directory, self.reports, self.devices, self.vault, self.token):
            if each:
                each.close()


def learned(google: Google) -> Json:
    """Read who we act as, and that the audit log answers; Vault and devices are asked when needed."""
    user = google.directory.get(path("/admin/directory/v1/users/{}", google.admin)).json
    google.reports.get("/admin/reports/v1/activity/users/all/applications/admin", {"maxResults": 1})
    return {"user": user["primaryEmail"], "super_admin": bool(user.get("isAdmin"))}


@service(
    "google",
    settings=Settings,
    lacks=LACKS,
    by_hand=BY_HAND,
    reads=(f"POST {PATH}",),  # exchanges an assertion for an access token: it changes nothing of anybody's
    ping=learned,
)
def connect(settings: Settings, opening: Opening) -> Google:
    """Open Google Workspace; nothing is sent. Raises SettingsError for an unfit URL, CredentialsError."""
    key = key_of(opening.secret(settings.key), opening.name)
    token = _http(settings.sign_in_url.removesuffix(PATH), opening, None)

    def delegated(url: str, *scopes: str) -> Http:
        access = Access(token, key, admin=settings.admin, audience=settings.sign_in_url, scopes=scopes)
        return _http(url, opening, access)

    return Google(
        delegated(settings.directory_url, USERS, SECURITY, ROLES, GROUPS),
        delegated(settings.directory_url, AUDIT),
        delegated(settings.devices_url, DEVICES),
        delegated(settings.vault_url, VAULT) if settings.vault else None,
        token,
        settings.admin,
    )


def _http(url: str, opening: Opening, access: Access | None) -> Http:
    auth = access.headers if access else None
    return Http(
        url,
        service=opening.name,
        gate=opening.gate,
        user_agent=opening.user_agent,
        auth=auth,
        rate="google",
        silence_s=opening.silence_s,
        answer_s=opening.answer_s,
        dated=opening.dated,
    )


def user_path(account: Account, tail: str = "", *ids: str) -> str:
    """Return a path below a user: `user_path(account, "/asps/{}", "7")`.

    Raises RefusedError unless the account's id has the form Google issues.
    """
    if not _USER_ID.fullmatch(account.id):
        raise RefusedError(f"{ascii(account.id)[:60]} is no Google user id", where=account.service)
    return path("/admin/directory/v1/users/{}" + tail, account.id, *ids)


def customer_path(tail: str, *ids: str) -> str:
    """Return a Directory path below the organisation of the administrator we act as."""
    return path("/admin/directory/v1/customer/my_customer" + tail, *ids)


def quoted(value: str) -> str:
    """Return a value as a string of the Directory API's search language (Search for users)."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def account_of(service_name: str, user: Json) -> Account:
    """Return a User object of the Directory API as an account, with all its addresses if it has several."""
    mails = [user["primaryEmail"], *user.get("aliases", ()), *user.get("nonEditableAliases", ())]
    status = "suspended" if user.get("suspended") else "archived" if user.get("archived") else "active"
    staff = [each for each in user.get("externalIds") or [] if each.get("type") == "organization"]
    facts = {
        "mail": user["primaryEmail"],
        "name": user.get("name", {}).get("fullName", ""),
        "status": status,
        "created": user.get("creationTime", ""),
        "staff_id": staff[0].get("value", "") if staff else "",
        "admin": bool(user.get("isAdmin") or user.get("isDelegatedAdmin")),
        **({"mails": mails} if len(mails) > 1 else {}),
        **({"guest": True} if user.get("isGuestUser") else {}),
    }
    return Account(service_name, user["id"], user["primaryEmail"], facts)

"""One organisation of GitHub Enterprise Cloud, opened with a token of one of its owners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, StringConstraints

from integrations.client import Http, path
from runner.actions.contract import Opening, service
from runner.actions.values import Json, Layer
from runner.errors import CredentialsError

__all__ = ["GitHub", "Params", "Settings", "connect"]

Params = Mapping[str, str | int]

API_VERSION = "2022-11-28"  # docs.github.com/rest/about-the-rest-api/api-versions

Org = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}$")]

LACKS: dict[Layer, str] = {
    "account": "a GitHub account is the person's own; an organisation can remove it, never disable it",
    "session": (
        "no call lists or ends web sessions; they lose the organisation with the membership. An owner can "
        "end a member's single sign-on session by hand: People, the member, SAML identity linked, Revoke"
    ),
    "device": "GitHub tells an organisation nothing about the devices of a person",
    "shared": (
        "secrets of Actions, Codespaces and Dependabot are listed by name, never with who could read them: "
        "rotate those of the repositories the person could write to, kept by github.keep_membership"
    ),
    "app": (
        "webhooks and installed apps are listed without the person who made them; github.keep_audit_log "
        "keeps their hook.create and integration_installation.create events, which name them"
    ),
}


class Settings(BaseModel):
    """An organisation and the token of an owner."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = "https://api.github.com"
    org: Org
    token: str
    """A secret reference: a classic token of an owner (admin:org, read:audit_log, repo), or an App's."""
    download_hosts: tuple[str, ...] = ()
    """Storage hosts (`host` or `host:port`) that archives may be fetched from, besides the API's own."""


@dataclass(frozen=True, slots=True)
class GitHub:
    """An open organisation."""

    http: Http
    org: str
    url: str
    """The API's base URL: page links must stay on its origin."""

    def close(self) -> None:
        """Close every connection."""
        self.http.close()

    def at(self, template: str, *ids: str) -> str:
        """Return a path below the organisation. Raises RefusedError for a hostile id."""
        return path("/orgs/{}" + template, self.org, *ids)

    def repo(self, name: str, template: str = "", *ids: str) -> str:
        """Return a path below one of its repositories. Raises RefusedError for a hostile name or id."""
        return path("/repos/{}/{}" + template, self.org, name, *ids)


def ping(github: GitHub) -> Json:
    """Return who the token is, whether that is an owner, its scopes, and what is left of the hour.

    `user` is None for a GitHub App, which has no user.
    """
    owners = github.http.rows(github.at("/members"), {"role": "admin", "per_page": 100})
    try:
        answer = github.http.get("/user")
    except CredentialsError:  # the list above was answered, so the token is good, and an App's
        return {"user": None, "org": github.org}
    login = answer.json["login"]
    return {
        "user": login,
        "org": github.org,
        "owner": login in [each["login"] for each in owners],
        "scopes": answer.headers.get("x-oauth-scopes", ""),
        "left_this_hour": answer.headers.get("x-ratelimit-remaining", ""),
    }


@service(
    "github",
    settings=Settings,
    lacks=LACKS,
    reads=("POST /graphql",),  # people.py sends one constant document, a query: it cannot mutate
    ping=ping,
)
def connect(settings: Settings, opening: Opening) -> GitHub:
    """Open the organisation; nothing is sent. Raises SettingsError, CredentialsError."""
    http = Http(
        settings.url,
        service=opening.name,
        gate=opening.gate,
        user_agent=opening.user_agent,
        silence_s=opening.silence_s,
        answer_s=opening.answer_s,
        dated=opening.dated,
        auth={"Authorization": f"Bearer {opening.secret(settings.token)}"},
        headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION},
        rate="github",
        download_hosts=(urlsplit(settings.url).netloc, *settings.download_hosts),
    )
    return GitHub(http, settings.org, settings.url)

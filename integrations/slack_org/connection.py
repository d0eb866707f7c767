"""How a Slack organisation is reached: three interfaces with a token each, and what its plan leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from integrations.client import Http
from integrations.slack_web import SlackWeb, reads_of
from runner.actions.contract import Opening, service
from runner.actions.values import Json, Layer

__all__ = ["Settings", "SlackOrg", "connect"]

Workspace = Annotated[str, StringConstraints(pattern=r"^T[A-Z0-9]{6,20}$")]

LACKS: Mapping[Layer, str] = {
    "grant": (
        "Slack lists neither consents nor the tokens they gave: a person's end with the account (help "
        "360000446446), a bot's with its app"
    ),
    "key": "Slack signs nobody in by a key of their own",
    "device": "Slack holds no devices; what its sessions say of them is in the session layer",
    "membership": (
        "workspaces and channels are left when the account is deactivated; slack_org.keep_state keeps them "
        "for the way back"
    ),
    "shared": "Slack keeps no secrets for groups; what was posted in channels falls under the legal hold",
}
BY_HAND: Mapping[Layer, str] = {
    "token": (
        "ask who depends on it, then disable it under Apps, Custom Integrations: its webhook or token "
        "outlives the account, and no call ends it"
    ),
}

_READS = reads_of(
    "auth.test",
    "users.info", "users.list", "users.lookupByEmail", "users.conversations",
    "team.accessLogs", "team.integrationLogs",
    "admin.users.list", "admin.users.session.list", "admin.teams.list", "admin.apps.approved.list",
    "admin.legalHold.policies.list", "admin.legalHold.entities.list",
)  # fmt: skip


class Settings(BaseModel):
    """The `slack_org` service of severance.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: Literal["business", "enterprise"]
    """Business+ has neither admin.* methods nor sessions, audit logs and legal holds."""
    admin_token: str
    """A secret reference to a user token: of an installation on the whole organisation (Enterprise), or of an
    owner of the workspace (Business+)."""
    url: str = "https://slack.com/api/"
    teams: tuple[Workspace, ...] = ()
    """Enterprise: ids of the workspaces to look at besides those Slack says an account is in; empty for
    all."""
    scim_token: str = ""
    """A secret reference to a token with the scope `admin`; Business+ deactivates with it, both plans
    reactivate with it."""
    scim_url: str = "https://api.slack.com/scim/v2/"
    audit_token: str = ""
    """Enterprise: a secret reference to a token of an owner of the organisation, with `auditlogs:read`."""
    audit_url: str = "https://api.slack.com/audit/v1/"


@dataclass(frozen=True, slots=True)
class SlackOrg:
    """An open connection to one organisation."""

    web: SlackWeb
    scim: Http | None
    audit: Http | None
    enterprise: bool
    teams: tuple[str, ...]

    def close(self) -> None:
        """Close every connection."""
        for each in (self.web, self.scim, self.audit):
            if each:
                each.close()


def learned(org: SlackOrg) -> Json:
    """Return who the token is, where, with which scopes, and whether it reaches the whole organisation."""
    me = org.web.auth_test()
    return {
        "user": me["user"],
        "id": me["user_id"],
        "org": me.get("enterprise_id") or me["team_id"],
        "whole_organisation": bool(me.get("is_enterprise_install")),
        "scopes": {name.lower(): value for name, value in me.headers.items()}.get("x-oauth-scopes", ""),
    }


@service("slack_org", settings=Settings, lacks=LACKS, by_hand=BY_HAND, reads=[_READS], ping=learned)
def connect(settings: Settings, opening: Opening) -> SlackOrg:
    """Open the organisation; nothing is sent. Raises SettingsError, CredentialsError."""
    return SlackOrg(
        SlackWeb(settings.url, opening.secret(settings.admin_token), opening, reads=_READS),
        _http(settings.scim_url, settings.scim_token, opening),
        _http(settings.audit_url, settings.audit_token, opening),
        settings.plan == "enterprise",
        settings.teams,
    )


def _http(url: str, token: str, opening: Opening) -> Http | None:
    if not token:
        return None
    return Http(
        url,
        service=opening.name,
        gate=opening.gate,
        user_agent=opening.user_agent,
        silence_s=opening.silence_s,
        answer_s=opening.answer_s,
        dated=opening.dated,
        auth={"Authorization": f"Bearer {opening.secret(token)}"},
    )

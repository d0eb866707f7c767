"""How a SCIM service provider is reached, what it announces of itself, and how its users are addressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from integrations.client import Answer, Http, path
from integrations.scim.meanings import MEANINGS, Meaning, in_words
from runner.actions.contract import Opening, service
from runner.actions.values import Account, Json, Layer
from runner.errors import ServiceError

__all__ = ["Announced", "Scim", "Settings", "connect", "the_user", "user_path"]

_SILENT = "SCIM says nothing about {}: look in the provider's own console"

LACKS: Mapping[Layer, str] = {
    "app": _SILENT.format("apps that sign in through the provider"),
    "device": _SILENT.format("devices"),
    "grant": _SILENT.format("consents"),
    "key": _SILENT.format("keys"),
    "membership": "groups admit nobody who is inactive, and are kept for the way back",
    "role": "SCIM has no agreed words for roles; they stay as they are, and are kept for the way back",
    "shared": _SILENT.format("secrets that people share"),
    "token": _SILENT.format("tokens"),
}
BY_HAND: Mapping[Layer, str] = {
    "session": "end the person's sessions in the provider's own console: SCIM says nothing about sessions",
}


class Settings(BaseModel):
    """A `scim` service of severance.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    """The SCIM base, for example https://api.slack.com/scim/v2."""
    token: str
    """A secret reference, for example `file:secrets/scim`; sent as a Bearer token (RFC 6750)."""
    provider: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    """Which service provider this is: a row of `meanings.py`, or `rfc` for one you vouch for."""
    active_false: Literal["suspends"] | None = None
    """`suspends`, where somebody tried it: the account is shut, and `active: true` gives it back whole."""
    checked_by: str | None = Field(default=None, min_length=1)
    """Who tried it."""
    checked_on: date | None = None
    says: str | None = Field(default=None, min_length=4)
    """What was seen to happen, in words."""
    owner_roles: tuple[str, ...] = ()
    """Values of `roles` that make somebody an administrator; SCIM has no words for them."""
    page: int = Field(default=100, ge=1, le=1000)
    """Users asked for at a time."""
    most_users: int = Field(default=20_000, ge=1)
    """A list longer than this is an error, and never cut short."""

    @model_validator(mode="after")
    def _vouched(self) -> Self:
        """Take `rfc` only with all that vouching needs, and no word of ours against the table."""
        given = (self.active_false, self.checked_by, self.checked_on, self.says)
        if self.provider == "rfc" and None in given:
            raise ValueError("`provider: rfc` needs active_false, checked_by, checked_on and says")
        if self.provider != "rfc" and any(given):
            raise ValueError("active_false, and who checked it, are for `provider: rfc` only")
        return self

    def meaning(self) -> Meaning | None:
        """Return what `active: false` means at this provider, None where nobody knows."""
        if self.provider != "rfc":
            return MEANINGS.get(self.provider)
        return Meaning(
            effect="suspends",
            says=str(self.says),
            reversible=True,
            mails=None,
            ends_sessions=None,
            patch_answers=None,
            filters=None,
            source=f"checked by {self.checked_by}",
            checked=str(self.checked_on),
        )


@dataclass(frozen=True, slots=True)
class Announced:
    """What a provider says it supports (RFC 7643 section 5)."""

    patch: bool
    filters: bool
    etag: bool


class Scim(Http):
    """An open connection to one service provider."""

    settings: Settings
    _announced: Announced | None = None

    def announced(self) -> Announced:
        """Return what the provider supports, read once a connection. Raises what `find` raises.

        A provider without /ServiceProviderConfig announces nothing, so nothing is written there.
        """
        if self._announced is None:
            found = self.find("/ServiceProviderConfig")
            config = found.json if found and isinstance(found.json, dict) else {}
            meaning = self.settings.meaning()
            filters = _supported(config, "filter") or (not config and bool(meaning and meaning.filters))
            self._announced = Announced(_supported(config, "patch"), filters, _supported(config, "etag"))
        return self._announced


def _supported(config: Json, feature: str) -> bool:
    told = config.get(feature)
    return isinstance(told, dict) and told.get("supported") is True


def learned(scim: Scim) -> Json:
    """Read what the provider supports, that the token reads users, and say what `active: false` means."""
    told = scim.announced()
    scim.get("/Users", {"startIndex": 1, "count": 1})
    supports = [name for name in ("patch", "filters", "etag") if getattr(told, name)]
    return {
        "provider": scim.settings.provider,
        "supports": ", ".join(supports) or "nothing we use",
        "active: false": in_words(scim.settings.provider, scim.settings.meaning()),
    }


@service("scim", settings=Settings, lacks=LACKS, by_hand=BY_HAND, ping=learned)
def connect(settings: Settings, opening: Opening) -> Scim:
    """Open a provider. Raises SettingsError for an unfit URL, CredentialsError for a missing secret."""
    scim = Scim(
        settings.url,
        service=opening.name,
        gate=opening.gate,
        user_agent=opening.user_agent,
        silence_s=opening.silence_s,
        answer_s=opening.answer_s,
        dated=opening.dated,
        auth={"Authorization": f"Bearer {opening.secret(settings.token)}"},
        headers={"Accept": "application/scim+json, application/json;q=0.9"},  # RFC 7644 section 3.1
        rate="retry-after",
    )
    scim.settings = settings
    return scim


def user_path(account: Account) -> str:
    """Return the path of a user. Raises RefusedError for an id that cannot be part of an address."""
    return path("/Users/{}", account.id)


def the_user(account: Account, answer: Answer) -> Json:
    """Return the user an answer holds. Raises ServiceError when it is another one, or none."""
    user = answer.json
    if not isinstance(user, dict) or user.get("id") != account.id:
        raise ServiceError("the provider answered with another user than asked for", where=account.service)
    return user

"""How severance signs in to Google: a service account that acts as one administrator, for some scopes only.

A signed assertion is exchanged for an access token that lives an hour (RFC 7523; Google Identity, Using OAuth
2.0 for Server to Server Applications). The private key signs and goes nowhere.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import jwt

from integrations.client import Http
from runner.actions.values import Json
from runner.errors import AnswerLost, CredentialsError, ServiceError, ServiceRefused

__all__ = ["Access", "Key", "key_of"]

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PATH = "/token"
_ASSERTION_S = 300  # Google takes up to an hour; ours is exchanged at once
_SPARE_S = 120  # a head may wait at the barrier with its request already built
_CLOCKS = (time.monotonic, time.time)  # the first stops while a laptop sleeps, the second may be set back
_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")  # RFC 6750 section 2.1


@dataclass(frozen=True, slots=True)
class Key:
    """What is used of a service account's key file."""

    mail: str
    id: str
    private: str = field(repr=False)
    """PEM."""

    def signed(self, claims: Mapping[str, Json]) -> str:
        """Return a signed assertion. Raises ValueError or TypeError for a key that cannot sign."""
        try:
            return jwt.encode(dict(claims), self.private, algorithm="RS256", headers={"kid": self.id})
        except (jwt.PyJWTError, AttributeError):  # PyJWT asks a public key to sign
            raise ValueError("the private key cannot sign") from None


def key_of(text: str, service: str) -> Key:
    """Return the key in a key file of a Google service account (JSON).

    Raises CredentialsError, which shows nothing of the file.
    """
    try:
        file = json.loads(text)
        key = Key(str(file["client_email"]), str(file["private_key_id"]), str(file["private_key"]))
        key.signed({})
    except (ValueError, TypeError, KeyError):
        raise CredentialsError(
            "the key is no key file of a service account",
            where=service,
            remedy="store the JSON file that Google made for the service account, whole",
        ) from None
    return key


class Access:
    """An access token that is always good for a while; safe to share between threads."""

    def __init__(self, http: Http, key: Key, *, admin: str, audience: str, scopes: Sequence[str]) -> None:
        """http: to the token endpoint. admin: whom to act as. audience: the endpoint, in full."""
        self._http, self._key, self._admin, self._audience = http, key, admin, audience
        self._scopes = " ".join(scopes)
        self._lock = threading.Lock()
        self._token, self._ends = "", (0.0, 0.0)

    def headers(self) -> Mapping[str, str]:
        """Return the header of the moment; one thread renews it, the others wait for that.

        Raises CredentialsError when Google gives no token, RateLimited, NotReached, ServiceError.
        """
        with self._lock:
            if any(clock() >= ends for clock, ends in zip(_CLOCKS, self._ends, strict=True)):
                steady, wall = (clock() - _SPARE_S for clock in _CLOCKS)
                self._token, lives_s = self._asked()
                self._ends = (steady + lives_s, wall + lives_s)
            return {"Authorization": f"Bearer {self._token}"}

    def _asked(self) -> tuple[str, int]:
        """Return a new token and for how many seconds it lives."""
        now = int(time.time())
        claims = {
            "iss": self._key.mail,
            "sub": self._admin,
            "scope": self._scopes,
            "aud": self._audience,
            "iat": now,
            "exp": now + _ASSERTION_S,
        }
        form = {"grant_type": GRANT, "assertion": self._key.signed(claims)}
        try:
            body = self._http.submit(PATH, form).json
        except AnswerLost:  # a token more or less changes nothing: a read may ask again
            raise ServiceError("the token endpoint gave no whole answer", where=self._http.service) from None
        except (ServiceRefused, CredentialsError) as refused:
            raise self._refusal(getattr(refused, "code", "")) from None
        told = body if isinstance(body, dict) else {}
        token, lives_s = str(told.get("access_token", "")), told.get("expires_in")
        if not _TOKEN.fullmatch(token) or not isinstance(lives_s, int):
            raise ServiceError("the token endpoint answered without a token", where=self._http.service)
        return token, lives_s

    def _refusal(self, code: str) -> CredentialsError:
        """Say which delegation is missing; the endpoint's own words could repeat the assertion."""
        said = f"Google gives {self._key.mail} no token to act as {self._admin}"
        return CredentialsError(
            f"{said} ({code})" if code else said,
            where=self._http.service,
            remedy=f"check the clock; delegate to the service account, domain-wide: {self._scopes}",
        )

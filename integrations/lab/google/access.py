"""Who may ask the simulated Google: the token endpoint, and what each access token is good for.

The endpoint checks what Google checks (RFC 7523; Google Identity, Using OAuth 2.0 for Server to Server
Applications): signature, audience, times, and that every scope was delegated.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from runner.actions.values import Json

__all__ = ["DELEGATED", "ServiceAccount", "granted", "needed", "opened", "service_account", "token_for"]

_AUTH = "https://www.googleapis.com/auth/"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SIGNS = secrets.token_urlsafe(32)  # an access token is opaque to whoever holds it
_LIVES_S = 3600
DELEGATED = frozenset(
    _AUTH + each
    for each in (
        "admin.directory.user", "admin.directory.user.security", "admin.directory.rolemanagement",
        "admin.directory.group.readonly", "admin.reports.audit.readonly", "cloud-identity.devices",
        "ediscovery",
    )
)  # fmt: skip
"""What an administrator delegated to our service account, domain-wide."""

_NEEDED = [
    (
        r"\w+ /admin/directory/v1/users/[^/]+/(tokens|asps|verificationCodes|signOut).*",
        ("admin.directory.user.security",),
    ),
    (r"\w+ /admin/directory/v1/users.*", ("admin.directory.user",)),
    (r"GET /admin/directory/v1/groups.*", ("admin.directory.group.readonly", "admin.directory.group")),
    (r"\w+ /admin/directory/v1/customer/[^/]+/role.*", ("admin.directory.rolemanagement",)),
    (r"GET /admin/reports/.*", ("admin.reports.audit.readonly",)),
    (r"\w+ /v1/devices.*", ("cloud-identity.devices",)),
    (r"\w+ /v1/matters.*", ("ediscovery",)),
]
"""Which scope a request needs, one of several; as the discovery documents have it for what we send."""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account as its owner has it (the private key) and as Google has it (the public one)."""

    mail: str
    key_id: str
    private: str = field(repr=False)
    public: str

    def file(self) -> str:
        """Return the key file Google lets its owner download, once."""
        return json.dumps(
            {
                "type": "service_account", "project_id": "fjordlight-ir", "private_key_id": self.key_id,
                "private_key": self.private, "client_email": self.mail, "client_id": "100000000000000000001",
                "token_uri": "https://oauth2.googleapis.com/token",
            },
            indent=2,
        )  # fmt: skip


@cache
def service_account(name: str) -> ServiceAccount:
    """Return the service account of one configured service: another key in every process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ServiceAccount(
        f"severance@{name}.iam.gserviceaccount.example",
        secrets.token_hex(20),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )


def granted(form: Mapping[str, str], account: ServiceAccount, audience: str, scopes: Collection[str]) -> Json:
    """Return the claims of a good assertion, or `{"error", "error_description"}`.

    audience: the token endpoint, in full. scopes: what was delegated.
    """
    if form.get("grant_type") != _GRANT:
        return {"error": "unsupported_grant_type", "error_description": "Invalid grant_type"}
    assertion = form.get("assertion", "")
    try:
        if jwt.get_unverified_header(assertion).get("kid") != account.key_id:
            return _invalid("Invalid JWT: the key is not known.")
        claims = jwt.decode(
            assertion, account.public, algorithms=["RS256"], audience=audience, issuer=account.mail,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )  # fmt: skip
    except jwt.PyJWTError as wrong:
        return _invalid(f"Invalid JWT: {type(wrong).__name__}")
    if claims["exp"] - claims["iat"] > _LIVES_S:
        return _invalid("Invalid JWT: it lives for more than an hour.")
    asked = str(claims.get("scope", "")).split()
    if not asked or not set(asked) <= set(scopes):
        return {
            "error": "unauthorized_client",
            "error_description": "Client is unauthorized to retrieve access tokens using this method, or "
            "client not authorized for any of the scopes requested.",
        }
    return claims


def _invalid(text: str) -> dict[str, str]:
    return {"error": "invalid_grant", "error_description": text}


def token_for(claims: Json) -> Json:
    """Return the answer that hands out an access token for these claims."""
    body = {"sub": claims["sub"], "scope": claims["scope"], "exp": int(time.time()) + _LIVES_S}
    token = jwt.encode(body, _SIGNS, algorithm="HS256")
    return {"access_token": token, "expires_in": _LIVES_S - 1, "token_type": "Bearer"}


def opened(header: str) -> Json:
    """Return `{sub, scope}` of the token in an Authorization header, None when it is none of ours."""
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer":
        return None
    try:
        return jwt.decode(token, _SIGNS, algorithms=["HS256"])
    except jwt.PyJWTError:
        return None


def needed(asked: str) -> frozenset[str]:
    """Return the scopes, one of which `METHOD /path` needs; empty where nothing is asked for."""
    for pattern, scopes in _NEEDED:
        if re.fullmatch(pattern, asked):
            return frozenset(_AUTH + each for each in scopes)
    return frozenset()

"""Sign in as an app: a secret, or an assertion signed with our own key, buys a token for about an hour.

Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow, and
certificate-credentials there for the assertion (PS256, `x5t#S256`).
"""

from __future__ import annotations

import base64
import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from integrations.answers import Answer
from integrations.client import Http
from runner.errors import AnswerLost, CredentialsError, NotReached, ServiceRefused

__all__ = ["Tokens", "assertion_signer"]

_ATTEMPTS = 3  # buying a token changes nothing, so a lost answer may be asked for again
_MARGIN_S = 300  # a head may wait at the barrier, and a page may be slow: no token is used to its last second
_ASSERTED_S = 300  # "we recommend 5-10 minutes": certificate-credentials
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"  # RFC 7523 section 2.2
_BLOCK = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)

Proof = Callable[[], Mapping[str, str]]
"""Gives the form fields that prove who we are, anew for each token."""


class Tokens:
    """The access token in use, renewed before it expires; safe to share between threads."""

    def __init__(self, login: Http, address: str, form: Mapping[str, str], proof: Proof) -> None:
        """login: the sign-in service. address: of its token endpoint. form: grant, client and scope."""
        self._login, self._address, self._form, self._proof = login, address, form, proof
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def headers(self) -> dict[str, str]:
        """Return the header that carries a token good for some minutes yet.

        Raises CredentialsError when the app is not admitted, NotReached when no answer can be had (so that
        nothing was asked of Graph), RateLimited.
        """
        with self._lock:
            if time.monotonic() >= self._until:
                self._renew()
            return {"Authorization": f"Bearer {self._token}"}

    def _renew(self) -> None:
        asked = time.monotonic()
        told = self._buy().json
        if not isinstance(told, dict) or not told.get("access_token"):
            raise CredentialsError("the sign-in service gave no token", where=self._login.service)
        lifetime = float(told.get("expires_in", 0))
        self._token = str(told["access_token"])
        self._until = asked + max(lifetime - _MARGIN_S, lifetime / 2)

    def _buy(self) -> Answer:
        service = self._login.service
        for _ in range(_ATTEMPTS):
            try:
                return self._login.submit(self._address, {**self._form, **self._proof()})
            except AnswerLost:
                continue
            except ServiceRefused as refused:
                raise CredentialsError(
                    f"the app was not signed in: {refused.what}",
                    where=service,
                    remedy="check tenant, client_id, and the app's secret or certificate",
                ) from None
        raise NotReached("the sign-in service gave no answer", where=service, remedy="try again")


def assertion_signer(pem: str, client: str, audience: str, service: str) -> Proof:
    """Return what signs a fresh assertion for each token.

    pem: an RSA private key and its certificate, one after the other. audience: the token endpoint's URL.
    Raises CredentialsError for any other content.
    """
    blocks = {found[1]: found[0].encode() for found in _BLOCK.finditer(pem)}
    private = next((blocks[kind] for kind in ("PRIVATE KEY", "RSA PRIVATE KEY") if kind in blocks), b"")
    try:
        key = load_pem_private_key(private, None)
        thumbprint = load_pem_x509_certificate(blocks["CERTIFICATE"]).fingerprint(SHA256())
    except (ValueError, TypeError, KeyError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise CredentialsError(
            "the certificate secret is no PEM of an RSA private key and its certificate", where=service
        )
    header = {"x5t#S256": base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode()}
    return lambda: {
        "client_assertion_type": _ASSERTION,
        "client_assertion": jwt.encode(_claims(client, audience), key, "PS256", header),
    }


def _claims(client: str, audience: str) -> dict[str, Any]:
    now = int(time.time())
    who = {"iss": client, "sub": client, "aud": audience, "jti": str(uuid.uuid4())}
    return {**who, "nbf": now - 30, "iat": now - 30, "exp": now + _ASSERTED_S}  # our clock may be ahead

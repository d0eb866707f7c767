"""Check an AWS Signature Version 4 the way AWS does: by computing it again from the secret.

Written from the documentation and not with the vendor's library, so that a request it signed is judged by
somebody else. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integrations.lab.exchange import Request

__all__ = ["Signed", "signed"]

_ALGORITHM = "AWS4-HMAC-SHA256"
_HEADER = re.compile(
    rf"{_ALGORITHM} Credential=([^/,\s]+)/(\d{{8}})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request, ?"
    r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)
_MUST = {"host", "x-amz-date"}
_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed, for what; or why not."""

    key_id: str = ""
    region: str = ""
    service: str = ""
    fault: str = ""
    """MissingAuthenticationToken, IncompleteSignature, InvalidClientTokenId or SignatureDoesNotMatch."""


def signed(request: Request, secrets: Mapping[str, str]) -> Signed:
    """Judge a request to the path `/`. secrets: secret access key by access key id."""
    header = request.headers.get("authorization", "")
    if not header:
        return Signed(fault="MissingAuthenticationToken")
    found = _HEADER.fullmatch(header)
    if not found or not set(found[5].split(";")) >= _MUST:
        return Signed(fault="IncompleteSignature")
    key_id, day, region, service = found[1], found[2], found[3], found[4]
    if key_id not in secrets:
        return Signed(fault="InvalidClientTokenId")
    stamp = request.headers.get("x-amz-date", "")
    if not stamp.startswith(day) or not _fresh(stamp):
        return Signed(fault="SignatureDoesNotMatch")
    scope = f"{day}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(_canonical(request, found[5]).encode()).hexdigest()
    key = f"AWS4{secrets[key_id]}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{digest}"
    right = hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), found[6])
    return Signed(key_id, region, service, "" if right else "SignatureDoesNotMatch")


def _canonical(request: Request, names: str) -> str:
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names.split(";")
    )
    body = hashlib.sha256(request.body).hexdigest()
    return f"{request.method}\n/\n{request.raw_query}\n{headers}\n{names}\n{body}"


def _fresh(stamp: str) -> bool:
    try:
        when = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(datetime.now(UTC) - when) < _SKEW

"""Say in our words what botocore raises: whether AWS cannot have acted, or may have.

Codes: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and each operation's own list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from integrations.answers import lost
from integrations.rates import asked_wait_s
from runner.errors import (
    CredentialsError,
    RateLimited,
    RefusedError,
    ServiceError,
    ServiceRefused,
    SettingsError,
    SeveranceError,
)

__all__ = ["broken", "in_our_words"]

_NOT_NOW = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
    "RequestThrottledException", "TooManyRequestsException", "RequestLimitExceeded",
    "BandwidthLimitExceeded", "SlowDown", "PriorRequestNotComplete",
    # "wait several minutes and try again" and "submit your request again": nothing was done (IAM API).
    "EntityTemporarilyUnmodifiable", "ConcurrentModification",
})  # fmt: skip
# "the previous write did not have time to propagate … retry" (Identity Center API); an answer elsewhere.
_CONFLICTS = frozenset({("sso-admin", "ConflictException")})
_OURS = frozenset({
    "AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidAccessKeyId",
    "InvalidClientTokenId", "InvalidSignatureException", "MissingAuthenticationToken", "NotAuthorized",
    "OptInRequired", "RequestExpired", "SignatureDoesNotMatch", "UnrecognizedClientException",
})  # fmt: skip
_MAY_NOT = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException"}
)
_WAIT_S = 1.0  # AWS names no time


def in_our_words(
    error: BotoCoreError | ClientError, where: str, path: str, *, reads: bool
) -> SeveranceError:
    """Return our error for one of botocore's.

    path: `/iam/PutUserPolicy`. reads: whether the operation changes nothing. The text holds a line of AWS's
    own at most, and none at all of a refused signature: that answer repeats the request's headers.
    """
    asked = f"POST {path}"
    if isinstance(error, ClientError):
        return _answered(error.response, where, path, reads=reads)
    if isinstance(error, ParamValidationError):
        return RefusedError(
            f"{asked}: a value does not have the form AWS asks for",
            where=where,
            remedy="look the account up again and use the id the service gives",
        )
    if type(error).__name__ in {"NoRegionError", "UnknownEndpointError", "InvalidRegionError"}:
        return SettingsError("a region of this service is not known to boto3", where=where)
    return broken(where, path, "boto3 made nothing of it", reads=reads)


def broken(where: str, path: str, why: str, *, reads: bool) -> ServiceError:
    """Return AnswerLost for a write without a usable answer, ServiceError for a read."""
    return lost(where, "POST", path, why, reads=reads)


def _answered(response: Mapping[str, Any], where: str, path: str, *, reads: bool) -> SeveranceError:
    meta, said = response.get("ResponseMetadata", {}), response.get("Error", {})
    status, headers = int(meta.get("HTTPStatusCode", 0)), meta.get("HTTPHeaders", {})
    code, text = _line(str(said.get("Code", "")), 60), _line(str(said.get("Message", "")), 200)
    asked = f"POST {path} was answered with {status} {code}".rstrip()
    now = (path.split("/")[1], code)
    if status == 429 or code in _NOT_NOW or now in _CONFLICTS or (status == 503 and _unmoved(headers, reads)):
        wait = max(_WAIT_S, asked_wait_s("retry-after", headers))
        return RateLimited(f"{asked}: {text}", wait_s=wait, where=where, remedy="wait, then resume")
    if code in _OURS or code in _MAY_NOT or status == 401:
        why = f"a permission is missing: {text}" if code in _MAY_NOT else "the credentials were refused"
        return CredentialsError(f"{asked}: {why}", where=where, remedy=f"severance doctor {where}")
    if status >= 500 and status != 501:  # 501: the operation does not exist there (RFC 9110 section 15.6.2)
        return broken(where, path, f"answered with {status}", reads=reads)
    text = "a redirect, never followed" if 300 <= status < 400 else text
    return ServiceRefused(f"{asked}: {text}", status=status, code=code, where=where)


def _unmoved(headers: Mapping[str, str], reads: bool) -> bool:
    """Return whether a 503 changed nothing: it was a read, or the service says when to come back."""
    return reads or "retry-after" in headers


def _line(text: str, most: int) -> str:
    return "".join(each if each.isprintable() else " " for each in text)[:most]

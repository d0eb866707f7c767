"""Turn what a service answered, or failed to answer, into a value or exactly one error.

The line that matters is between "it cannot have acted" (`NotReached`, `ServiceRefused`,
`RateLimited`) and "it may have acted" (`AnswerLost`): only the second makes a door `unknown`.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Literal

from runner.actions.values import Json
from runner.errors import (
    AnswerLost,
    CredentialsError,
    NotReached,
    RateLimited,
    ServiceError,
    ServiceRefused,
    SeveranceError,
)

__all__ = [
    "Answer",
    "Rate",
    "asked_wait_s",
    "echoes",
    "looks_whole",
    "lost",
    "parsed",
    "unreached",
    "verdict",
]

Rate = Literal["okta", "github", "google", "graph", "retry-after"]
_UNSAID: Mapping[Rate, float] = {"graph": 10.0, "google": 2.0}
"""Seconds to wait where a vendor may say "not now" and not for how long: Graph's reports allow 5 requests in
10 s (learn.microsoft.com/graph/throttling-limits); a few tries outlast a minute of Google's quota."""
SAFE = frozenset({"GET", "HEAD"})
_GOOGLE_LIMITS = frozenset({"userRateLimitExceeded", "rateLimitExceeded", "quotaExceeded"})
_GRAPH_LACKS = frozenset({"Authorization_RequestDenied", "Authentication_MSGraphPermissionMissing"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer with a status below 300."""

    status: int
    json: Json
    """The parsed body; None when there is none, or when it was read to be kept and not to be understood."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """As received."""


def unreached(service: str, host: str) -> NotReached:
    """Say that nothing was sent."""
    return NotReached(
        f"{host} cannot be reached",
        where=service,
        remedy=f"check the network, then: severance doctor {service}",
    )


def lost(service: str, method: str, path: str, why: str) -> ServiceError:
    """Return AnswerLost for a write that was sent without a usable answer, ServiceError for a read."""
    if method in SAFE:
        return ServiceError(f"{method} {path}: {why}", where=service, remedy="try again")
    return AnswerLost(f"{method} {path}: {why}; it may have been done", where=service, remedy="read it back")


def verdict(service: str, method: str, path: str, answer: Answer, rate: Rate) -> SeveranceError | None:
    """Return the error an answer amounts to, or None for a status below 300.

    rate: how this vendor says "not now". The error texts hold no header and at most a line of the body.
    """
    status, asked = answer.status, f"{method} {path}"
    if status < 300:
        return None
    code, text = _words(answer.json)
    said = (
        f"{asked} was answered with {status}" + (f" {code}" if code else "") + (f": {text}" if text else "")
    )
    if _limited(answer, method, rate, code, text):
        return RateLimited(
            said, wait_s=asked_wait_s(rate, answer.headers), where=service, remedy="wait, then resume"
        )
    if status == 401 or (status == 403 and _scope_missing(answer.headers, code, text)):
        refused = f"the token was refused{f': {text}' if text else ''}"
        why = refused if status == 401 else f"the token lacks a permission: {text}"
        return CredentialsError(f"{asked}: {why}", where=service, remedy=f"severance doctor {service}")
    if status >= 500:
        return lost(service, method, path, f"answered with {status}")
    if status < 400:
        return ServiceRefused(
            f"{asked} was redirected ({status}); redirects are never followed", status=status, where=service
        )
    return ServiceRefused(said, status=status, code=code, where=service)


def asked_wait_s(rate: Rate, headers: Mapping[str, str]) -> float:
    """Return the seconds a service asks us to wait: never negative, by its family when it does not say.

    Sources: RFC 9110 section 10.2.3 (Retry-After); Okta X-Rate-Limit-Reset and GitHub x-ratelimit-reset,
    both UTC epoch seconds, measured against the answer's own Date, so that our clock does not matter.
    Google names no time and asks for back-off (Directory API, Limits and quotas): ours.
    """
    now = _moment(headers.get("date", "")) or time.time()
    if asked := headers.get("retry-after", "").strip():
        seconds = _number(asked)
        return max(0.0, (_moment(asked) or now) - now if seconds is None else seconds)
    reset = _number(
        headers.get({"okta": "x-rate-limit-reset", "github": "x-ratelimit-reset"}.get(rate, ""), "")
    )
    return max(0.0, reset - now) if reset is not None else _UNSAID.get(rate, 0.0)


def _limited(answer: Answer, method: str, rate: Rate, code: str, text: str) -> bool:
    """429 always; 503 when the service said "not executed, come back", or nothing could have been changed."""
    if answer.status == 429:
        return True
    if answer.status == 503:
        return method in SAFE or "retry-after" in answer.headers
    if rate == "google":  # 403 too: developers.google.com/workspace/admin/directory/v1/limits
        return answer.status == 403 and code in _GOOGLE_LIMITS
    # GitHub may answer 403 to both of its limits: docs.github.com/rest, "Rate limits for the REST API".
    spent = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    return rate == "github" and answer.status == 403 and (spent or "secondary rate limit" in text)


def _scope_missing(headers: Mapping[str, str], code: str, text: str) -> bool:
    """RFC 6750 section 3.1 `insufficient_scope`; Graph says it by its codes, GitHub in words."""
    said = "insufficient_scope" in headers.get("www-authenticate", "")
    return said or code in _GRAPH_LACKS or text.startswith("Resource not accessible by")


def _words(body: Json) -> tuple[str, str]:
    """Return a vendor's error code and one line of its text, printable, cut to 200 characters."""
    if not isinstance(body, dict):
        return "", ""
    if isinstance(body.get("error"), dict):  # Graph and Google nest them: learn.microsoft.com/graph/errors
        body = _unwrapped(body["error"])
    codes = ("errorCode", "code", "error", "scimType")  # `scimType`, `detail`: RFC 7644 section 3.12
    words = ("errorSummary", "message", "error_description", "detail")
    code = next((body[key] for key in codes if isinstance(body.get(key), str)), "")
    text = next((body[key] for key in words if isinstance(body.get(key), str)), "")
    return _line(code, 60), _line(text, 200)


def _unwrapped(error: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return Google's error object with its reason as code: beside a number, in `errors` or in `status`."""
    listed = error.get("errors")
    first = listed[0] if isinstance(listed, list) and listed else None
    reason = first.get("reason") if isinstance(first, dict) else error.get("status")
    return {**error, "code": error["code"] if isinstance(error.get("code"), str) else reason}


def _line(text: str, most: int) -> str:
    return "".join(each if each.isprintable() else " " for each in text)[:most]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _moment(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (TypeError, ValueError, OverflowError):  # a day or a zone of twenty digits
        return None


def echoes(body: bytes, secrets: Iterable[str]) -> bool:
    """Return whether a body repeats a secret header, or the token in it."""
    return any(secret.rpartition(" ")[2].encode() in body for secret in secrets)


def looks_whole(body: bytes) -> bool:
    """Return whether a body begins and ends as a JSON list or object does: no captive portal's page does.

    A megabyte of records costs 20 ms to parse, which for pages kept as bytes would find nothing more: a body
    cut short is refused by its length already.
    """
    return (body[:1], body[-1:]) in ((b"[", b"]"), (b"{", b"}"))


def parsed(body: bytes) -> Json:
    """Return a body as JSON, None when empty.

    Raises ValueError for anything else, and for what two readers could take for two things (RFC 8259
    sections 4 and 6): a key twice in one object, NaN, an infinity; and for what is nested too deep to read.
    """
    if not body.strip():
        return None
    try:
        return json.loads(body, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _once(pairs: list[tuple[str, Json]]) -> Json:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return made


def _no_number(text: str) -> Json:
    raise ValueError(f"{text} is no number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)

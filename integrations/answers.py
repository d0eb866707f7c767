"""Turn what a service answered, or failed to answer, into a value or exactly one error.

The line that matters is between "it cannot have acted" (`NotReached`, `ServiceRefused`,
`RateLimited`) and "it may have acted" (`AnswerLost`): only the second makes a door `unknown`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from integrations.rates import Rate, asked_wait_s, limited
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
    "echoes",
    "looks_whole",
    "lost",
    "of_whom",
    "parsed",
    "unreached",
    "verdict",
]

SAFE = frozenset({"GET", "HEAD"})
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


def lost(service: str, method: str, path: str, why: str, *, reads: bool = False) -> ServiceError:
    """Return AnswerLost for a write that was sent without a usable answer, ServiceError for a read.

    reads: it changes nothing, whatever its method.
    """
    if reads or method in SAFE:
        return ServiceError(f"{method} {path}: {why}", where=service, remedy="try again")
    return AnswerLost(f"{method} {path}: {why}; it may have been done", where=service, remedy="read it back")


def of_whom(wanted: str, found: Json, service: str) -> Json:
    """Return an object as answered, if its `id` is the one that was asked for.

    Raises ServiceError for another one's: what a mixed-up cache says of somebody else proves nothing.
    """
    if not isinstance(found, dict) or found.get("id") != wanted:
        raise ServiceError(f"answered about another than {wanted}", where=service, remedy="try again")
    return found


def verdict(service: str, method: str, path: str, answer: Answer, rate: Rate) -> SeveranceError | None:
    """Return the error an answer amounts to, or None for a status below 300 without an error inside.

    rate: how this vendor says "not now". The error texts hold no header and at most a line of the body.
    """
    status, asked = answer.status, f"{method} {path}"
    code, text = _words(answer.json)
    if status < 300:
        inside = f"answered with {status} and an error inside: {code} {text}".rstrip()
        return lost(service, method, path, inside) if _holds_an_error(answer.json) else None
    said = (
        f"{asked} was answered with {status}" + (f" {code}" if code else "") + (f": {text}" if text else "")
    )
    if limited(rate, status, answer.headers, code, text, reads=method in SAFE):
        family: Rate = rate if status != 503 else "retry-after"  # an outage has no quota to wait for
        wait_s = asked_wait_s(family, answer.headers)
        remedy = f"wait {wait_s:.0f} s, then resume" if wait_s else "wait, then resume"
        return RateLimited(said, wait_s=wait_s, where=service, remedy=remedy)
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


def _scope_missing(headers: Mapping[str, str], code: str, text: str) -> bool:
    """RFC 6750 section 3.1 `insufficient_scope`; Graph says it by its codes, GitHub in words."""
    said = "insufficient_scope" in headers.get("www-authenticate", "")
    return said or code in _GRAPH_LACKS or text.startswith("Resource not accessible by")


def _holds_an_error(body: Json) -> bool:
    """Return whether an answer tells of an error although its status does not: a gateway's, or a batch's."""
    if not isinstance(body, dict):
        return False
    error = body.get("error")
    return bool(error and isinstance(error, dict | str)) or isinstance(body.get("errorCode"), str)


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

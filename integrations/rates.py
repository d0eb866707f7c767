"""How each family of services says "not now", and for how long: one parser a family."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

__all__ = ["Rate", "asked_wait_s", "limited"]

Rate = Literal["atlassian", "github", "google", "graph", "okta", "retry-after"]
_UNSAID: Mapping[Rate, float] = {"github": 60.0, "graph": 10.0, "google": 2.0}
"""Seconds to wait where a vendor may say "not now" and not for how long. GitHub wants a minute at least
(docs.github.com/rest, "Rate limits for the REST API"); Graph's reports allow 5 requests in 10 s
(learn.microsoft.com/graph/throttling-limits); a few tries outlast a minute of Google's quota."""
_SPENT: Mapping[Rate, tuple[str, str]] = {
    "atlassian": ("x-ratelimit-remaining", "x-ratelimit-reset"),
    "github": ("x-ratelimit-remaining", "x-ratelimit-reset"),
    "okta": ("x-rate-limit-remaining", "x-rate-limit-reset"),
}
"""Headers with what is left, and when there is more: of use only once nothing is left."""
_GOOGLE_LIMITS = frozenset({"userRateLimitExceeded", "rateLimitExceeded", "quotaExceeded"})


def asked_wait_s(rate: Rate, headers: Mapping[str, str]) -> float:
    """Return the seconds a service asks us to wait: never negative, by its family when it does not say.

    Sources: RFC 9110 section 10.2.3 (Retry-After); Okta X-Rate-Limit-Reset and GitHub x-ratelimit-reset,
    both UTC epoch seconds, Jira X-RateLimit-Reset, ISO 8601: all measured against the answer's own Date, so
    that our clock does not matter. Google names no time and asks for back-off (Directory API, Limits and
    quotas): ours.
    """
    now = _moment(headers.get("date", "")) or time.time()
    asked = headers.get("retry-after", "").strip()
    seconds, moment = _number(asked), _moment(asked)
    if seconds is None and moment is not None:
        seconds = max(0.0, moment - now)
    if seconds is not None and seconds >= 0:  # what makes no sense is as good as not said
        return seconds
    left, reset = _SPENT.get(rate, ("", ""))
    ends = _instant(headers.get(reset, "")) if headers.get(left, "0") == "0" else None
    return _UNSAID.get(rate, 0.0) if ends is None else max(0.0, ends - now)


def limited(
    rate: Rate, status: int, headers: Mapping[str, str], code: str, text: str, *, reads: bool
) -> bool:
    """Return whether a service said "not now": nothing was executed.

    429 always; 503 when it says when to come back, or nothing could have been changed. headers: names in
    lower case. code, text: the service's own. reads: the request changes nothing.
    """
    if status == 429:
        return True
    if status == 503:
        return reads or "retry-after" in headers
    if rate == "google":  # 403 too: developers.google.com/workspace/admin/directory/v1/limits
        return status == 403 and code in _GOOGLE_LIMITS
    # GitHub may answer 403 to both of its limits: docs.github.com/rest, "Rate limits for the REST API".
    spent = headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers
    return rate == "github" and status == 403 and (spent or "secondary rate limit" in text)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _instant(text: str) -> float | None:
    """Return a time that is spelled in seconds of the epoch, or in ISO 8601."""
    try:
        return _number(text) if text.isdecimal() else datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _moment(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (TypeError, ValueError, OverflowError):  # a day or a zone of twenty digits
        return None

"""Spells moments and sizes for people; moments come as RFC 3339 UTC with milliseconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

__all__ = ["clock", "day", "milliseconds", "moment", "named", "plain", "size", "spaced", "time_left"]

_OPERATION = re.compile(r"(?:.*/)?([a-z0-9_]+)\.([a-z0-9_]+)@([^/]+)/([^/]+)(?:/.*)?", re.DOTALL)
# Every part is bounded: the text is a stranger's, and may be one word of a megabyte.
_MENTIONED = re.compile(
    r"(?<![^\s:;,])(?:[a-z0-9-]{1,60}/){2,4}[a-z0-9_]{1,60}\.[a-z0-9_]{1,60}@"
    r"[^\s:;,/]{1,60}/[^\s:;,/]{1,120}(?:/[^\s:;,]{1,120})?"
)


def clock(at: str) -> str:
    """Return the time of day, to the millisecond: `09:18:30.357`."""
    return at[11:].removesuffix("Z")


def day(at: str) -> str:
    """Return the date: `2 March 2026`."""
    found = datetime.fromisoformat(at[:10])
    return f"{found.day} {found:%B %Y}"


def milliseconds(first: str, last: str) -> float | None:
    """Return the time between two moments, None when either is empty."""
    if not first or not last:
        return None
    return round((datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds() * 1000, 3)


def moment(at: str) -> str:
    """Return date and time to the second, in UTC; `not stated` for an empty moment."""
    return f"{day(at)}, {at[11:19]} UTC" if at else "not stated"


def named(operation: str, logins: Mapping[tuple[str, str], str]) -> str:
    """Return an operation (`phase/step/okta.suspend_user@okta/00u1`) in words: `okta suspend user · sam`.

    logins: what to call an account, by service and id. Anything else comes back as it is.
    """
    found = _OPERATION.fullmatch(operation)
    if found is None:
        return operation
    _, act, service, account = found.groups()
    return f"{service} {act.replace('_', ' ')} · {logins.get((service, account), account)}"


def spaced(digest: str) -> str:
    """Return a digest in blocks of eight, so that people can compare it: `1f00a1c2 9e…`."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def time_left(at: str, deadline: str) -> str:
    """Return the time from one moment to a later one in words: `61 h 20 min left`, or `over since …`."""
    seconds = (datetime.fromisoformat(deadline) - datetime.fromisoformat(at)).total_seconds()
    hours, minutes = divmod(int(abs(seconds) // 60), 60)
    spelled = f"{hours // 24} days {hours % 24} h" if hours >= 72 else f"{hours} h {minutes} min"
    return f"{spelled} left" if seconds >= 0 else f"over since {spelled}"


def plain(text: str, logins: Mapping[tuple[str, str], str]) -> str:
    """Return a text with every operation in it, and every account it names by key, in words.

    `okta/00u1` becomes `sam on okta`. logins: as for `named`.
    """
    told = _MENTIONED.sub(lambda found: named(found[0], logins), text)
    keys = {f"{service}/{account}": f"{login} on {service}" for (service, account), login in logins.items()}
    if not any(key in told for key in keys):
        return told
    longest = sorted(map(re.escape, keys), key=len, reverse=True)
    known = re.compile(rf"(?<![\w/])({'|'.join(longest)})(?![\w/])(,(?=\S))?")
    return known.sub(lambda found: keys[found[1]] + (", " if found[2] else ""), told)


def size(count: int) -> str:
    """Return a number of bytes in bytes, kB or MB (powers of ten)."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"

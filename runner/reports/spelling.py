"""Spells moments and sizes for people; moments come as RFC 3339 UTC with milliseconds."""

from __future__ import annotations

from datetime import datetime

__all__ = ["clock", "day", "moment", "size"]


def clock(at: str) -> str:
    """Return the time of day, to the millisecond: `09:18:30.357`."""
    return at[11:].removesuffix("Z")


def day(at: str) -> str:
    """Return the date: `2 March 2026`."""
    found = datetime.fromisoformat(at[:10])
    return f"{found.day} {found:%B %Y}"


def moment(at: str) -> str:
    """Return date and time to the second, in UTC; `not stated` for an empty moment."""
    return f"{day(at)}, {at[11:19]} UTC" if at else "not stated"


def size(count: int) -> str:
    """Return a number of bytes in bytes, kB or MB (powers of ten)."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"

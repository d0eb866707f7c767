"""The way a mail says it took: one hop for each `Received` header (RFC 5321 section 4.4), newest first.

Each server writes its own on top, and everything below the first one of ours may be invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from ipaddress import ip_address

from runner.intake.charsets import unfolded
from runner.intake.demand import Hop
from runner.intake.envelope import moment_of, stamp

__all__ = ["MOST", "hops", "is_ours", "received_at", "strange"]

MOST = 100
"""Hops that are read; RFC 5321 section 6.3 takes more for a loop."""
_FROM = re.compile(r"(?:^|\s)from\s{1,10}([^\s;()]{1,255})", re.IGNORECASE)
_BY = re.compile(r"(?:^|\s)by\s{1,10}([^\s;()]{1,255})", re.IGNORECASE)
_IP = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]{3,45})\]", re.IGNORECASE)
_OUT_OF_ORDER_S = -60  # clocks of honest servers differ by seconds
_FAR_OFF_S = 3600


def hops(received: Sequence[str], receivers: Sequence[str]) -> tuple[Hop, ...]:
    """Return the hops, newest first.

    received: the values of the headers, as they stand. receivers: names of our own mail servers.
    """
    moments = [moment_of(value.rpartition(";")[2]) for value in received[:MOST]]
    before = [*moments[1:], None][: len(moments)]
    return tuple(
        _hop(unfolded(value), at, earlier, receivers)
        for value, at, earlier in zip(received[:MOST], moments, before, strict=True)
    )


def is_ours(host: str, receivers: Sequence[str]) -> bool:
    """Tell whether a host is named among the receivers; `.example.com` names every host below it."""
    name = host.lower().rstrip(".")
    return any(
        name == each.lower() or (each.startswith(".") and name.endswith(each.lower())) for each in receivers
    )


def received_at(way: Sequence[Hop]) -> Hop | None:
    """Return the topmost hop, if it tells its time: the last server wrote it, nobody further out."""
    return way[0] if way and way[0].at else None


def strange(way: Sequence[Hop], date: str, date_skew_s: int | None) -> Iterator[str]:
    """Yield in words what is odd about the times."""
    for hop in way:
        if hop.skew_s is not None and hop.skew_s < _OUT_OF_ORDER_S:
            yield f"the hop at {hop.by_host} is {-hop.skew_s} seconds earlier than the one before it"
    if date_skew_s is not None and abs(date_skew_s) > _FAR_OFF_S:
        first = way[-1].by_host or "the first hop"
        yield f"the Date header ({date}) is {abs(date_skew_s)} seconds off the time at {first}"


def _hop(value: str, at: datetime | None, earlier: datetime | None, receivers: Sequence[str]) -> Hop:
    sender, by = _FROM.search(value), _BY.search(value)
    # The address stands in the from-clause; what follows `by` is the receiver's own.
    clause = value[sender.start() if sender else 0 : by.start() if by else len(value)] if sender else ""
    addresses = [each for each in _IP.findall(clause) if _is_ip(each)]  # the last: a name may look like one
    return Hop(
        by_host=by[1] if by else "",
        from_host=sender[1] if sender else "",
        ip=addresses[-1] if addresses else "",
        at=stamp(at) if at else "",
        skew_s=round((at - earlier).total_seconds()) if at and earlier else None,
        ours=is_ours(by[1] if by else "", receivers),
    )


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

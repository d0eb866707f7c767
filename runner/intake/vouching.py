"""What servers say they verified about the sender: read, never checked again, and believed only where ours.

Authentication-Results (RFC 8601), ARC (RFC 8617), DKIM-Signature (RFC 6376), Received-SPF (RFC 7208 section
9.1). RFC 8601 section 5 has a receiver remove forged results in its own name. Not all do: so a result counts
as ours only in the topmost header of its kind, and only above the first hop that is not ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from runner.intake.charsets import unfolded
from runner.intake.demand import Check, Header
from runner.intake.route import is_ours

__all__ = ["checks"]

_MOST = 200
_LONGEST = 4000  # characters of one header
_BY = re.compile(r"(?:^|\s)by\s{1,10}([^\s;()]{1,255})", re.IGNORECASE)
_RESULT = re.compile(r"\s{0,20}([A-Za-z0-9-]{1,40})(?:/[0-9]{1,5})?\s{0,5}=\s{0,5}([A-Za-z0-9_-]{1,40})")
_PROPERTY = re.compile(r"([a-z]{1,20})\.([a-z0-9-]{1,30})\s{0,5}=\s{0,5}\"?([^\s;\"]{1,320})", re.IGNORECASE)
_TAG = re.compile(r"(?:^|;)\s{0,20}([a-z]{1,4})\s{0,5}=\s{0,5}([^;]{0,320})")
_KEY = re.compile(r"([a-z-]{1,30})=\"?([^\s;\"]{1,320})", re.IGNORECASE)
_DOMAINS = ("header.d", "header.i", "smtp.mailfrom", "header.from", "smtp.helo")


def checks(headers: Sequence[Header], receivers: Sequence[str]) -> tuple[Check, ...]:
    """Return every result that any header claims, in the order of the file."""
    foreign = next((at for at, each in enumerate(headers) if _is_foreign(each, receivers)), len(headers))
    seen: set[str] = set()
    found: list[Check] = []
    for at, header in enumerate(headers):
        name = header.name.lower()
        read = _READ.get(name)
        if read is None or len(found) >= _MOST:
            continue
        above = at < foreign and name not in seen
        seen.add(name)
        for method, result, domain, said_by in read(without_comments(unfolded(header.value[:_LONGEST]))):
            trusted = above and is_ours(said_by, receivers) and name not in _CLAIMS
            found.append(Check(method, result, domain, said_by, header.name, trusted))
    return tuple(found[:_MOST])


def without_comments(value: str) -> str:
    """Return a header's value without its comments (RFC 5322 section 3.2.2), quoted strings left alone."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for each in value:
        if escaped:
            escaped = False
        elif each == "\\":
            escaped = True
        elif each == '"' and not depth:
            quoted = not quoted
        elif each == "(" and not quoted:
            depth += 1
        elif each == ")" and depth:
            depth -= 1
            continue
        if not depth:
            kept.append(each)
    return "".join(kept)


_Claim = tuple[str, str, str, str]
"""Method, result, domain, who says so."""


def _is_foreign(header: Header, receivers: Sequence[str]) -> bool:
    if header.name.lower() != "received":
        return False
    by = _BY.search(unfolded(header.value[:_LONGEST]))
    return not is_ours(by[1] if by else "", receivers)


def _results(value: str) -> Iterator[_Claim]:
    """Yield the results of an Authentication-Results value: `authserv-id; method=result ptype.property=…`."""
    first, *rest = value.split(";")
    if "=" in first:  # some receivers leave the authserv-id out, against RFC 8601 section 2.2
        first, rest = "", [first, *rest]
    said_by = (first.split() or [""])[0]
    for part in rest:
        if match := _RESULT.match(part):
            named = {f"{kind}.{key}".lower(): value for kind, key, value in _PROPERTY.findall(part)}
            domain = next((named[each] for each in _DOMAINS if each in named), "")
            yield match[1].lower(), match[2].lower(), domain.rpartition("@")[2], said_by


def _arc_results(value: str) -> Iterator[_Claim]:
    instance, _, rest = value.partition(";")
    yield from _results(rest if instance.strip().lower().startswith("i=") else value)


def _seal(value: str) -> Iterator[_Claim]:
    tags = dict(_TAG.findall(value))
    yield "arc", tags.get("cv", "").strip().lower() or "none", tags.get("d", "").strip(), ""


def _signature(value: str) -> Iterator[_Claim]:
    yield "dkim-signature", "not verified here", dict(_TAG.findall(value)).get("d", "").strip(), ""


def _spf(value: str) -> Iterator[_Claim]:
    named = {key.lower(): value for key, value in _KEY.findall(value)}
    result = (value.split() or [""])[0].lower()[:40]
    domain = named.get("envelope-from") or named.get("helo", "")
    yield "spf", result, domain.strip("<>").rpartition("@")[2], named.get("receiver", "")


_READ = {
    "authentication-results": _results,
    "arc-authentication-results": _arc_results,
    "arc-seal": _seal,
    "dkim-signature": _signature,
    "received-spf": _spf,
}
_CLAIMS = {"arc-authentication-results", "arc-seal", "dkim-signature"}
"""Written by whoever handled the mail before; nothing in them is the receiver's own word."""

"""What the headers say of who wrote to whom, and where they contradict one another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime

from runner.intake.charsets import unfolded, words
from runner.intake.demand import Header

__all__ = ["Envelope", "by_name", "envelope", "moment_of", "stamp"]

_LONGEST = 4000  # characters of a header that are decoded; RFC 5322 allows 998 a line
_ANGLE = re.compile(r"<([^<>\s]{1,320})>")
_BARE = re.compile(r"[^\s<>,;:\"()]{1,64}@[^\s<>,;:\"()]{1,255}")
_IP = re.compile(r"[0-9A-Fa-f:.]{3,45}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The headers that name people and messages, decoded; fields as those of a `Demand`."""

    sender: str
    sender_name: str
    reply_to: str
    return_path: str
    sent_by: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    date: str
    message_id: str
    in_reply_to: str
    user_agent: str
    originating_ip: str


def by_name(headers: Sequence[Header]) -> Mapping[str, list[str]]:
    """Return the values of each header by its name in lower case, in order."""
    found: dict[str, list[str]] = {}
    for header in headers:
        found.setdefault(header.name.lower(), []).append(header.value[:_LONGEST])
    return found


def envelope(headers: Mapping[str, list[str]]) -> tuple[Envelope, tuple[str, ...]]:
    """Return the envelope, and in words what does not fit together."""
    senders = _addresses(headers.get("from", [])[:1])
    name, address = senders[0] if senders else ("", "")
    date = moment_of(_first(headers, "date"))
    ip = _IP.search(_first(headers, "x-originating-ip"))
    found = Envelope(
        sender=address,
        sender_name=name,
        reply_to=_address(headers, "reply-to"),
        return_path=_address(headers, "return-path"),
        sent_by=_address(headers, "sender"),
        to=_all(headers, "to"),
        cc=_all(headers, "cc"),
        subject=words(_first(headers, "subject")),
        date=stamp(date) if date else "",
        message_id=unfolded(_first(headers, "message-id")),
        in_reply_to=unfolded(_first(headers, "in-reply-to")),
        user_agent=words(_first(headers, "user-agent") or _first(headers, "x-mailer")),
        originating_ip=ip[0] if ip else "",
    )
    several = len(senders) > 1 or len(headers.get("from", ())) > 1
    return found, tuple(_doubts(found, several=several))


def moment_of(text: str) -> datetime | None:
    """Return the time a header spells (RFC 5322 section 3.3) in UTC; None for none, or one without a zone."""
    try:
        moment = parsedate_to_datetime(unfolded(text)[:100])
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def stamp(moment: datetime) -> str:
    """Spell a moment as RFC 3339 UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _doubts(found: Envelope, *, several: bool) -> Iterator[str]:
    if several:
        yield "the From header names several senders; the first is taken"
    for address in _BARE.findall(found.sender_name):
        if address.lower() != found.sender.lower():
            yield f"the name shown holds another address ({address}) than the sender's ({found.sender})"
    domain = _domain(found.sender)
    for what, other in (("replies go to", found.reply_to), ("bounces go to", found.return_path)):
        if other and domain and _domain(other) != domain:
            yield f"{what} another domain ({_domain(other)}) than the sender's ({domain})"
    if "xn--" in domain or not domain.isascii():
        yield f"the sender's domain is not plain ASCII ({domain}); letters of it may look like others"


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower() if "@" in address else ""


def _first(headers: Mapping[str, list[str]], name: str) -> str:
    return headers.get(name, [""])[0]


def _address(headers: Mapping[str, list[str]], name: str) -> str:
    found = _addresses(headers.get(name, [])[:1])
    return found[0][1] if found else ""


def _all(headers: Mapping[str, list[str]], name: str) -> tuple[str, ...]:
    return tuple(address for _, address in _addresses(headers.get(name, [])))


def _addresses(values: Sequence[str]) -> list[tuple[str, str]]:
    """Return name and address of everybody named; names are decoded only after the list was taken apart."""
    plain = [unfolded(value) for value in values]
    try:
        found = getaddresses(plain)
    except (ValueError, IndexError, RecursionError):  # nested comments
        found = []
    sure = [(words(name), address) for name, address in found if "@" in address]
    if sure:
        return sure
    loose = [match for value in plain for match in _ANGLE.findall(value) or _BARE.findall(value)]
    return [("", address) for address in loose]

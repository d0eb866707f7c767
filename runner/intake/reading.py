"""Reads one demand: bytes in, a `Demand` and its unopened parts out; the same bytes always give the same.

```python
read = read_demand(content, "mail.eml", saved=modified, receivers=("mx.example.com",))
read.demand.deadline.utc  # "2026-11-28T09:14:00Z"
```
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from runner.errors import UsageError
from runner.intake.amounts import amounts
from runner.intake.contacts import contacts
from runner.intake.deadlines import Receipt, deadlines
from runner.intake.demand import LARGEST, Deadline, Demand, Hop
from runner.intake.envelope import Envelope, by_name, envelope, stamp
from runner.intake.html_text import Reduced, reduced
from runner.intake.kinds import Found, kind_of, start_of_mail
from runner.intake.links import links
from runner.intake.mentions import danger, mentions
from runner.intake.message import Parts, taken_apart
from runner.intake.passages import LONGEST, Passage, clean
from runner.intake.route import hops, received_at, strange
from runner.intake.vouching import checks
from runner.intake.wallets import memos, wallets

__all__ = ["Read", "read_demand"]

LONGEST_QUOTE = 20_000
_ASKED_OF_A_PICTURE = (
    "who it is from, as shown", "who received it, when, in which time zone and on which channel",
    "what it says, word for word", "what is demanded: sum, currency, address to pay to",
    "the deadline, as stated, with its time zone", "what is threatened", "what is shown as proof",
    "whether a person is in danger",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """What was read."""

    demand: Demand
    parts: tuple[bytes, ...]
    """The bytes of each of `demand.attachments`, in their order."""


def read_demand(content: bytes, name: str, *, saved: datetime, receivers: Sequence[str] = ()) -> Read:
    """Read a message.

    name: of the file; shown, never used as a path. saved: when the file was last written. receivers: names of
    our own mail servers; only what they wrote is believed. Raises UsageError, and nothing else, for what is
    too large, empty, or neither a mail nor a text nor a picture.
    """
    name = clean(name)
    if len(content) > LARGEST:
        raise UsageError(f"it is larger than {LARGEST} bytes", where=name, remedy="keep it with --item FILE")
    found = kind_of(content, name)
    digest = hashlib.sha256(content).hexdigest()
    base = Demand(found.kind, found.media, name, len(content), digest)
    if found.kind == "image":
        return Read(_picture(base, saved), ())
    if found.kind == "text":
        return Read(_text(base, found, saved), ())
    return _mail(base, content, saved, receivers)


def _picture(base: Demand, saved: datetime) -> Demand:
    said = "nothing was read out of the picture; a person must write down what it shows"
    return replace(base, **_received(_file_time(saved)), left_out=(said,), asked=_ASKED_OF_A_PICTURE)


def _text(base: Demand, found: Found, saved: datetime) -> Demand:
    text = clean(found.text)
    demand = replace(base, doubts=(found.doubt,) if found.doubt else ())
    return _with_facts(demand, [Passage("text", text)], [], _file_time(saved))


def _mail(base: Demand, content: bytes, saved: datetime, receivers: Sequence[str]) -> Read:
    parts = taken_apart(start_of_mail(content))
    named = by_name(parts.headers)
    found, doubts = envelope(named)
    # The way needs the whole headers: a time stands at their end.
    way = hops([each.value for each in parts.headers if each.name.lower() == "received"], receivers)
    skew = _seconds_between(found.date, way[-1].at if way else "")
    demand = replace(
        base,
        **_fields(found),
        date_skew_s=skew,
        hops=way,
        checks=checks(parts.headers, receivers),
        headers=parts.headers,
        attachments=tuple(parts.attachments),
        doubts=(*doubts, *strange(way, found.date, skew), *dict.fromkeys(parts.doubts)),
        left_out=tuple(dict.fromkeys(parts.left_out)),
    )
    pages = [reduced(each) for each in parts.pages]
    passages = list(_passages(found.subject, parts, pages))
    return Read(_with_facts(demand, passages, pages, _receipt(way, saved)), tuple(parts.contents))


def _passages(subject: str, parts: Parts, pages: Sequence[Reduced]) -> Iterator[Passage]:
    """Yield what a person reads of a mail, the plain text first."""
    seen = [page.text for page in pages]
    for where, texts in (("text", parts.texts), ("html", seen), ("subject", [subject])):
        said = "\n\n".join(each for each in texts if each.strip())
        if said:
            yield Passage(where, said)


def _with_facts(
    demand: Demand, whole: Sequence[Passage], pages: Sequence[Reduced], receipt: Receipt
) -> Demand:
    """Return the demand with everything found in its texts."""
    passages = [Passage(each.where, each.text[:LONGEST]) for each in whole]
    body = next((each for each in whole if each.where != "subject"), Passage("", ""))
    found = mentions(passages)
    set_ = deadlines(passages, receipt)
    named, linked = contacts(passages), links(passages, pages)
    sums, ways = amounts(passages), wallets(passages)
    over = {"contacts": named[1], "links": linked[1], "sums": sums[1], "wallet addresses": ways[1]}
    long = [each.where for each in whole if len(each.text) > LONGEST]
    return replace(
        demand,
        **_received(receipt),
        quote=body.text[:LONGEST_QUOTE],
        quote_from=body.where,
        deadline=set_[0] if set_ else Deadline(),
        deadlines=set_,
        amounts=sums[0],
        wallets=ways[0],
        memos=memos(passages),
        mentions=found,
        danger=danger(found),
        contacts=named[0],
        links=linked[0],
        doubts=(*demand.doubts, *_hidden(body.text)),
        left_out=(
            *demand.left_out,
            *(f"the {where} after {LONGEST} characters" for where in long),
            *(f"{count} more {what}" for what, count in over.items() if count),
        ),
    )


def _hidden(text: str) -> Iterator[str]:
    """Say how much of a text does not show, or turns its reading around."""
    count = sum(unicodedata.category(each) in ("Cf", "Co") for each in text[:LONGEST])
    if count:
        yield f"the text holds {count} invisible or direction-changing characters"


def _receipt(way: Sequence[Hop], saved: datetime) -> Receipt:
    """Return when a mail was received: by our own server's word, else the earlier of two doubtful times."""
    top, file = received_at(way), _file_time(saved)
    if top is None:
        return file
    at = datetime.fromisoformat(top.at)
    if top.ours:
        said = f"the topmost Received header, by {top.by_host}, a receiver of ours"
        return Receipt(at, trusted=True, source=said)
    if at >= file.at:
        return file
    said = f"the topmost Received header, by {top.by_host or 'nobody'}, which the settings do not name"
    return Receipt(at, trusted=False, source=said)


def _file_time(saved: datetime) -> Receipt:
    source = "when the file was last written; the message may have come earlier"
    return Receipt(saved.astimezone(UTC).replace(microsecond=0), trusted=False, source=source)


def _received(receipt: Receipt) -> dict[str, Any]:
    return {
        "received": stamp(receipt.at),
        "received_from": receipt.source,
        "received_trusted": receipt.trusted,
    }


def _fields(found: Envelope) -> dict[str, Any]:
    return {each.name: getattr(found, each.name) for each in fields(found)}


def _seconds_between(first: str, then: str) -> int | None:
    if not first or not then:
        return None
    return round((datetime.fromisoformat(then) - datetime.fromisoformat(first)).total_seconds())

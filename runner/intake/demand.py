"""The demand as data: what a message says, what it claims about itself, and what could not be read of it.

Every text in here comes from whoever sent the message. It may hold control characters, direction marks and
lies; it holds no lone surrogates, so that it can be written as UTF-8.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

from runner.actions.values import Json

__all__ = [
    "LARGEST",
    "Amount",
    "Attachment",
    "Check",
    "Contact",
    "Deadline",
    "Demand",
    "Header",
    "Hop",
    "Kind",
    "Link",
    "Mention",
    "Verdict",
    "Wallet",
]

LARGEST = 50 * 1024 * 1024
"""Bytes of a message that is taken in; mail servers take less."""

Kind = Literal["", "e-mail", "text", "image"]
Verdict = Literal["valid", "invalid checksum", "form only"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time the message sets."""

    stated: str = ""
    """The words that set it: `within 72 hours`."""
    quote: str = ""
    """The sentence they stand in."""
    utc: str = ""
    """RFC 3339 UTC; where the words leave it open, the earliest moment they can mean."""
    assumed: bool = False
    """True when the words, or the time of receipt, leave it open."""
    why: str = ""
    """What was assumed, and what it was counted from."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum, as stated."""

    stated: str
    currency: str
    """ISO 4217, or the symbol of a cryptocurrency."""
    value: str
    """A decimal number; empty where its marks can be read two ways (`1.500 BTC`)."""
    assumed: bool
    """True when the currency is read from a sign that several share (`$`)."""
    where: str
    at: int
    """Characters from the start of the text it stands in."""


@dataclass(frozen=True, slots=True)
class Wallet:
    """Something that looks like an address to pay to."""

    chain: str
    address: str
    verdict: Verdict
    """`valid`: its checksum fits. `form only`: this form carries none. Says nothing about whose it is."""
    where: str
    at: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A sentence that mentions something extortionists threaten with; not a finding that it is a threat."""

    kind: str
    """publish, sell, competitor, regulator, customers, ddos, journalist or physical."""
    phrase: str
    quote: str
    where: str
    at: int


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach somebody that the text names."""

    kind: str
    value: str
    verdict: Verdict
    where: str
    at: int


@dataclass(frozen=True, slots=True)
class Link:
    """An address of the net, made unclickable; never fetched."""

    url: str
    """Defanged: `hxxps://pay[.]example/x`."""
    where: str
    """The text it stands in, or the attribute of the HTML (`href`, `src`)."""


@dataclass(frozen=True, slots=True)
class Header:
    """One header as it stands in the file, folds included; cut where it is very long."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Hop:
    """One `Received` header: what the server that wrote it says."""

    by_host: str
    from_host: str
    ip: str
    at: str
    """RFC 3339 UTC; empty when it holds no time."""
    skew_s: int | None
    """Seconds since the hop before (the header below); negative: out of order. None when one is unknown."""
    ours: bool
    """True when `by_host` is among the mail receivers of the settings. Anybody can write that name."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a server says it verified about the sender. Nothing is verified here."""

    method: str
    """spf, dkim, dmarc, arc …; `dkim-signature` for a signature nobody here checked."""
    result: str
    domain: str
    said_by: str
    """The server that says so; empty when the header names none."""
    header: str
    trusted: bool
    """True only for the topmost header of its kind, above every foreign hop, by one of our receivers."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part of the message that was kept unopened."""

    name: str
    """As claimed; never a path."""
    media: str
    """As claimed; nobody looked inside."""
    bytes: int
    sha256: str
    inline: bool
    headers: tuple[Header, ...] = ()
    """Of an attached mail: its headers, and nothing else of it."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One message, as read. Empty fields are what it does not say, or nobody can read from it."""

    kind: Kind = ""
    media: str = ""
    name: str = ""
    """Of the file as handed in; never a path."""
    bytes: int = 0
    sha256: str = ""
    received: str = ""
    """RFC 3339 UTC."""
    received_from: str = ""
    """Where that time is from, in words."""
    received_trusted: bool = False
    sender: str = ""
    sender_name: str = ""
    reply_to: str = ""
    return_path: str = ""
    sent_by: str = ""
    """The address of the `Sender` header."""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    date: str = ""
    """What the sender's `Date` header says, RFC 3339 UTC; empty when there is none that can be read."""
    date_skew_s: int | None = None
    """Seconds from `date` to the first hop; None when one is unknown."""
    message_id: str = ""
    in_reply_to: str = ""
    user_agent: str = ""
    originating_ip: str = ""
    quote: str = ""
    """What the message says, as text; cut where it is very long."""
    quote_from: str = ""
    """text or html: what `quote` was read from."""
    deadline: Deadline = Deadline()
    deadlines: tuple[Deadline, ...] = ()
    amounts: tuple[Amount, ...] = ()
    wallets: tuple[Wallet, ...] = ()
    memos: tuple[str, ...] = ()
    """What must be written beside a payment: XRP's destination tag, a memo, a payment id."""
    mentions: tuple[Mention, ...] = ()
    danger: tuple[str, ...] = ()
    """Sentences that mention physical danger to people. Not empty: the police come first."""
    contacts: tuple[Contact, ...] = ()
    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    hops: tuple[Hop, ...] = ()
    """Newest first, as in the file."""
    checks: tuple[Check, ...] = ()
    headers: tuple[Header, ...] = ()
    doubts: tuple[str, ...] = ()
    """What does not fit together, in words."""
    left_out: tuple[str, ...] = ()
    """What of the file was not read, and why, in words; the kept file has it."""
    asked: tuple[str, ...] = ()
    """Facts that a person must read off and write down."""

    def as_json(self) -> Json:
        """Return it as plain JSON values: lists for tuples, as the journal gives it back."""
        return json.loads(json.dumps(asdict(self)))

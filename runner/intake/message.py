"""Takes a mail apart into headers, texts and unopened parts, within limits, whatever it holds.

The standard library parses it; what is limited here is what it does not limit: its work grows with the number
of lines times the depth, and with the square of a header's length. A mail inside the mail is one part and is
not entered; neither is an archive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.feedparser import BytesFeedParser
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from typing import Any, TypeVar

from runner.intake.charsets import decoded, header_bytes, words
from runner.intake.demand import Attachment, Header
from runner.intake.passages import LONGEST

__all__ = ["Parts", "taken_apart"]

T = TypeVar("T")

MOST_LINES = 1_000_000  # 50 MiB of base64 has 700,000
MOST_PARTS = 300
DEEPEST = 20
MOST_HEADERS = 400
MOST_HEADER_CHARACTERS = 200_000  # of all headers together, and of no single one more than:
_LONGEST_HEADER = 8000
_LONGEST_STRUCTURE = 2000  # Content-*: the library reads their parameters in quadratic time
_LONGEST_NAME = 255  # as file systems have it
MOST_TEXT = 4 * LONGEST
"""Bytes of a text that are decoded; a letter of UTF-8 has up to four."""
_CHUNK = 1 << 16


@dataclass(slots=True)
class Parts:
    """A mail in pieces."""

    headers: tuple[Header, ...] = ()
    texts: list[str] = field(default_factory=list)
    """Its text/plain parts that are no attachments."""
    pages: list[str] = field(default_factory=list)
    """Its text/html parts that are no attachments."""
    attachments: list[Attachment] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    """The bytes of each attachment, its transfer encoding undone."""
    doubts: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class _Limit(Exception):
    """The mail has more of something than is read; the words say of what."""


class _Part(Message):
    """A part that knows how deep it lies, and to the parser is never a mail itself: so none is entered."""

    depth = 0

    def attach(self, payload: Any) -> None:
        payload.depth = self.depth + 1
        if payload.depth > DEEPEST:
            raise _Limit(f"parts more than {DEEPEST} levels deep")
        super().attach(payload)

    def get_content_type(self) -> str:
        claimed = super().get_content_type()
        return claimed.replace("message/", "application/", 1) if claimed.startswith("message/") else claimed

    @property
    def media(self) -> str:
        """The media type as claimed."""
        return super().get_content_type()


class _Limited(Compat32):
    """Cuts what is longer than is read, before anything looks into it."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        longest = _LONGEST_STRUCTURE if name.lower().startswith("content-") else _LONGEST_HEADER
        return name, value[:longest]

    def register_defect(self, obj: Any, defect: Any) -> None:
        """Let defects pass: what a stranger sends is full of them."""


def taken_apart(content: bytes) -> Parts:
    """Return the pieces of a mail, as many as the limits allow; what was left is said in `left_out`."""
    parts = Parts()
    root = _parsed(content, parts)
    if root is None:
        return parts
    parts.headers = _headers(root, parts.left_out)
    for part in _leaves(root):
        _sort(part, parts)
    return parts


def _parsed(content: bytes, parts: Parts) -> _Part | None:
    made: list[_Part] = []

    def factory(**given: Any) -> _Part:
        if len(made) >= MOST_PARTS:
            raise _Limit(f"parts after the first {MOST_PARTS}")
        made.append(_Part(**given))
        return made[-1]

    parser = BytesFeedParser(factory, policy=_Limited())
    made.clear()  # it makes one to see how factories are called
    try:
        for chunk in _lines_within(content, parts.left_out):
            parser.feed(chunk)
        parser.close()
    except _Limit as limit:
        parts.left_out.append(str(limit))
    except Exception as error:  # noqa: BLE001  the library raises many kinds on hostile mail
        parts.left_out.append(f"what follows a place the parser does not understand ({type(error).__name__})")
    return made[0] if made else None


def _lines_within(content: bytes, left_out: list[str]) -> Iterator[bytes]:
    lines = 0
    for start in range(0, len(content), _CHUNK):
        chunk = content[start : start + _CHUNK]
        lines += chunk.count(b"\n") + chunk.count(b"\r")
        if lines > 2 * MOST_LINES:
            left_out.append(f"what follows the first {MOST_LINES} lines")
            return
        yield chunk


def _headers(root: Message, left_out: list[str]) -> tuple[Header, ...]:
    kept: list[Header] = []
    room = MOST_HEADER_CHARACTERS
    items = list(root.raw_items())
    for name, value in items[:MOST_HEADERS]:
        text = header_bytes(value)
        if len(text) > room:
            break
        room -= len(text)
        kept.append(Header(header_bytes(name)[:200], text))
        if len(text) >= _LONGEST_HEADER:
            left_out.append(f"the end of a very long header ({kept[-1].name})")
    if len(kept) < len(items):
        left_out.append(f"{len(items) - len(kept)} of {len(items)} headers")
    return tuple(kept)


def _leaves(root: _Part) -> Iterator[_Part]:
    """Yield the parts that hold no others, in order."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if part.is_multipart():
            inner: Any = part.get_payload()
            waiting += reversed(inner)
        else:
            yield part


def _sort(part: _Part, parts: Parts) -> None:
    """Put a leaf where it belongs: among the texts, or unopened among the attachments."""
    name = words(_survived(lambda: part.get_filename(""), ""))[:_LONGEST_NAME]
    disposition = _survived(part.get_content_disposition, None)
    # Undecoded it would be read in the charset it names, whatever that is.
    content = _survived(lambda: part.get_payload(decode=True), None)
    if not isinstance(content, bytes):  # the limits ended inside its headers
        return
    media = part.media
    spoken = media in ("text/plain", "text/html") or media.startswith("multipart/")  # one without its parts
    if spoken and not name and disposition != "attachment":
        charset = str(_survived(lambda: part.get_content_charset(""), ""))
        start = content[:MOST_TEXT]
        text, fits = decoded(start, charset, whole=start == content)
        (parts.pages if media == "text/html" else parts.texts).append(text)
        if start != content:
            parts.left_out.append(f"a text after its first {MOST_TEXT} bytes")
        if not fits:
            parts.doubts.append(f"a text is not in the charset it names ({charset or 'none'})")
        return
    inline = disposition == "inline" or "content-id" in part
    nested = _nested(content) if media == "message/rfc822" else ()
    if nested:
        parts.doubts.append(
            "an attached mail was not read; if the demand is in it, hand that mail in by itself"
        )
    digest = hashlib.sha256(content).hexdigest()
    parts.attachments.append(Attachment(name, media, len(content), digest, inline, nested))
    parts.contents.append(content)


def _nested(content: bytes) -> tuple[Header, ...]:
    """Return the headers of an attached mail; nothing else of it is read."""
    head = content[: 2 * MOST_HEADER_CHARACTERS]
    read = _survived(lambda: BytesHeaderParser(policy=_Limited()).parsebytes(head), None)
    return _headers(read, [])[:50] if read is not None else ()


def _survived(ask: Callable[[], T], otherwise: T) -> T:
    """Return what the library makes of a stranger's words, or `otherwise` where it gives up."""
    try:
        return ask()
    except Exception:  # noqa: BLE001  its readers of parameters raise many kinds, version by version
        return otherwise

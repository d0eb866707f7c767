"""Finds addresses of the net in a text and makes them unclickable. Nothing here asks anybody about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from runner.intake.demand import Link
from runner.intake.html_text import Reduced
from runner.intake.passages import Passage

__all__ = ["defanged", "links"]

MOST = 300
_LONGEST = 500  # characters of one address
_URL = re.compile(
    r"(?:\b(?:h(?:tt|xx)ps?|ftps?|file|wss?|ldaps?|tox|tg|magnet|data|javascript|smb):|\bwww\.)[^\s<>\"\u201c\u201d]{1,2000}",
    re.IGNORECASE,
)
_BEHIND = ".,;:!?'\u2019)]}>\u3002"  # what a sentence puts behind an address
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):(/{0,3})")


def links(passages: Iterable[Passage], pages: Iterable[Reduced]) -> tuple[tuple[Link, ...], int]:
    """Return the addresses in texts and markup, each once, and how many more there are than are kept."""
    found: dict[str, Link] = {}
    for written, where in _written(passages, pages):
        url = defanged(written)
        found.setdefault(url, Link(url, where))
    kept = tuple(found.values())[:MOST]
    return kept, len(found) - len(kept)


def _written(passages: Iterable[Passage], pages: Iterable[Reduced]) -> Iterator[tuple[str, str]]:
    for passage in passages:
        for match in _URL.finditer(passage.text):
            yield match[0].rstrip(_BEHIND), passage.where
    for page in pages:
        for attribute, address in page.addresses:
            if address and not address.startswith("#"):
                yield address, attribute


def defanged(url: str) -> str:
    """Return an address that no reader, ticket or chat turns into a link.

    `https://pay.example/x` becomes `hxxps://pay[.]example/x`; other schemes lose their colon's meaning
    (`file[:]///etc/passwd`), and a `@` in front of the host is bracketed as well.
    """
    text = "".join(each if each.isprintable() else "\ufffd" for each in url[:_LONGEST])
    scheme = _SCHEME.match(text)
    head, rest = (scheme[0], text[scheme.end() :]) if scheme else ("", text)
    if scheme:
        name = scheme[1].lower()
        web = re.fullmatch(r"h(?:tt|xx)p(s?)", name)
        head = f"hxxp{web[1]}:{scheme[2]}" if web else f"{name}[:]{scheme[2]}"
    end = next((at for at, each in enumerate(rest) if each in "/?#\\"), len(rest))
    host = rest[:end].replace("[.]", ".").replace(".", "[.]").replace("@", "[@]")
    return head + host + rest[end:]

"""Reduces HTML to the text a reader would see, in one pass and without fetching anything.

Not `html.parser`: on broken markup it takes quadratic time (CVE-2025-6069), and broken markup is to be
expected here. Every step of this one goes forward.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

__all__ = ["Reduced", "reduced"]

_INSIDE = re.compile(r"""[a-zA-Z/!?][^<>"']*+(?:"[^"]*+"[^<>"']*+|'[^']*+'[^<>"']*+)*+""")
_NAME = re.compile(r"/?[a-zA-Z][a-zA-Z0-9]{0,19}")
_ADDRESS = re.compile(
    r"""\b(href|src|action|background|poster)\s{0,9}=\s{0,9}(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++))""",
    re.IGNORECASE,
)
# No character has so long a number, and Python refuses to read thousands of digits.
_LONG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,}+;?")
_BLANKS = {"td": " ", "th": " "} | dict.fromkeys((
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "form", "h1", "h2", "h3", "h4",
    "h5", "h6",
    "hr", "li", "ol", "p", "pre", "section", "table", "title", "tr", "ul",
), "\n")  # fmt: skip
_UNSEEN = re.compile(r"(?:script|style)\b", re.IGNORECASE)


class Reduced:
    """A page as text, and the addresses its markup names."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.text = ""
        self.addresses: list[tuple[str, str]] = []
        """Attribute and address, as written; not made safe yet."""


def reduced(html: str) -> Reduced:
    """Return what a reader would see of a page, and where it leads."""
    found = Reduced()
    words: list[str] = []
    for text, tag in _pieces(html):
        words.append(text)
        name = _NAME.match(tag)
        if name:
            words.append(_BLANKS.get(name[0].strip("/").lower(), ""))
            for match in _ADDRESS.finditer(tag):
                written = match[2] or match[3] or match[4] or ""
                found.addresses.append((match[1].lower(), _unescaped(written).strip()))
    lines = (" ".join(line.split()) for line in _unescaped("".join(words)).split("\n"))
    found.text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return found


def _pieces(html: str) -> Iterator[tuple[str, str]]:
    """Yield text and the tag behind it (without its brackets; empty for what is none)."""
    at = 0
    while (start := html.find("<", at)) >= 0:
        if html.startswith("<!--", start):
            end = html.find("-->", start + 4)
            yield html[at:start], ""
            at = end + 3 if end >= 0 else len(html)
            continue
        inside = _INSIDE.match(html, start + 1)
        stop = inside.end() if inside else start + 1
        if (
            not inside or html[stop : stop + 1] != ">"
        ):  # a bracket that opens nothing is text; go on behind it
            yield html[at:stop], ""
            at = stop
            continue
        tag = html[start + 1 : stop]
        yield html[at:start], tag
        at = _behind(html, tag, stop + 1)
    yield html[at:], ""


def _behind(html: str, tag: str, at: int) -> int:
    """Return where the visible goes on: scripts and styles are skipped to their end."""
    unseen = _UNSEEN.match(tag)
    if unseen is None:
        return at
    end = re.compile(f"</{unseen[0]}", re.IGNORECASE).search(html, at)
    return end.start() if end else len(html)


def _unescaped(text: str) -> str:
    return unescape(_LONG_NUMBER.sub("\ufffd", text))

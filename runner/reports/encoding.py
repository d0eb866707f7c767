"""Makes untrusted text safe to show: nothing hidden, nothing that acts, nothing endless.

Display names and log lines come from whoever chose them. Each writer encodes for its own format, on
top of `visible`, which makes visible what would hide or reorder text (Unicode UAX #9, TR36).
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["cell", "markdown", "visible"]

LIMIT = 2000  # characters; a name of a megabyte must not bury the rest of the page
_HIDING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&@:])")
# OWASP ASVS 1.2.10, the full-width forms that spreadsheets read alike, and the bar of a DDE call (`|calc`).
_FORMULA = ("=", "+", "-", "@", "|", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\uff5c")


def visible(text: str, limit: int = LIMIT) -> str:
    """Return the text with controls, bidirectional and zero-width characters spelled as `[U+202E]`.

    Line feeds stay, other controls do not; what is beyond `limit` characters is counted, not shown.
    """
    shown = "".join(_spelled(char) for char in text[:limit])
    return shown if len(text) <= limit else f"{shown}… ({len(text)} characters)"


def markdown(text: str) -> str:
    """Return the text as one line of Markdown in which nothing is markup, a link or HTML."""
    return _MARKS.sub(r"\\\1", " ".join(visible(text).split())).replace("\\<", "&lt;").replace("\\&", "&amp;")


def cell(text: str) -> str:
    """Return the text for a CSV cell, so that no spreadsheet takes it for a formula.

    A cell that begins, white space aside, like a formula gets an apostrophe in front; so does one that begins
    with apostrophes and goes on like one, so that taking the first away always gives back the text.
    """
    shown = visible(text)
    bare = text.lstrip("'")
    risky = bare[:1] in ("\t", "\r", "\n", "\0") or visible(bare).lstrip().startswith(_FORMULA)
    return "'" + shown if risky else shown


def _spelled(char: str) -> str:
    if char == "\n" or unicodedata.category(char) not in _HIDING:
        return char
    return f"[U+{ord(char):04X}]"

"""Text that leaves the house: harmless on every surface, and marked so that we find our own things again."""

from __future__ import annotations

import hashlib
import re
import unicodedata

__all__ = ["mark", "printable", "spoils_a_header"]

# Control, format (bidirectional overrides, zero-width), surrogate and private-use characters, line and
# paragraph separators: Unicode Standard, section 4.5. Unicode TR36 section 2.5 names the bidi ones a spoof.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def mark(key: str) -> str:
    """Return the 32 hex digits that stand for `ctx.key` in a vendor's object.

    A digest, because the key names the case's phase and step, and labels are read by outsiders.
    """
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def printable(text: str) -> str:
    r"""Return the text with every unseen character but newline and tab written out as \u and hex digits."""
    lines = re.sub(r"\r\n?", "\n", text)
    return "".join(each if _seen(each) else f"\\u{ord(each):04x}" for each in lines)


def spoils_a_header(text: str) -> bool:
    """Tell whether a one-line field could be broken or faked by this text (CWE-93, CWE-1007)."""
    return any(unicodedata.category(each) in _UNSEEN for each in text)


def _seen(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in _UNSEEN

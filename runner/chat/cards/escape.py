"""The one escape: text from outside comes out as it was written, and does nothing.

Names, logins, reasons and labels are chosen by strangers, the subject among them. They go into `plain_text`,
where Slack reads no markup; what must stand in `mrkdwn` passes `escaped` as well.
Slack: docs.slack.dev, "Formatting message text", escaping.
"""

from __future__ import annotations

import unicodedata

__all__ = ["LONGEST", "escaped", "monospaced", "shown"]

LONGEST = 300  # characters of one value: a name of forty kilobytes must not bury the card
_HIDING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that hide or reorder text: controls, bidirectional, zero-width (UAX #9, TR36)."""


def shown(text: object, limit: int = LONGEST) -> str:
    """Return a value on one line, what would hide or reorder text spelled as `[U+202E]`.

    A newline becomes a space: a name must not write lines of its own. What is beyond `limit` is counted.
    """
    words = " ".join(str(text).split())
    visible = "".join(_spelled(each) for each in words[:limit])
    return visible if len(words) <= limit else f"{visible}… ({len(words)} characters)"


def escaped(text: object, limit: int = LONGEST) -> str:
    """Return a value for `mrkdwn`, as `shown`, in which nothing is a mention, a channel or a link."""
    return shown(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def monospaced(text: object) -> str:
    """Return a value for `mrkdwn` as code, which no backtick of its own ends early."""
    return f"`{escaped(text).replace('`', _spelled_out('`'))}`"


def _spelled(character: str) -> str:
    return _spelled_out(character) if unicodedata.category(character) in _HIDING else character


def _spelled_out(character: str) -> str:
    return f"[U+{ord(character):04X}]"

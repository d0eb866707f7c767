"""Puts a stranger's text into Markdown so that it is read as it was written, and does nothing.

Names, logins and demands come from whoever chose them; a picture or a link in one would tell them that
somebody reads. Backslashes would change an address or a wallet for whoever copies it out of a ticket. So what
CommonMark (https://spec.commonmark.org/0.31.2/) could act on goes into a code span or a fenced block, where
nothing acts, and whatever is harmless stays as it is.
"""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from runner.language.problems import safe

__all__ = ["bullets", "literal", "verbatim"]

_ACTIVE = re.compile(
    r"[\\`*\[\]<>|~]"  # spans, links, pictures, HTML, tables, struck text
    r"|(?<!\w)_|_(?!\w)"  # emphasis; inside a word an underscore is a letter
    r"|&\#?\w+;"  # an entity would be shown as another character
    r"|://|\bwww\."  # GitHub's Markdown makes links of bare addresses
    r"|^ ?(?:[-+=\#]+|\d{1,9}[.)])(?: |$)"  # a list, a heading, a line under one
)
_BLANKS = re.compile(r"\s+")
_LINES = re.compile(r"\r\n|\r|\n")


def literal(value: Any) -> Markup:
    """Return a value as one line of Markdown in which nothing of it is markup; markup of ours passes.

    Secrets are masked, control and direction characters spelled out.
    """
    if isinstance(value, Markup):
        return value
    words = "" if value is None else ("no", "yes")[value] if isinstance(value, bool) else str(value)
    text = safe(_BLANKS.sub(" ", words))
    return Markup(_span(text) if _ACTIVE.search(text) else text)  # noqa: S704  nothing in it acts


def verbatim(value: Any) -> Markup:
    """Return a text of several lines as a fenced block; a filter of documents, on a line of its own."""
    if isinstance(value, Markup):
        return value
    lines = [safe(line) for line in _LINES.split(str(value).strip("\r\n"))]
    fence = "`" * max(3, _longest_run("\n".join(lines)) + 1)
    return Markup("\n".join([f"{fence}text", *lines, fence]))  # noqa: S704  a fence ends at one as long


def bullets(value: Any) -> Markup:
    """Return a text, or several, as a list; a filter of documents, on a line of its own."""
    several = value if isinstance(value, list) else [value]
    return Markup("\n".join(f"- {literal(each)}" for each in several))  # noqa: S704  each is literal


def _span(text: str) -> str:
    """Return a code span: its fence is longer than any run of backticks inside (CommonMark section 6.1)."""
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)

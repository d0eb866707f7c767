"""Recognises secrets by their shape, so that none is accepted in a file or echoed in a message.

Shapes: GitHub "About authentication" (token prefixes), Slack "Token types", AWS "Unique identifiers",
Okta "API token" (`00` and 40 characters), RFC 7468 (PEM labels), age (`AGE-SECRET-KEY-1`), RFC 7519 (JWT).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["masked", "secrets_in"]

_SHAPES = re.compile(
    r"""
      \bgh[pousr]_[A-Za-z0-9]{20,}
    | \bgithub_pat_[A-Za-z0-9_]{20,}
    | \bxox[abeprs]-[A-Za-z0-9-]{10,} | \bxapp-[A-Za-z0-9-]{10,}
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b
    | \b00[A-Za-z0-9_-]{40}\b
    | \bglpat-[A-Za-z0-9_-]{20,}
    | \bATATT3[A-Za-z0-9_=-]{20,}
    | \beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----
    | \bAGE-SECRET-KEY-1[A-Z0-9]{20,}
    | (?<=://)[^/\s:@]{1,100}:[^/\s:@]{3,100}(?=@)
    | (?i:(?<=password:\s)|(?<=passwd:\s)|(?<=secret:\s)|(?<=token:\s)|(?<=api_key:\s))
      (?!["']?(?:env|file|keyring|op|vault):)["']?[^\s{}"',]{8,}
    """,
    re.VERBOSE,
)


def secrets_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every run of characters that looks like a secret."""
    for match in _SHAPES.finditer(text):
        yield match.span()


def masked(text: str) -> str:
    """Return the text with each secret replaced by as many asterisks."""
    return _SHAPES.sub(lambda match: "*" * len(match[0]), text)

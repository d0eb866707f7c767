"""Takes secrets out of text, at every place where text leaves: log, error, report, message, journal.

Every value that was resolved is remembered in all the spellings in which it could come back: as it is, in
base64 (also inside `user:password`), quoted for a URL, in hex, escaped for JSON. Comparable tools leaked on
their failure paths (CVE-2023-40171, CVE-2024-35196); so the sinks redact, not the callers.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from threading import Lock
from urllib.parse import quote, quote_plus

__all__ = ["MARK", "Redactor", "redact", "remember"]

MARK = "[redacted]"

# What follows an Authorization header in an echoed request, known to us or not (RFC 9110 section 11.6.2).
_AUTHORIZATION = re.compile(r"""(?i)\b(authorization["']?\s*[:=]\s*["']?)(?:[a-z]+\s+)?[^\s"',;}]+""")
_START = 4  # characters; a spelling that is shorter would be found everywhere and hide nothing


class Redactor:
    """Remembers secrets and takes them out of text; safe to share between threads."""

    def __init__(self) -> None:
        """Start with no secrets."""
        self._lock = Lock()
        self._by_start: dict[str, list[str]] = {}
        """Every spelling by its first characters, the longest first: many cost what few cost."""

    def __repr__(self) -> str:
        """Say how much is remembered, never what."""
        return f"Redactor({sum(map(len, self._by_start.values()))} spellings)"

    def remember(self, secret: str) -> None:
        """Add one secret, and each of its lines when it has several (a private key, also inside JSON)."""
        parts = {secret, *secret.splitlines(), *secret.split(r"\n")}
        with self._lock:
            for form in (form for part in parts for form in _spellings(part)):
                known = self._by_start.get(form[:_START], [])
                if len(form) >= _START and form not in known:
                    self._by_start[form[:_START]] = sorted([*known, form], key=len, reverse=True)

    def redact(self, text: str) -> str:
        """Return the text with every spelling of every remembered secret replaced by `MARK`."""
        return _AUTHORIZATION.sub(rf"\g<1>{MARK}", self._without(text))

    def _without(self, text: str) -> str:
        starts, pieces, end = self._by_start, [], 0
        for place in [at for at in range(len(text)) if text[at : at + _START] in starts]:
            forms = starts[text[place : place + _START]]
            found = next((each for each in forms if text.startswith(each, place)), None)
            if found and place >= end:
                pieces += [text[end:place], MARK]
                end = place + len(found)
        return "".join([*pieces, text[end:]])


def _spellings(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    yield secret
    yield from (json.dumps(secret)[1:-1], repr(secret)[1:-1])
    for quoted in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield from (quoted, re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), quoted))
    yield from (raw.hex(), raw.hex().upper())
    for shift in range(3):
        # Base64 spells the same bytes in three ways, by their distance from the start of what is encoded
        # (RFC 4648 section 4); only the characters that no neighbouring byte can alter are compared.
        coded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        sure = coded[(shift * 8 + 5) // 6 : (shift + len(raw)) * 8 // 6]
        yield from (sure, sure.replace("+", "-").replace("/", "_"))


_OURS = Redactor()
"""One for the process: a secret resolved by any part must not leave by any other."""

remember = _OURS.remember
redact = _OURS.redact

"""Characters that have no place in a file people review.

Sources: YAML 1.2.2 section 5.1 (printable characters); CVE-2021-42574, "Trojan Source" (text whose
order on the screen is not its order in the file).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from runner.language.problems import At, lines_of

__all__ = ["first_bad", "hidden"]

_BAD = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Not printable; also the line breaks that YAML 1.1 knew and YAML 1.2 does not (NEL, LS, PS)."""
_HIDDEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def first_bad(text: str) -> tuple[At, str] | None:
    """Return place and code point of the first character that no YAML file may hold."""
    match = _BAD.search(text)
    if match is None:
        return None
    lines = lines_of(text[: match.start()])
    return At(len(lines), len(lines[-1]) + 1), _code(match[0])


def hidden(text: str, quotes: Iterable[tuple[int, int, int, int]]) -> Iterator[tuple[At, str]]:
    """Yield place and code point of each invisible character that no quotation marks enclose.

    quotes: first line, first column, last line, last column of each quoted text, from 0.
    """
    if _HIDDEN.search(text) is None:
        return
    spans = [((a, b), (c, d)) for a, b, c, d in quotes]
    for number, line in enumerate(lines_of(text)):
        for match in _HIDDEN.finditer(line):
            if not any(start <= (number, match.start()) < end for start, end in spans):
                yield At(number + 1, match.start() + 1), _code(match[0])


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"

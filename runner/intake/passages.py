"""The texts of a message that facts are looked for in, and the sentences around what is found."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["LONGEST", "Passage", "clean", "one_line"]

LONGEST = 100_000
"""Characters of a text that are read; a demand is a page or two, the file itself is kept whole."""
_REACH = 280  # characters of a sentence to either side of what was found
_END = re.compile(r"[.!?\u3002\uff01\uff1f][\"')\]\u201d\u2019]?\s|\n\s{0,40}\n|\n[-*\u2022]")


@dataclass(frozen=True, slots=True)
class Passage:
    """One text of a message."""

    where: str
    """subject, text or html."""
    text: str

    def sentence(self, start: int, end: int) -> str:
        """Return the sentence around a stretch, blanks made one, cut at a few hundred characters."""
        low, high = max(0, start - _REACH), min(len(self.text), end + _REACH)
        before = [match.end() for match in _END.finditer(self.text, low, start)]
        after = _END.search(self.text, max(start, end - 1), high)
        begin = before[-1] if before else low
        return one_line(self.text[begin : after.start() + 1 if after else high])


def clean(text: str) -> str:
    """Return a text that UTF-8 can hold: a lone surrogate becomes U+FFFD, all else stays."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def one_line(text: str) -> str:
    """Return a text with every run of blanks and line ends made one blank."""
    return " ".join(text.split())

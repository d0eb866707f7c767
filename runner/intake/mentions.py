"""Finds sentences that mention what extortionists threaten with, and quotes them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from runner.intake.demand import Mention
from runner.intake.passages import Passage
from runner.intake.phrases import PHRASES

__all__ = ["danger", "mentions", "threatens"]

_MOST_A_KIND = 10
_REST = r"\w{0,16}"


def _pattern(phrase: str) -> str:
    words = re.escape(phrase).replace(r"\ ", r"\s{1,4}").replace(r"\*", _REST).replace("'", "['\u2019]")
    return words if phrase[0] > "\u2fff" else rf"\b{words}\b"  # Korean joins its endings to the word


_KINDS = {kind: re.compile("|".join(map(_pattern, each)), re.IGNORECASE) for kind, each in PHRASES.items()}


def mentions(passages: Iterable[Passage]) -> tuple[Mention, ...]:
    """Return the mentions, physical danger first, then in the order of the text; a sentence once a kind."""
    found: dict[tuple[str, str], Mention] = {}
    for passage in passages:
        for kind, phrases in _KINDS.items():
            for match in phrases.finditer(passage.text):
                if sum(each == kind for each, _ in found) == _MOST_A_KIND:
                    break
                quote = passage.sentence(match.start(), match.end())
                found.setdefault(
                    (kind, quote), Mention(kind, match[0].lower(), quote, passage.where, match.start())
                )
    return tuple(sorted(found.values(), key=lambda each: (each.kind != "physical", each.at)))


def threatens(sentence: str) -> bool:
    """Tell whether a sentence mentions publishing or selling."""
    return any(_KINDS[kind].search(sentence) for kind in ("publish", "sell"))


def danger(found: Iterable[Mention]) -> tuple[str, ...]:
    """Return the sentences that mention physical danger to people, each once."""
    return tuple(dict.fromkeys(each.quote for each in found if each.kind == "physical"))

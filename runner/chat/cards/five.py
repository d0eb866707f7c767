"""The five lines of a plan without a name in them: how many accounts, kinds of door, things that break.

The lines themselves are written by `runner/cases/card.py`; what cannot be counted for certain is not guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

from runner.chat.cards.blocks import Board
from runner.chat.cards.wording import number

__all__ = ["LABELS", "counted", "split"]

LABELS = ("Who", "Closes", "Breaks", "Cannot return", "Stays open")
_ACCOUNT = re.compile(r"(?:^|; )([a-z0-9_-]+): ")
_LIMITED = re.compile(r"(?:^|; )[a-z0-9_]+\.[a-z0-9_]+: ")
_SHARED = re.compile(r", held unless this plan names it(?=; |$)")
_LAYER = re.compile(r"(?:^|; )([a-z0-9_]+) [a-z]+(?=; | \(and runs |$)")
_NONE = ("nothing", "nothing that others or machines use", "everything can be reopened", "nothing we know of")
_UNREAD = "not counted here"


def split(line: str) -> tuple[str, str]:
    """Return a line's label and what it says; a line that is none of the five has no label."""
    label, _, said = line.partition(": ")
    return (label, said) if label in LABELS else ("", line)


def counted(line: str, board: Board) -> tuple[str, str]:
    """Return a line's label and its counts, without any name; nothing for a line that is none of the five."""
    label, said = split(line)
    return (label, _COUNTS[label](said, board)) if label else ("", "")


def _who(said: str, board: Board) -> str:
    services = _ACCOUNT.findall(said)
    if not services:
        return "nobody yet"
    accounts = min(len(services), int(board["accounts"]))  # a login can hold what looks like a second one
    return f"{number(accounts, 'account')} on {number(len(set(services)), 'service')}"


def _closes(said: str, _board: Board) -> str:
    by_vendor = Counter(_LAYER.findall(said))
    if not by_vendor or said == _NONE[0]:
        return _bare(said)
    parts = ", ".join(f"{vendor} {count}" for vendor, count in by_vendor.items())
    return f"{number(by_vendor.total(), 'kind')} of door ({parts})"


def _breaks(said: str, _board: Board) -> str:
    shared = len(_SHARED.findall(said))
    return (
        f"{number(shared, 'kind')} of door that others or machines use, held back" if shared else _bare(said)
    )


def _cannot_return(said: str, _board: Board) -> str:
    limited = len(_LIMITED.findall(said))
    return f"part or all of what {number(limited, 'action')} would close" if limited else _bare(said)


def _stays_open(said: str, _board: Board) -> str:
    if said in _NONE:
        return said
    parts = said.split("; ")
    by_hand = sum(each.endswith(", by hand") for each in parts)
    unconfirmed = sum(each.endswith(" (not confirmed)") for each in parts)
    others = len(parts) - by_hand - unconfirmed
    told = (
        (by_hand, f"{number(by_hand, 'door')} by hand"),
        (unconfirmed, f"{number(unconfirmed, 'account')} not confirmed"),
        (others, f"{others} held or left out"),
    )
    return ", ".join(words for count, words in told if count)


def _bare(said: str) -> str:
    """Return one of the sentences that stand for nothing; any other could hold a name."""
    return said if said in _NONE else _UNREAD


_COUNTS: Mapping[str, Callable[[str, Board], str]] = dict(
    zip(LABELS, (_who, _closes, _breaks, _cannot_return, _stays_open), strict=True)
)

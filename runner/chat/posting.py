"""Keeps a case's channel showing what the case is: new cards are posted, changed ones edited in place.

What is to be shown is worked out anew at each look; what is shown is remembered. A channel gets at most one
message a second and one edit in three, whatever happens in the case: edits that come faster are merged.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass

from runner.chat.cards.blocks import Card
from runner.chat.workspace import Workspace
from runner.desk.chat_line import ChatLine, Posted
from runner.errors import RateLimited, ServiceRefused

__all__ = ["EDIT_EVERY_S", "POST_EVERY_S", "Poster"]

POST_EVERY_S = 1.1  # Slack allows about one message a second and channel
EDIT_EVERY_S = 3.0
_NO_MESSAGE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
_END = "ended"
"""Closes the channel: nothing is edited after it."""
_SUMS = ("case", "doors", _END)
"""The cards that sum up, and change with everything; an edit of what people are asked goes before theirs."""


@dataclass(slots=True)
class _Pace:
    """When a channel may be written to again, on the monotonic clock."""

    post: float = 0.0
    edit: float = 0.0


class Poster:
    """Posts the cards of all cases."""

    def __init__(self, line: ChatLine, workspace: Workspace) -> None:
        """Send nothing yet."""
        self._line, self._workspace = line, workspace
        self._paces: dict[str, _Pace] = {}
        self._edited: dict[tuple[str, str], float] = {}

    def owes(self, code: str, cards: Iterable[Card]) -> bool:
        """Tell whether the channel of a case does not show all of this yet."""
        known = self._line.memory.cards(code)
        return any(card.key not in known or known[card.key].digest != _digest(card) for card in cards)

    def bring_up_to_date(self, code: str, channel: str, cards: Iterable[Card]) -> bool:
        """Send one message or edit, if one is due; returns whether the channel shows everything.

        Raises SeveranceError; what was not sent is tried again at the next look.
        """
        known = self._line.memory.cards(code)
        shown = sorted(cards, key=lambda card: _about(card) in _SUMS[1:])
        fresh = [card for card in shown if card.key not in known and (not card.below or card.below in known)]
        changed = [card for card in shown if card.key in known and known[card.key].digest != _digest(card)]
        # Of the sums the one that was edited longest ago: neither waits for ever behind the other.
        changed.sort(key=lambda card: (_about(card) in _SUMS, self._edited.get((code, card.key), 0.0)))
        pace, moment = self._paces.setdefault(channel, _Pace()), time.monotonic()
        try:
            if changed and moment >= pace.edit:
                edited = self._edit(code, channel, changed[0], known[changed[0].key].ts)
                return edited and len(changed) == 1 and not fresh
            if fresh and moment >= pace.post and not (changed and fresh[0].key == _END):
                thread = known[fresh[0].below].ts if fresh[0].below else ""
                self._post(code, channel, fresh[0], thread)
                return len(fresh) == 1 and not changed and fresh[0] is shown[-1]
        except RateLimited as limited:
            pace.post = pace.edit = moment + max(limited.wait_s, POST_EVERY_S)
        return not fresh and not changed

    def _post(self, code: str, channel: str, card: Card, thread: str) -> None:
        try:
            ts = self._workspace.post(channel, card.text, card.blocks, thread)
        finally:
            self._paces[channel].post = time.monotonic() + POST_EVERY_S
        self._line.memory.posted(code, card.key, Posted(ts, _digest(card)))

    def _edit(self, code: str, channel: str, card: Card, ts: str) -> bool:
        """Edit a card; returns False for one whose message somebody deleted: it is posted anew."""
        try:
            self._workspace.edit(channel, ts, card.text, card.blocks)
        except ServiceRefused as refused:
            if refused.code not in _NO_MESSAGE:
                raise
            self._line.memory.gone(code, card.key)
            return False
        finally:  # from its answer on: two of them never reach Slack closer together, however slow the way
            self._paces[channel].edit = self._edited[(code, card.key)] = time.monotonic() + EDIT_EVERY_S
        self._line.memory.posted(code, card.key, Posted(ts, _digest(card)))
        return True


def _about(card: Card) -> str:
    """Return which card it is, or is in the thread of."""
    return card.below or card.key


def _digest(card: Card) -> str:
    return hashlib.sha256(json.dumps([card.text, card.blocks], sort_keys=True).encode()).hexdigest()

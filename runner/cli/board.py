"""The state of a case as its live view shows it: folded from journal records as they arrive."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from runner.cli.words import line

__all__ = ["Asked", "Board", "Row", "closing_layers"]

_OF_OUTCOME = {
    "changed": "closed",
    "unchanged": "closed",
    "refused": "failed",
    "failed": "failed",
    "unknown": "unknown",
}
_OF_VERDICT = {"closed": "proved"}
_SEEN = {"open": "waiting", "closed": "none"}
_WORST = ("closed", "unknown", "failed")
_OVER = {
    "approval.used", "approval.denied", "approval.expired", "ask.closed", "ask.silent", "task.done",
    "clock.started", "clock.declined",
}  # fmt: skip
_ASKING = {"approval.asked", "ask.asked", "task.set", "clock.proposed"}
_AGREEING = {"approval.given", "ask.answered"}
_SHOWN = _ASKING | {"door.seen", "door.verdict", "write.intent"}
"""Kinds that the requests and the door table tell already."""
_RECENT = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One account on one service: a word for each of its layers."""

    service: str
    login: str
    words: Mapping[str, str]

    @property
    def settled(self) -> bool:
        """True when nothing about it is under way or in trouble."""
        return set(self.words.values()) <= {"proved", "none", "inferred", "by-hand", "held"}


@dataclass(slots=True)
class Asked:
    """Something people are asked right now."""

    request: str
    what: str
    who: str
    need: int
    expires: str
    command: str
    lines: tuple[str, ...] = ()
    """The approval card's five, where it is an approval."""
    agreed: set[str] = field(default_factory=set)


class Board:
    """Everything the live view shows; written by the journal's thread, read by the screen's."""

    def __init__(self, case: str, layers: Mapping[str, str]) -> None:
        """layers: the layer that each closing action closes, by the action's name."""
        self.case, self.phase = case, ""
        self.opened: datetime | None = None
        self.go: datetime | None = None
        self._layers = layers
        self._words: dict[tuple[str, str], dict[str, str]] = {}
        self._outcomes: dict[tuple[str, ...], dict[str, str]] = {}
        self._logins: dict[tuple[str, str], str] = {}
        self._asked: dict[str, Asked] = {}
        self._recent: deque[str] = deque(maxlen=_RECENT)
        self._lock = threading.Lock()

    def take(self, record: Mapping[str, Any]) -> None:
        """Fold one record in."""
        kind, data = record["kind"], record["data"]
        with self._lock:
            if kind not in _SHOWN:
                self._recent.append(line(record))
            if kind == "case.opened":
                self.case = data["code"]
            elif kind == "phase.started":
                self.phase = data["phase"]
            elif kind == "run.started":
                self.opened = datetime.fromisoformat(record["at"])
            elif kind == "lockdown.fired":
                self.go = datetime.fromisoformat(record["at"])
            elif kind.startswith(("door.", "write.")):
                self._door(kind, data)
            elif kind in _ASKING | _AGREEING | _OVER:
                self._request(kind, data)

    def rows(self) -> list[Row]:
        """Return the door table: those not settled first, each in the order it was met."""
        with self._lock:
            rows = [
                Row(service, self._logins.get((service, account), account), dict(words))
                for (service, account), words in self._words.items()
            ]
        return sorted(rows, key=lambda row: row.settled)

    def asked(self) -> list[Asked]:
        """Return what people are asked right now, oldest first."""
        with self._lock:
            return list(self._asked.values())

    def recent(self) -> list[str]:
        """Return the latest records that nothing else on the screen tells, a line each, oldest first."""
        with self._lock:
            return list(self._recent)

    def counts(self) -> list[tuple[str, int]]:
        """Return how many doors there are of each word, most first."""
        with self._lock:
            return Counter(word for words in self._words.values() for word in words.values()).most_common()

    def layers(self) -> list[str]:
        """Return the layers met so far, in the order met."""
        with self._lock:
            return list(dict.fromkeys(layer for words in self._words.values() for layer in words))

    def _door(self, kind: str, data: Mapping[str, Any]) -> None:
        key = (data["service"], data["account"])
        layer = data["layer"] if kind.startswith("door.") else self._layers.get(data["action"])
        if layer is None:
            return  # a write that closes no door: a ticket, a message
        if data.get("login"):
            self._logins[key] = data["login"]
        words = self._words.setdefault(key, {})
        if kind == "write.intent":
            words[layer] = "calling"
        elif kind == "write.outcome":
            words[layer] = self._outcome((*key, layer), data)
        else:
            words[layer] = (_SEEN if kind == "door.seen" else _OF_VERDICT).get(
                data["verdict"], data["verdict"]
            )

    def _outcome(self, door: tuple[str, ...], data: Mapping[str, Any]) -> str:
        """A door is as closed as the worst of its objects: one that failed must not scroll by."""
        things = self._outcomes.setdefault(door, {})
        things[data["thing"]] = _OF_OUTCOME.get(data["outcome"], data["outcome"])
        return max(things.values(), key=lambda word: _WORST.index(word) if word in _WORST else -1)

    def _request(self, kind: str, data: Mapping[str, Any]) -> None:
        request = data["request"]
        if kind in _ASKING:
            who = ", ".join([*data.get("of", ()), *data.get("each_of", ())])
            what = (
                data.get("question")
                or data.get("text")
                or data.get("clock")
                or f"approve {data.get('phase', '')}"
            )
            self._asked[request] = Asked(
                request,
                what,
                who,
                data["need"],
                data["expires"],
                data["command"],
                tuple(data.get("lines", ())),
            )
        elif kind in _OVER:
            self._asked.pop(request, None)
        elif request in self._asked:
            self._asked[request].agreed.add(data["by"])


def closing_layers(actions: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the layer by name of every action that closes one."""
    return {each["name"]: each["layer"] for each in actions if each["kind"] == "close" and each["layer"]}

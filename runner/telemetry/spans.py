"""Spans of a case, made from its records after the fact: phases, their steps, and each step's operations.

The moments are those on record. Ids follow from the case and the record: what is sent twice is the same span.
A span tells what a line of the log may (`fields.py`); a case is silent as long as its metrics are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from runner.telemetry.fields import allowed, of_record

__all__ = ["Span", "Spans"]

_BEGINS = {"phase.started": "phase", "step.started": "step"}
_ENDS = {"phase.finished": "phase", "step.finished": "step"}
_WRONG = {"failed", "unknown"}


@dataclass(frozen=True, slots=True)
class Span:
    """One thing that was done, from when to when (RFC 3339)."""

    name: str
    trace: int
    """128 bits, of the case."""
    id: int
    """64 bits."""
    parent: int
    """The id of the span it is part of; 0 for none."""
    begun_at: str
    ended_at: str
    attributes: Mapping[str, Any]
    wrong: bool
    """It failed, or nobody knows."""


@dataclass(slots=True)
class Spans:
    """The spans of one case, folded record by record, in order."""

    case: str
    services: Collection[str] = ()
    _begun: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Number and moment of the record that began something, by its place."""

    def take(self, record: Mapping[str, Any]) -> Iterator[Span]:
        """Fold one record in, and yield the span that it ends, if any."""
        kind, data = record["kind"], record["data"]
        if kind in _BEGINS:
            self._begun[_place(data)] = (record["seq"], record["at"])
        elif kind == "write.intent":
            self._begun[data["op"]] = (record["seq"], record["at"])
        elif kind in _ENDS:
            place = _place(data)
            if begun := self._begun.get(place):
                yield self._span(record, place, begun, of=place.rpartition("/")[0])
        elif kind == "write.outcome":
            asked = self._begun.get(data["op"], (record["seq"], data["ready_at"] or data["confirmed_at"]))
            yield self._span(record, data["action"], asked, of="/".join(data["op"].split("/")[:2]))

    def _span(self, record: Mapping[str, Any], name: str, begun: tuple[int, str], *, of: str) -> Span:
        number, begun_at = begun
        around = self._begun.get(of)
        told = allowed({"case": self.case, **of_record(record)}, self.services)
        ended_at = record["data"].get("confirmed_at") or record["at"]
        return Span(
            name=name,
            trace=_id(self.case, 16),
            id=_id(f"{self.case}/{number}", 8),
            parent=_id(f"{self.case}/{around[0]}", 8) if around else 0,
            begun_at=min(begun_at, ended_at),
            ended_at=ended_at,
            attributes={f"severance.{key}": value for key, value in told.items()},
            wrong=bool(_WRONG & {told.get("outcome"), told.get("status")}),
        )


def _place(data: Mapping[str, Any]) -> str:
    return "/".join(data[each] for each in ("phase", "step") if each in data)


def _id(text: str, size: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:size])

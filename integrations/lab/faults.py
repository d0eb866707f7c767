"""Let a stand-in fail on purpose: refuse, answer late, answer garbage, or act and stay silent.

The kind `lose-answer` is the one that matters most: the request is applied and the caller never
learns it. Temporal's fault injection calls the same thing ExecuteAndTimeout.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from runner.actions.values import Json

__all__ = ["Fault", "Faults", "Kind"]

Kind = Literal["status", "lose-answer", "reset", "delay", "truncate", "garbage"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail, for the requests it matches."""

    match: re.Pattern[str]
    """Searched in `METHOD /path`, the query left out."""
    kind: Kind
    """status: answer `status`, nothing applied. lose-answer: apply, then drop the connection. reset: drop it,
    nothing applied. delay: wait `seconds`, then go on. truncate: apply, then cut the body. garbage: apply,
    then answer 200 with a body that is no JSON."""
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    times: int | None = 1
    """How many requests it meets; None for all of them."""
    seconds: float = 0.0

    @classmethod
    def of(cls, fields: Mapping[str, Json]) -> Fault:
        """Build a fault from its JSON form. Raises ValueError for an unknown kind, field or pattern."""
        values = dict(fields)
        if values.get("kind") not in get_args(Kind):
            raise ValueError(f"kind is one of {', '.join(get_args(Kind))}")
        try:
            return cls(**{**values, "match": re.compile(values["match"])})
        except (TypeError, KeyError, re.error) as wrong:
            raise ValueError(f"not a fault: {wrong}") from wrong


class Faults:
    """The faults of one stand-in, met in the order they were set."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._left: list[tuple[Fault, int | None]] = []

    def add(self, faults: Iterable[Fault]) -> None:
        """Set more faults behind those already set."""
        with self._lock:
            self._left += [(fault, fault.times) for fault in faults]

    def clear(self) -> None:
        """Take all faults away."""
        with self._lock:
            self._left.clear()

    def meet(self, method: str, path: str) -> Fault | None:
        """Return the first fault that matches, using up one of its times."""
        with self._lock:
            for at, (fault, times) in enumerate(self._left):
                if not fault.match.search(f"{method} {path}"):
                    continue
                if times is not None:
                    self._left[at : at + 1] = [(fault, times - 1)] if times > 1 else []
                return fault
        return None

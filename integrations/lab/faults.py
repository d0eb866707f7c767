"""Let a stand-in fail on purpose: refuse, answer late, answer garbage, or act and stay silent.

The kind `lose-answer` is the one that matters most: the request is applied and the caller never
learns it. Temporal's fault injection calls the same thing ExecuteAndTimeout.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from runner.actions.values import Json

__all__ = ["Fault", "Faults", "Kind"]

Kind = Literal[
    "status", "lose-answer", "reset", "delay", "truncate", "garbage",
    "answer", "strange", "swap", "bare", "repeat", "drip", "drip-body", "endless",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail, for the requests it matches."""

    match: re.Pattern[str]
    """Searched in `METHOD /path`, the query left out."""
    kind: Kind
    """Nothing applied: `status` answers `status`; `reset` drops the connection. `delay` waits `seconds`.

    Applied, and then: `lose-answer` drops the connection; `truncate` cuts the body; `garbage` answers 200 and
    no JSON; `answer` answers `status` with `body`; `strange` answers with every text another, so that no id
    and no status in it is known; `swap` with one text (`body["old"]`) another (`body["new"]`); `bare` with
    none of the parts; `repeat` as it did at first, whatever page is asked for; `drip` sends the answer,
    `drip-body` its body, a byte every `seconds`; `endless` sends a body without an end."""
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json | bytes = None
    """JSON, or bytes sent as they are."""
    times: int | None = 1
    """How many requests it meets; None for all of them."""
    skip: int = 0
    """How many it lets pass first."""
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

    @property
    def wait_s(self) -> float:
        """How long the request waits before anything comes of it."""
        return 0.0 if self.kind in {"drip", "drip-body"} else self.seconds


class Faults:
    """The faults of one stand-in, met in the order they were set."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._left: list[tuple[Fault, int | None]] = []
        self._passed: Counter[int] = Counter()

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
                self._passed[id(fault)] += 1
                if self._passed[id(fault)] <= fault.skip:
                    continue
                if times is not None:
                    self._left[at : at + 1] = [(fault, times - 1)] if times > 1 else []
                return fault
        return None

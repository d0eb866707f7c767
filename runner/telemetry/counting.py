"""What a case adds to the metrics: folded from its records, so that a scrape shows what the journals hold.

**Silent while covert.** A case whose playbook has a covert phase adds nothing, not even itself, from its
opening until its lockdown has fired: who watches a shared Prometheus would see that something goes on. One
that never fires, because the suspicion was wrong, is never counted. A case goes from silent to heard once,
and then counts with all it did since its opening; it never goes back, as no counter may fall.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Counts", "Seen"]


@dataclass(slots=True)
class Counts:
    """One case, folded record by record, in order."""

    covert: bool
    """Its playbook has a covert phase."""
    operations: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """How often an action of a service came out so: service, action, outcome."""
    windows_s: list[float] = field(default_factory=list)
    """Of each lockdown: first write to last confirmed close."""
    spreads_s: list[float] = field(default_factory=list)
    """Of each lockdown: first to last arrival of the heads' first writes."""
    executor: str = ""
    """Who runs it, by its journal; "" while nobody does."""
    _fired: bool = False

    @property
    def heard(self) -> bool:
        """True once it may be counted."""
        return self._fired or not self.covert

    def take(self, record: Mapping[str, Any]) -> None:
        """Fold one record in."""
        kind, data = record["kind"], record["data"]
        if kind == "write.outcome":
            self.operations[data["service"], data["action"], data["outcome"]] += 1
        elif kind == "lockdown.fired":
            self._fired = True
        elif kind == "lockdown.measured":
            self.windows_s.append(data["window_ms"] / 1000)
            self.spreads_s.append(data["spread_ms"] / 1000)
        elif kind == "run.started":
            self.executor = data["executor"]
        elif kind == "run.ended":
            self.executor = ""


@dataclass(slots=True)
class Seen:
    """All that may be counted at one moment, of all cases that are heard of."""

    states: Counter[str] = field(default_factory=Counter)
    """Cases by state (`runner.casefile.state`)."""
    doors: Counter[str] = field(default_factory=Counter)
    """Doors by verdict."""
    operations: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By service, kind of action, and outcome."""
    windows_s: list[float] = field(default_factory=list)
    spreads_s: list[float] = field(default_factory=list)
    requests_open: int = 0
    requests_overdue: int = 0
    executors: set[str] = field(default_factory=set)

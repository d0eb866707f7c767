"""How close together 4 to 64 doors close, one door a chain head, beside bare threads in the same run.

Ours is `severance run` of a real, approved case: journal, plan, barrier, gates and client as shipped; its doors are
services of `door_vendor` at a stand-in in another process. Every answer takes 250 ms, reads included. Both sides
read each door, then shut it (one POST), then read it back, so the longest chain is two answers: no window can be
shorter. All is measured by the stand-in's ledger: spread, from the first POST's arrival to the last's; window,
from the first POST's arrival to the end of the last answer that reads a door back. Medians of three, in turns.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.doored_company import approved
from tests.bench.stand_in import Call, stand_in
from tests.bench.table import Row, python

__all__ = ["closing", "rows"]

HEADS = (4, 8, 16, 32, 64)
LATENCY_MS = 250.0
TIMES = 3


@dataclass(frozen=True, slots=True)
class Closing:
    """How one set of doors was shut, in milliseconds."""

    spread_ms: float
    window_ms: float


def rows() -> Iterator[Row]:
    """Yield spread and window for every number of heads."""
    limit = 2 * LATENCY_MS
    for heads in HEADS:
        ours, bare = measured(heads, LATENCY_MS, TIMES)
        target = heads == max(HEADS)
        yield Row(
            f"{heads} heads: spread of the first writes", f"{ours.spread_ms:.1f} ms",
            f"{bare.spread_ms:.1f} ms, bare threads", "<= 100 ms" if target else "printed",
        )  # fmt: skip
        yield Row(
            f"{heads} heads: window (longest chain {limit:.0f} ms)",
            f"{ours.window_ms:.0f} ms = {ours.window_ms / limit:.3f} x; {ours.window_ms / bare.window_ms:.3f} x the baseline",
            f"{bare.window_ms:.0f} ms = {bare.window_ms / limit:.3f} x, bare threads",
            "<= 1.10 x the baseline" if target else "printed",
        )  # fmt: skip


def measured(heads: int, latency_ms: float, times: int) -> tuple[Closing, Closing]:
    """Return the medians of ours and of the bare threads."""
    both = [(closing(_ours, heads, latency_ms), closing(_bare, heads, latency_ms)) for _ in range(times)]
    ours, bare = (
        Closing(statistics.median(each.spread_ms for each in side), statistics.median(each.window_ms for each in side))
        for side in zip(*both, strict=True)
    )
    return ours, bare


def closing(shut: Callable[[str, int, Path], None], heads: int, latency_ms: float) -> Closing:
    """Let `shut` close so many doors of a new stand-in, and return how close together they were."""
    with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder, stand_in(latency_ms, latency_ms) as service:
        shut(service.url, heads, Path(folder))
        calls = service.calls()
    writes = [each for each in calls if each.method == "POST" and each.path.startswith("/doors/")]
    assert len({each.path for each in writes}) == len(writes) == heads
    first = min(each.began for each in writes)
    confirmed = max(_read_back(calls, each).ended for each in writes)
    return Closing((max(each.began for each in writes) - first) * 1000, (confirmed - first) * 1000)


def _read_back(calls: list[Call], write: Call) -> Call:
    """Return the first read of a door that began after its write was answered."""
    return next(
        each for each in calls if each.method == "GET" and each.path == write.path and each.began >= write.ended
    )


def _ours(url: str, heads: int, folder: Path) -> None:
    approved(folder / "company", url, heads).command().run()


def _bare(url: str, heads: int, _folder: Path) -> None:
    python("-m", "tests.bench.bare_threads", url, str(heads))

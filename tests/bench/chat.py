"""The chat under load, beside the library's bare client: acknowledgements, malformed payloads, a lockdown.

The real server runs against the simulated workspace, each in a process of its own, over a real WebSocket. An
acknowledgement is timed by the workspace, from the act itself.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from runner.desk.cast import Cast
from tests.bench import chat_broken, chat_lockdown, chat_many
from tests.bench.chat_acts import Act, Case, mixed
from tests.bench.chat_house import House
from tests.bench.chat_lab import lab
from tests.bench.table import Row

__all__ = ["rows"]

SEED = 20_261_125
SERVICES, LATENCY_MS, COMPRESS = 7, 100, 1_000_000
A_SECOND, SECONDS, BURST = 50, 30, 500


def rows() -> Iterator[Row]:
    """Measure one thing after the other."""
    with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder:
        yield from load(Path(folder, "load"))
        yield from chat_broken.rows(Path(folder, "broken"))
        yield from chat_lockdown.rows(Path(folder, "lockdown"))
        yield from chat_many.rows(Path(folder, "many"))


def load(out: Path) -> Iterator[Row]:
    """Play the mix while a case is run, then a burst; then both again with the bare client."""
    with lab(out, SERVICES, LATENCY_MS, COMPRESS) as process:
        house = House(process)
        with house.serving():
            case = house.open()
            with Cast(house.settings, case.code, out):
                ours = house.lab.play(list(mixed(case, A_SECOND * SECONDS, A_SECOND, SEED)))
                behind = answered_after_s(house, case)
            ours_burst = house.lab.play(list(mixed(case, BURST, 0, SEED)))
            behind_burst = answered_after_s(house, case)
            late = forms_too_late(house)
        with house.acknowledging():
            bare = house.lab.play(list(mixed(case, A_SECOND * SECONDS, A_SECOND, SEED)))
            bare_burst = house.lab.play(list(mixed(case, BURST, 0, SEED)))
    yield Row(
        f"acknowledgement, {A_SECOND}/s for {SECONDS} s ({LATENCY_MS} ms, a case being run)",
        spread(ours), spread(bare), "p99 <= 300 ms",
    )  # fmt: skip
    yield Row(f"burst of {BURST}, the last acknowledgement", f"{max(ours_burst):.0f} ms", f"{max(bare_burst):.0f} ms", "<= 3000 ms")
    yield Row("answered after the last of them", f"{behind:.1f} s; burst {behind_burst:.1f} s", "-", "printed")
    yield Row("forms that came too late", f"{late}", "-", "printed")


def answered_after_s(house: House, case: Case) -> float:
    """Return after how many seconds a command is answered that stands behind everything sent so far."""
    return house.lab.answered([Act("command", case.allowed[0], what="no such word")])[0] / 1000


def forms_too_late(house: House) -> int:
    every = [each for said in house.state()["ephemerals"].values() for each in said]
    return sum("too late to open" in each["text"] for each in every)


def spread(took_ms: Sequence[float]) -> str:
    """Return median, 99th percentile and maximum."""
    ordered = sorted(took_ms)
    p50, p99 = (ordered[math.ceil(len(ordered) * part) - 1] for part in (0.5, 0.99))
    return f"p50 {p50:.0f}, p99 {p99:.0f}, max {ordered[-1]:.0f} ms"

"""The lockdown of twelve services at 250 ms, beside bare threads that make the same calls to the same company.

The baseline replays what the drill's own ledgers hold: calls that followed one another in one chain stay in
one thread, and all chains start together. It knows in advance what the runner has to find out.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from integrations.lab.ledger import read
from runner.actions.values import Json
from runner.desk.laboratory import beside
from tests.bench.replay import replay
from tests.bench.table import Row, severance

__all__ = ["PLAYBOOK", "rows"]

SERVICES, LATENCY_MS = 12, 250
PLAYBOOK = "suspected-dprk-worker"
TELLERS = {"jira", "mail", "slack", "pager"}
Chain = list[Json]


def rows() -> Iterator[Row]:
    """Run the drill, then the bare loop; yields spread and window."""
    with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder:
        ours = drill(Path(folder, "drill"))
        chains = chains_of(Path(folder, "drill"), ours["lockdown"])
        spread_ms, window_ms = bare(Path(folder, "bare"), chains)
    seen = ours["lockdown"]
    limit = seen["slowest_chain_ms"]
    setting = f"{SERVICES} services, {LATENCY_MS} ms, {seen['heads']} heads"
    yield Row(f"lockdown spread ({setting})", f"{seen['spread_ms']:.0f} ms", f"{spread_ms:.0f} ms", "<= 50 ms")
    ratio, bare_ratio = (f"{each / limit:.3f} x" if limit else "-" for each in (seen["window_ms"], window_ms))
    yield Row(
        f"lockdown window / slowest chain of {limit:.0f} ms",
        f"{seen['window_ms']:.0f} ms = {ratio}", f"{window_ms:.0f} ms = {bare_ratio}", "<= 1.15 x",
    )  # fmt: skip
    twice = ours["ledger"]["duplicate_writes"]
    yield Row("that drill's outcome", f"{ours['outcome']}, {twice} duplicate writes", "-", "done, 0")


def drill(out: Path) -> Json:
    """Return the measuring document of one drill. Raises SystemExit when it tells of no lockdown."""
    told = severance(
        "drill", PLAYBOOK, "--json", "--no-input", "--services", str(SERVICES), "--latency", str(LATENCY_MS),
        "--out", str(out), check=False,
    )  # fmt: skip
    document = json.loads(told.stdout)
    if "lockdown" not in document:
        sys.stderr.write(told.stderr)
        raise SystemExit(f"the drill did not come to a lockdown; its files are in {out}")
    return document


def chains_of(out: Path, lockdown: Json) -> list[Chain]:
    """Return the calls of the lockdown, parted into chains: a call follows the one that was answered last before it."""
    calls = sorted(
        (line for path in (out / "ledgers").glob("*.jsonl") if path.stem not in TELLERS for line in read(path)),
        key=lambda line: line["at"],
    )
    first, last = _ms(lockdown["first_write_at"]) - 5, _ms(lockdown["last_confirmed_at"])
    chains: list[Chain] = []
    for call in calls:
        if not first <= _ms(call["at"]) <= last:
            continue
        free = [
            each for each in chains
            if each[-1]["service"] == call["service"] and _ms(each[-1]["at"]) + LATENCY_MS <= _ms(call["at"])
        ]  # fmt: skip
        if free:
            max(free, key=lambda each: each[-1]["at"]).append(call)
        else:
            chains.append([call])
    return [each for each in chains if each[0]["method"] not in {"GET", "HEAD"}]  # others keep bulk logs meanwhile


def bare(out: Path, chains: list[Chain]) -> tuple[float, float]:
    """Make the same calls with a thread a chain; returns spread and window in milliseconds."""
    together = threading.Barrier(len(chains))
    ended: list[float] = []
    with beside(out, SERVICES, LATENCY_MS, 1) as settings:
        began = time.time() * 1000
        threads = [
            threading.Thread(target=_chain, args=(settings, each, together, ended)) for each in chains
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    heads = []
    for path in (out / "ledgers").glob("*.jsonl"):
        lines = [line for line in read(path) if line["method"] != "HEAD"]
        heads += [_ms(line["at"]) for line in lines[: sum(chain[0]["service"] == path.stem for chain in chains)]]
    assert len(heads) == len(chains)
    assert min(heads) > began
    return max(heads) - min(heads), max(ended) - min(heads)


def _chain(settings: Path, chain: Chain, together: threading.Barrier, ended: list[float]) -> None:
    replay(settings, chain, together.wait)
    ended.append(time.time() * 1000)


def _ms(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp() * 1000

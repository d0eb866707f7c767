"""Draws the lockdown: one bar a close, from the moment all fired to its confirmed close, as SVG.

Light: from `go` to its first write. Dark: from there to the last read-back that confirmed it.
Colours come from the page's style sheet by class; there is no script and nothing to load.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape

from runner.reports.encoding import visible
from runner.reports.spelling import named
from runner.reports.views import Lockdown, Operation

__all__ = ["chart"]

LEFT, RIGHT, TOP, ROW = 310, 130, 56, 22  # pixels; labels left, words right of the bars
WIDTH = 1000
_STEPS_MS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 3_600_000)
_WORDS = {
    "changed": "shut",
    "unchanged": "was shut",
    "refused": "refused",
    "failed": "failed",
    "unknown": "no answer",
}


@dataclass(frozen=True, slots=True)
class _Bar:
    label: str
    write: float
    """Milliseconds after `go`."""
    done: float
    outcome: str
    late: bool


def chart(lockdown: Lockdown, logins: Mapping[tuple[str, str], str]) -> str:
    """Return the chart as an `<svg>` element, or "" when nothing was measured.

    logins: what to call an account, by service and id.
    """
    bars = sorted(_bars(lockdown, logins), key=lambda bar: (bar.write, bar.done))
    if not bars:
        return ""
    end = max(bar.done for bar in bars)
    scale = (WIDTH - LEFT - RIGHT) / max(end, 1.0)
    height = TOP + ROW * len(bars) + 12
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="chart-title">',
        f'<title id="chart-title">{len(bars)} closes, from go to confirmed, over {_time(end)}</title>',
        *_axis(end, scale, height),
        *_brackets(lockdown, bars, scale),
    ]
    for place, bar in enumerate(bars):
        parts.extend(_row(bar, TOP + ROW * place, scale))
    return "\n".join([*parts, "</svg>"])


def _bars(lockdown: Lockdown, logins: Mapping[tuple[str, str], str]) -> Iterator[_Bar]:
    """Yield one bar a close, over all its things: first write, last confirmation, worst outcome."""
    go, late = _moment(lockdown.go), {str(each["name"]) for each in lockdown.stragglers}
    doors: dict[str, list[Operation]] = {}
    for each in lockdown.operations:
        if each.write_at and each.confirmed_at:
            doors.setdefault(each.head, []).append(each)
    for head, operations in doors.items():
        yield _Bar(
            label=named(head, logins),
            write=min(_moment(each.write_at) for each in operations) - go,
            done=max(_moment(each.confirmed_at) for each in operations) - go,
            outcome=_worst(each.outcome for each in operations),
            late=head in late,
        )


def _worst(outcomes: Iterable[str]) -> str:
    order = list(_WORDS)
    return max(outcomes, key=lambda each: order.index(each) if each in order else len(order))


def _axis(end: float, scale: float, height: int) -> Iterator[str]:
    step = next((each for each in _STEPS_MS if end / each <= 8), _STEPS_MS[-1])
    for tick in range(0, int(end) + 1, step):
        x = LEFT + tick * scale
        yield f'<line class="grid" x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height - 8}"/>'
        words = _time(tick) if tick else "go"
        yield f'<text class="tick" x="{x:.1f}" y="{TOP - 11}" text-anchor="middle">{words}</text>'


def _brackets(lockdown: Lockdown, bars: list[_Bar], scale: float) -> Iterator[str]:
    """Draw spread and window over the axis, each with its words."""
    first = min(bar.write for bar in bars)
    if lockdown.window_ms is not None:
        start, end = LEFT + first * scale, LEFT + max(bar.done for bar in bars) * scale
        yield f'<path class="bracket" d="M{start:.1f} 26v-6H{end:.1f}v6"/>'
        text = f"window {_time(lockdown.window_ms)}: first write to last confirmed"
        yield f'<text class="measure" x="{end:.1f}" y="13" text-anchor="end">{text}</text>'
    if lockdown.spread_ms is not None:
        yield f'<text class="measure" x="0" y="13">spread {_time(lockdown.spread_ms)}: first writes</text>'


def _row(bar: _Bar, y: int, scale: float) -> Iterator[str]:
    start, write, done = LEFT, LEFT + bar.write * scale, LEFT + bar.done * scale
    kind = "good" if bar.outcome in ("changed", "unchanged") else "bad"
    words = _WORDS.get(bar.outcome, bar.outcome) + (", late" if bar.late else "")
    yield f'<g class="bar {kind}">'
    yield f'<text class="label" x="{LEFT - 12}" y="{y + 14}" text-anchor="end">{_short(bar.label)}</text>'
    waits, works = max(write - start, 0), max(done - write, 2)
    yield f'<rect class="wait" x="{start}" y="{y + 7}" width="{waits:.1f}" height="6"/>'
    yield f'<rect class="work" x="{write:.1f}" y="{y + 4}" width="{works:.1f}" height="12" rx="2"/>'
    if bar.late:
        yield f'<path class="late" d="M{write:.1f} {y + 1}h5l-5 8-5-8z"/>'
    yield f'<text class="end" x="{done + 8:.1f}" y="{y + 14}">{_time(bar.done)} · {escape(words)}</text>'
    yield "</g>"


def _short(label: str) -> str:
    shown = visible(label, 400)
    return escape(shown if len(shown) <= 44 else shown[:43] + "…")


def _time(milliseconds: float) -> str:
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.2f} s".replace(".00 s", " s")


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000

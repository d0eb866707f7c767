"""Draws linked accounts as SVG: the subject's accounts, the values that are shared, and who else shows them.

A thick line is a strong value, a thin one a medium, a dotted one a weak; a dashed box was not confirmed by
two people. Colours come from the page's style sheet by class; there is no script and nothing to load.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from runner.reports.encoding import visible

__all__ = ["Edge", "Graph", "Node", "picture"]

WIDTH, BOX, ROW, TOP = 1000, 252, 58, 34  # pixels
_LEFT, _MIDDLE, _RIGHT = 1, (WIDTH - BOX) / 2, WIDTH - BOX - 1
_WIDEST = 5.0
_HEADS = ((_LEFT, "Known to be the subject's"), (_MIDDLE, "Shared"), (_RIGHT, "May be the same person's"))


@dataclass(frozen=True, slots=True)
class Node:
    """A box of the picture of linked accounts: an account, or a value that several show."""

    id: str
    text: str
    small: str
    confirmed: bool = True
    """False for a candidate that two people have not confirmed."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Somebody shows a value; from left to right."""

    start: str
    end: str
    weight: float
    """What the value counts, 0 to 1."""
    strength: str
    """strong, medium or weak."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The picture: the subject's accounts, the shared values, the candidates; and how many were left out."""

    left: tuple[Node, ...]
    middle: tuple[Node, ...]
    right: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int = 0
    """Candidates that are in the table and not in the picture."""


def picture(graph: Graph) -> str:
    """Return the picture as an `<svg>` element, or "" when there is nobody to draw."""
    if not graph.right:
        return ""
    rows = max(len(graph.left), len(graph.middle), len(graph.right))
    height = TOP + ROW * rows + 4
    at = {
        **_places(graph.left, _LEFT, height),
        **_places(graph.middle, _MIDDLE, height),
        **_places(graph.right, _RIGHT, height),
    }
    confirmed = sum(node.confirmed for node in graph.right)
    title = (
        f"{len(graph.right)} proposed, {confirmed} confirmed by two people, over {len(graph.middle)} values"
    )
    return "\n".join([
        f'<svg class="graph" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="graph-title">',
        f'<title id="graph-title">{title}</title>',
        *(f'<text class="head" x="{x:g}" y="14">{words}</text>' for x, words in _HEADS),
        *(_line(each, at) for each in graph.edges if each.start in at and each.end in at),
        *(part for node in graph.left for part in _box(node, *at[node.id], "own")),
        *(part for node in graph.middle for part in _box(node, *at[node.id], "value")),
        *(part for node in graph.right for part in _box(node, *at[node.id], _kind(node))),
        "</svg>",
    ])  # fmt: skip


def _places(nodes: Sequence[Node], x: float, height: int) -> dict[str, tuple[float, float]]:
    """Return where each box begins, spread over the whole height."""
    step = (height - TOP) / max(len(nodes), 1)
    return {node.id: (x, TOP + step * (place + 0.5) - (ROW - 12) / 2) for place, node in enumerate(nodes)}


def _kind(node: Node) -> str:
    return "confirmed" if node.confirmed else "open"


def _line(edge: Edge, at: dict[str, tuple[float, float]]) -> str:
    half = (ROW - 12) / 2
    (x1, y1), (x2, y2) = at[edge.start], at[edge.end]
    start, end, bend = x1 + BOX, x2, (x2 - x1 - BOX) / 2
    y1, y2 = y1 + half, y2 + half
    way = f"M{start:.1f} {y1:.1f}C{start + bend:.1f} {y1:.1f} {end - bend:.1f} {y2:.1f} {end:.1f} {y2:.1f}"
    kind = edge.strength if edge.strength in ("strong", "medium", "weak") else "medium"
    width = 1 + (_WIDEST - 1) * min(max(edge.weight, 0), 1)
    return f'<path class="{kind}" d="{way}" stroke-width="{width:.1f}"/>'


def _box(node: Node, x: float, y: float, kind: str) -> Iterator[str]:
    yield f'<g class="{kind}"><rect x="{x:.1f}" y="{y:.1f}" width="{BOX}" height="{ROW - 12}" rx="5"/>'
    yield f'<text class="label" x="{x + 12:.1f}" y="{y + 19:.1f}">{_short(node.text)}</text>'
    yield f'<text class="small" x="{x + 12:.1f}" y="{y + 36:.1f}">{_short(_said(node, kind))}</text></g>'


def _said(node: Node, kind: str) -> str:
    words = {"confirmed": "confirmed by two people", "open": "not confirmed"}.get(kind, "")
    return ", ".join(part for part in (node.small, words) if part)


def _short(text: str) -> str:
    shown = visible(text, 400)
    return escape(shown if len(shown) <= 36 else shown[:35] + "…")

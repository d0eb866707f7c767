"""Draws the board on a terminal: what the case is at, the door table, and what people are asked."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.table import Table
from rich.text import Text

from runner.cli.board import Asked, Board, Row
from runner.cli.output import shown

__all__ = ["Screen"]

_STYLES = {
    "waiting": "dim", "calling": "yellow", "closed": "green", "proved": "bold green", "inferred": "green",
    "failed": "bold red", "unknown": "bold red", "open": "bold red", "held": "magenta", "by-hand": "magenta",
    "pending": "yellow",
}  # fmt: skip
_CHROME = 4  # lines of the screen that are neither doors nor requests
_LEAST = 3  # rows of doors shown however small the screen is


class Screen:
    """What `rich.live` shows, drawn afresh each time."""

    def __init__(self, board: Board) -> None:
        """board: folded elsewhere; only read here."""
        self._board = board

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw for this screen's size; https://rich.readthedocs.io/en/stable/protocol.html."""
        asked = self._board.asked()
        height = options.max_height or console.height
        room = max(_LEAST, height - _CHROME - 2 * len(asked))
        rows = self._board.rows()
        parts: list[Text | Table] = [self._head()]
        if rows:
            parts.append(_doors(rows[:room], self._board.layers()))
        if len(rows) > room:
            parts.append(Text(f"… and {len(rows) - room} more accounts", style="dim"))
        yield Group(*parts, *(_request(each) for each in asked))

    def _head(self) -> Text:
        board, now = self._board, datetime.now(UTC)
        head = Text.assemble((shown(board.case), "bold"), "  ", shown(board.phase or "starting"))
        if board.go:
            head.append(f"  {_clock((now - board.go).total_seconds())} since go", style="bold yellow")
        elif board.opened:
            head.append(f"  {_clock((now - board.opened).total_seconds())}", style="dim")
        return head


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _doors(rows: list[Row], layers: list[str]) -> Table:
    """Every cell is `Text`: rich reads plain strings as markup, and a login may hold brackets."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("service", "account", *layers):
        table.add_column(Text(name), no_wrap=True, overflow="ellipsis")
    for row in rows:
        words = [row.words.get(layer, "") for layer in layers]
        cells = [Text(word, style=_STYLES.get(word, "")) for word in map(shown, words)]
        table.add_row(Text(shown(row.service)), Text(shown(row.login)), *cells)
    return table


def _request(asked: Asked) -> Text:
    head = f"{asked.who} until {asked.expires} ({len(asked.agreed)} of {asked.need}): {asked.what}"
    return Text.assemble(
        ("? ", "bold yellow"), shown(head).replace("\n", " "), "\n  ", (shown(asked.command), "bold"),
        no_wrap=True, overflow="ellipsis",
    )  # fmt: skip

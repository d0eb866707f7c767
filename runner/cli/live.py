"""Draws the board on a terminal: where the case is, its doors, what people are asked, what came last."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.table import Table
from rich.text import Text

from runner.cli.board import Asked, Board, Row
from runner.cli.output import shown
from runner.clock import now

__all__ = ["Screen", "Steady"]

_STYLES = {
    "waiting": "dim", "none": "dim", "calling": "yellow", "pending": "yellow",
    "closed": "green", "proved": "bold green", "inferred": "green",
    "failed": "bold red", "unknown": "bold red", "open": "bold red", "held": "magenta", "by-hand": "magenta",
}  # fmt: skip
_CHROME = 4  # lines of the screen that are neither doors, requests nor events
_LEAST = 3  # rows of doors shown however small the screen is
_EVENTS = 8  # lines of what happened last, where there is room
_TIME = slice(11, 19)  # HH:MM:SS of a record's line
_SAID = 24  # where a record's line goes on after its time


class Steady(Console):
    """A console that leaves the cursor alone.

    A second Ctrl-C, or a kill, ends the process at once: nobody would bring a hidden cursor back.
    """

    def show_cursor(self, show: bool = True) -> bool:  # noqa: ARG002  rich's signature
        """Say that nothing was done."""
        return False


class Screen:
    """What `rich.live` shows, drawn afresh each time."""

    def __init__(self, board: Board) -> None:
        """board: folded elsewhere; only read here."""
        self._board = board

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw for this screen's size; https://rich.readthedocs.io/en/stable/protocol.html."""
        board, asked = self._board, self._board.asked()
        height = (options.max_height or console.height) - _CHROME
        rows = board.rows()
        room = max(_LEAST, height - 2 * len(asked))
        spare = height - len(rows) - 2 * len(asked)
        parts: list[Text | Table] = [self._head()]
        if rows:
            parts += [*([Text()] if spare > 0 else []), _doors(rows[:room], board.layers())]
        if len(rows) > room:
            parts.append(Text(f"… and {len(rows) - room} more accounts", style="dim"))
        for each in asked:
            card = each.lines if spare > len(each.lines) + 1 else ()
            spare -= len(card)
            parts.append(_request(each, card))
        yield Group(*parts, *_events(board.recent(), spare - 2))

    def _head(self) -> Text:
        board, present = self._board, now()
        head = Text.assemble((shown(board.case), "bold"), "  ", shown(board.phase or "starting"))
        if board.go:
            head.append(f"  {_clock((present - board.go).total_seconds())} since go", style="bold yellow")
        elif board.opened:
            head.append(f"  {_clock((present - board.opened).total_seconds())}", style="dim")
        for word, count in board.counts():
            head.append("  ")
            head.append(f"{count} {shown(word)}", style=_STYLES.get(word, ""))
        return head


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _doors(rows: list[Row], layers: list[str]) -> Table:
    """Every cell is `Text`: rich reads plain strings as markup, and a login may hold brackets."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column(Text("service"), no_wrap=True, overflow="ellipsis")
    # Rich takes what is missing from the columns that may wrap: a login can be cut short, a verdict cannot.
    table.add_column(Text("who"), overflow="ellipsis")
    for layer in layers:
        table.add_column(Text(layer), no_wrap=True, overflow="ellipsis")
    for row in rows:
        words = [row.words.get(layer, "") for layer in layers]
        cells = [Text(word, style=_STYLES.get(word, "")) for word in map(shown, words)]
        who = Text(_flat(row.login), no_wrap=True, overflow="ellipsis")
        table.add_row(Text(_flat(row.service)), who, *cells)
    return table


def _request(asked: Asked, card: Iterable[str]) -> Text:
    until = f"{asked.expires[:10]} {asked.expires[11:16]} UTC"
    head = f"{asked.who} until {until} ({len(asked.agreed)} of {asked.need}): {asked.what}"
    lines = "".join(f"\n    {_flat(line)}" for line in card)
    return Text.assemble(
        ("? ", "bold yellow"), _flat(head), (lines, "dim"), "\n  ", (shown(asked.command), "bold"),
        no_wrap=True, overflow="ellipsis",
    )  # fmt: skip


def _events(recent: list[str], room: int) -> list[Text]:
    """Return the latest lines that fit, under an empty one."""
    lines = recent[-min(room - 1, _EVENTS) :] if room > 1 else []
    drawn = [f"{each[_TIME]}{each[_SAID:]}" for each in lines]
    made = [Text(_flat(each), style="dim", no_wrap=True, overflow="ellipsis") for each in drawn]
    return [Text(), *made] if made else []


def _flat(text: str) -> str:
    """Return a stranger's text on one line: it must not write lines of its own among ours."""
    return shown(text).replace("\n", " ")

"""Shows a run as it happens, on stderr: live on a terminal, a line an event everywhere else.

A view only looks on. Its listener is called by the thread that writes the journal, so nothing it meets,
a closed pipe or a record it does not know, may reach that thread: doors go on closing unseen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from runner.cli.board import Board, closing_layers
from runner.cli.output import Terminal, shown
from runner.cli.words import URGENT, line

__all__ = ["watching"]

Record = Mapping[str, Any]
Listener = Callable[[Record], None]


@contextmanager
def watching(terminal: Terminal, case: str = "", before: Iterable[Record] = ()) -> Iterator[Listener]:
    """Show what the yielded listener is given, for the length of the block.

    case: its code name, where it is known already. before: the case's journal so far; the listener is given
    it once more, and does not tell it again.
    """
    told = list(before)
    seen = told[-1]["seq"] if told else 0
    if _is_screen() and not terminal.quiet and not terminal.verbose:
        with _live(case, told) as show:
            yield _Safe(show, seen)
    else:
        yield _Safe(_Lines(terminal).take, seen)


class _Safe:
    """A listener that never raises; after its first failure it shows nothing more, and says so."""

    def __init__(self, show: Listener, seen: int) -> None:
        """seen: the number of the last record that was told before."""
        self._show, self._seen, self._failed = show, seen, False

    def __call__(self, record: Record) -> None:
        if self._failed:
            return
        try:
            if record["seq"] > self._seen:
                self._show(record)
        except Exception as error:  # noqa: BLE001  see the module: the journal's thread must live
            self._failed = True
            _complain(error)


def _complain(error: Exception) -> None:
    try:
        print(f"severance: this view failed ({type(error).__name__}); the run goes on", file=sys.stderr)
    except OSError:
        return  # stderr itself is gone: there is nobody left to tell


def _is_screen() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")


class _Lines:
    """A line an event; without -v, what only repeats or announces is left out."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._verdicts: dict[tuple[str, ...], str] = {}

    def take(self, record: Record) -> None:
        if self._is_wanted(record):
            print(shown(line(record)), file=sys.stderr, flush=True)

    def _is_wanted(self, record: Record) -> bool:
        kind, data = record["kind"], record["data"]
        if kind in URGENT or self._terminal.quiet or self._terminal.verbose:
            return bool(kind in URGENT or not self._terminal.quiet)
        if kind == "door.verdict":  # every recheck reads every door again
            door = (data["service"], data["layer"], data["account"])
            before, self._verdicts[door] = self._verdicts.get(door), data["verdict"]
            return bool(before != data["verdict"])
        return bool(kind != "write.intent")  # its outcome follows


@contextmanager
def _live(case: str, before: Iterable[Record]) -> Iterator[Listener]:
    # Only here, where it is used: rich's live display takes a tenth of a second to import.
    from rich.live import Live

    from runner.cli.live import Screen, Steady
    from runner.desk.authoring import actions

    board = Board(case, closing_layers(actions()))
    for record in before:
        board.take(record)
    console = Steady(stderr=True, markup=False, highlight=False, emoji=False)
    # stdout is left alone: it carries the result, and may be a pipe.
    live = Live(Screen(board), console=console, refresh_per_second=8, redirect_stdout=False)
    live.start(refresh=True)
    try:
        yield board.take
    finally:
        with suppress(OSError):  # a terminal that was closed: how the run ended must not be lost with it
            live.stop()

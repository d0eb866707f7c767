"""The home tab: what waits for this person, by code name; and the dull page that everybody else sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runner.chat.cards.approval import is_open
from runner.chat.cards.asking import buttons
from runner.chat.cards.blocks import (
    Block,
    Board,
    Button,
    actions,
    context,
    divider,
    fitted,
    header,
    plain_block,
    value_of,
)  # fmt: skip
from runner.chat.cards.help import HELP_PLAIN
from runner.chat.cards.wording import KINDS, STANDS, STATES, listed, marks, title, until

__all__ = ["home", "plain"]


def home(entries: Sequence[tuple[Board, Sequence[Board]]]) -> Block:
    """Return the home tab of somebody who may see cases; without any it is everybody's dull page.

    entries: each board with those of its requests that wait for this person. Code names, kinds and
    deadlines alone, whatever the channels show: a home tab is read over a shoulder. The cases come in the
    order in which they need a person.
    """
    if not entries:
        return plain()
    waiting = [(board, request) for board, asked in entries for request in asked]
    waiting.sort(key=lambda each: str(each[1]["expires"]))
    blocks = [header("Waiting for you")]
    for board, request in waiting:
        blocks += _asked(board, request)
    if not waiting:
        blocks.append(plain_block("Nothing right now."))
    boards = sorted((board for board, _ in entries), key=lambda board: list(STATES).index(board["state"]))
    blocks += [divider(), header("Cases"), *map(_case, boards)]
    return {"type": "home", "blocks": fitted(blocks)}


def plain() -> Block:
    """Return the page for everybody else: the same for a stranger, a subject and somebody without a case."""
    return {"type": "home", "blocks": [plain_block(HELP_PLAIN)]}


def _asked(board: Board, request: Board) -> Iterator[Block]:
    told = [board["code"], f"{KINDS[request['kind']]}: {title(request)}", until(request), marks(board)]
    yield plain_block(listed(told))
    if row := list(_buttons(board, request)):
        yield actions(*row)


def _buttons(board: Board, request: Board) -> Iterator[Button]:
    if request["kind"] != "approval":
        yield from buttons(board, request)
    elif is_open(request):
        yield Button(
            "review", "Review", value_of(board["code"], request["request"], request["digest"]), "primary"
        )


def _case(board: Board) -> Block:
    outcome, state = str(board["outcome"]), STATES[board["state"]]
    phase = f"phase {board['phase']}" if board["phase"] else ""
    return context(listed([board["code"], state or STANDS.get(outcome, outcome), phase, marks(board)]))

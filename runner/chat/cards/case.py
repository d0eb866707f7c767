"""Every card that a case's channel shows at one moment, in order: made from the board and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from runner.chat.cards.approval import approval
from runner.chat.cards.asking import reminders, request_card
from runner.chat.cards.blocks import (
    Block,
    Board,
    Button,
    Card,
    Detail,
    Names,
    actions,
    card,
    context,
    header,
    lines,
    plain_block,
    value_of,
)  # fmt: skip
from runner.chat.cards.escape import escaped, monospaced, shown
from runner.chat.cards.progress import doors, each_door, tally
from runner.chat.cards.wording import (
    KINDS,
    STANDS,
    because,
    listed,
    marks,
    moment,
    number,
    person,
    title,
    until,
)  # fmt: skip

__all__ = ["cards"]

_UNCONFIRMED = "Doors that can be given back close as soon as one more person confirms."
_CONFIRMED = "One more person confirmed: doors that can be given back are closed. Now it must be reviewed."
_LISTED = 10  # open requests the case's card names; each has a card of its own besides


def cards(board: Board, detail: Detail, names: Names, now: datetime) -> list[Card]:
    """Return the cards of a case, in the order in which the channel should show them.

    names: what to call each responder, by person id; shown as plain text. now: reminders come with the time.
    The same board, names and time give the same cards.
    """
    return list(_cards(board, detail, names, now))


def _cards(board: Board, detail: Detail, names: Names, now: datetime) -> Iterator[Card]:
    yield _case(board, detail, names)
    if board["emergency"]:
        yield _emergency(board, detail, names)
    for request in board["requests"]:
        if request["kind"] == "approval":
            yield approval(board, request, detail, names)
        else:
            yield request_card(board, request, detail, names)
    if board["fired"]:
        yield doors(board, detail)
        yield from each_door(board, detail)
    for request in board["requests"]:
        if request["status"] == "open":
            yield from reminders(board, request, now)
    if board["over"]:
        yield _ended(board, detail)


def _case(board: Board, detail: Detail, names: Names) -> Card:
    """Return the card at the head of the channel: where the case is, and what it waits for."""
    code, over = str(board["code"]), board["over"]
    facts = [
        f"opened by {person(names, board['opened_by'])}, {moment(board['opened_at'])}",
        f"led by {person(names, board['leads'])}",
        marks(board),
    ]
    blocks = [header(code), context(listed(facts)), lines(*_stands(board, detail))]
    if detail == "full":
        blocks.append(plain_block(shown(board["shown_as"])))
    blocks += _waiting(board)
    buttons = [Button("brief", "Brief", value_of(code)), Button("object", "Object", value_of(code))]
    blocks.append(actions(*(buttons[:1] if over else buttons)))
    return card("case", code, "case", blocks)


def _stands(board: Board, detail: Detail) -> Iterator[str]:
    outcome = str(board["outcome"])
    phase = f", phase {escaped(board['phase'])}" if board["phase"] else ""
    yield f"*{STANDS.get(outcome, escaped(outcome))}*{phase}"
    if detail != "codes":
        accounts, services = number(board["accounts"], "account"), number(board["services"], "service")
        found = f"; {number(len(board['doors']), 'door')}: {tally(board)}" if board["doors"] else ""
        yield f"{accounts} on {services}{found}"


def _waiting(board: Board) -> Iterator[Block]:
    """Yield what is asked, soonest first, each in its own plain line."""
    asked = sorted(
        (each for each in board["requests"] if each["status"] == "open"),
        key=lambda each: str(each["expires"]),
    )
    told = [f"{KINDS[each['kind']]}: {title(each)}, {until(each)}" for each in asked]
    if told:
        more = [f"… ({len(told) - _LISTED} more)"] if len(told) > _LISTED else []
        yield lines("*What is asked*, soonest first")
        yield plain_block("\n".join([*told[:_LISTED], *more]))


def _emergency(board: Board, detail: Detail, names: Names) -> Card:
    code, declared = str(board["code"]), board["emergency"]
    asked = [each for each in board["requests"] if (each["kind"], each["phase"]) == ("approval", "emergency")]
    confirmed = any(each["status"] == "used" for each in asked)
    blocks = [
        header("Emergency declared"),
        context(listed([code, f"by {person(names, declared['by'])}", marks(board)])),
        lines(_CONFIRMED if confirmed else _UNCONFIRMED),
    ]
    if said := because(declared, detail).removeprefix(": "):
        blocks.append(plain_block(said))
    return card("emergency", code, "urgent", blocks)


def _ended(board: Board, detail: Detail) -> Card:
    code = str(board["code"])
    counts = [f"Doors: {tally(board)}."] if board["doors"] and detail != "codes" else []
    told = lines(
        *counts,
        f"The report: {monospaced(f'severance report {code}')}",
        f"The bundle: {monospaced(f'severance bundle make {code}')}",
    )
    return card(
        "ended", code, "ended", [header("The case is done"), context(listed([code, marks(board)])), told]
    )

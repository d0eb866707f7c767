"""The card that asks for a decision, and says afterwards who made it, when, and on which plan."""

from __future__ import annotations

from collections.abc import Iterator

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
from runner.chat.cards.five import counted, split
from runner.chat.cards.wording import because, deciders, listed, marks, moment, person, title, until

__all__ = ["approval", "is_open", "objections", "quorum", "whole"]

_TITLES = {
    "open": "Decision wanted",
    "paused": "Decision paused",
    "met": "Approved",
    "used": "Approved",
    "denied": "Denied",
    "expired": "No longer good",
}
_PLAN = 12  # digits of a plan's digest: what the terminal shows, and takes
_LONGEST = 2900  # characters of one of the five lines; its label comes on top


def approval(board: Board, request: Board, detail: Detail, names: Names) -> Card:
    """Return the card of an approval: five lines, the quorum, and buttons while it is open."""
    code, stands = str(board["code"]), _standing(request)
    opened = is_open(request)
    facts = [code, f"plan {request['digest'][:_PLAN]}", until(request) if opened else "", marks(board)]
    blocks = [header(f"{_TITLES[stands]}: {title(request)}"), context(listed(facts))]
    if opened:
        blocks += [*_five(board, request, detail), *quorum(request, names)]
        blocks += [*objections(board, detail, names)] if stands == "paused" else []
        blocks += [actions(*_buttons(code, request))]
    else:
        blocks += _decided(request, stands, detail, names)
    return card(f"approval/{request['request']}", code, "decision" if opened else "decided", blocks)


def is_open(request: Board) -> bool:
    """Tell whether somebody can still approve or deny this."""
    return _standing(request) in ("open", "paused")


def whole(request: Board) -> Iterator[Block]:
    """Yield the plan's lines as they are written, in plain text: they hold what strangers call themselves."""
    for each in request["lines"]:
        label, said = split(str(each))
        words = shown(said, _LONGEST)
        yield plain_block(f"{label}: {words}" if label else words)


def quorum(request: Board, names: Names) -> Iterator[Block]:
    """Yield how many agreed, who they are, and who is still missing."""
    yield lines(f"*{len(request['counted'])} of {request['need']} agreed*")
    agreed = deciders(request, names, ["approval.given"], request["counted"])
    missing = f"Still needed: {shown(request['missing'])}" if request["missing"] else ""
    if agreed or missing:
        yield context(*agreed[:8], missing)


def objections(board: Board, detail: Detail, names: Names) -> Iterator[Block]:
    """Yield who objects, and how that ends."""
    against = [each for each in board["objections"] if each["kind"] == "approval.objected"]
    for each in against[-3:]:
        yield context(f"{person(names, each['by'])} objects, {moment(each['at'])}{because(each, detail)}")
    command = f"severance overrule {board['code']} --because TEXT"
    yield lines(f"Nothing counts until a decider overrules it, on record: {monospaced(command)}")


def _standing(request: Board) -> str:
    """Return how it stands: the record says so once it is closed, the rules while it is open."""
    return str(request["standing"] if request["status"] == "open" else request["status"])


def _five(board: Board, request: Board, detail: Detail) -> Iterator[Block]:
    """Yield the five lines: as written at `full`, counted at `summary`, where to read them at `codes`."""
    command = f"severance plan {board['code']}"
    if detail == "codes":
        yield lines(f"What it would close: {monospaced(command)}")
    elif detail == "summary":
        told = [counted(str(each), board) for each in request["lines"]]
        yield lines(*(f"*{label}:* {escaped(said)}" for label, said in told if label))
    else:
        yield from whole(request)


def _decided(request: Board, stands: str, detail: Detail, names: Names) -> Iterator[Block]:
    if stands == "denied":
        denied = [each for each in request["decisions"] if each["kind"] == "approval.denied"][-1:]
        told = [
            f"by {person(names, each['by'])}, {moment(each['at'])}{because(each, detail)}" for each in denied
        ]
        yield context(*told, "This plan will not run.")
    elif stands == "expired":
        yield context("It expired, or its plan changed. What is still wanted is asked for again.")
    else:
        agreed = deciders(request, names, ["approval.given"], request["counted"])
        yield context(*(f"by {each}" for each in agreed[:9]))
    yield context(f"digest {request['digest']}")


def _buttons(code: str, request: Board) -> Iterator[Button]:
    value = value_of(code, request["request"], request["digest"])
    yield Button("review", "Review and approve", value, "primary")
    yield Button("deny", "Deny", value, "danger")
    yield Button("object", "Object", value)

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
    labelled,
    lines,
    plain_block,
    value_of,
)  # fmt: skip
from runner.chat.cards.escape import escaped, monospaced, shown
from runner.chat.cards.five import counted, split
from runner.chat.cards.wording import because, deciders, listed, marks, moment, person, title, until

__all__ = ["approval", "is_open", "quorum", "whole"]

_TITLES = {
    "open": "Decision wanted",
    "paused": "Decision paused",
    "met": "Approved",
    "used": "Approved",
    "denied": "Denied",
    "expired": "No longer good",
}
_PLAN = 12  # digits of a plan's digest: what the terminal shows, and takes
_LONGEST = 2000  # characters of one of the five lines: all five fit one message
_NAMED = 8  # people named on a card; a quorum is two or three


def approval(board: Board, request: Board, detail: Detail, names: Names) -> Card:
    """Return the card of an approval: five lines, the quorum, and buttons while it is open."""
    code, stands = str(board["code"]), _standing(request)
    blocks = [header(f"{_TITLES.get(stands, stands)}: {title(request)}")]
    if not is_open(request):
        blocks += [context(listed([code, marks(board)])), *_decided(request, stands, detail, names)]
        return card(f"approval/{request['request']}", code, "decided", blocks)
    plan = f"plan {request['digest'][:_PLAN]}"
    blocks += [context(listed([code, plan, until(request), marks(board)]))]
    blocks += [*_five(board, request, detail), *quorum(request, names)]
    blocks += [*_objections(board, detail, names)] if stands == "paused" else []
    blocks += [actions(*_buttons(code, request))]
    return card(f"approval/{request['request']}", code, "decision", blocks)


def is_open(request: Board) -> bool:
    """Tell whether somebody can still approve or deny this."""
    return _standing(request) in ("open", "paused")


def whole(board: Board, request: Board) -> Iterator[Block]:
    """Yield the plan's lines as they are written, as text without markup: they hold what strangers chose."""
    told = [str(each) for each in request["lines"]]
    for each in told:
        label, said = split(each)
        yield labelled(label, shown(said, _LONGEST))
    if any(len(each) > _LONGEST for each in told):
        command = f"severance plan {board['code']}"
        yield lines(f"*This is not all of it.* Read the rest before you decide: {monospaced(command)}")


def quorum(request: Board, names: Names) -> Iterator[Block]:
    """Yield how many agreed, who they are, and who is still missing."""
    yield lines(f"*{len(request['counted'])} of {request['need']} agreed*")
    agreed = deciders(request, names, ["approval.given"], request["counted"])
    missing = f"Still needed: {shown(request['missing'])}" if request["missing"] else ""
    if agreed or missing:
        yield context(*agreed[:_NAMED], missing)


def _objections(board: Board, detail: Detail, names: Names) -> Iterator[Block]:
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
        yield from whole(board, request)


def _decided(request: Board, stands: str, detail: Detail, names: Names) -> Iterator[Block]:
    """Yield who decided, when, and the digest of what they decided about."""
    agreed = deciders(request, names, ["approval.given"], request["counted"])
    if stands == "denied":
        yield plain_block("\n".join(["This plan will not run.", *_denials(request, detail, names)]))
    elif stands == "expired":
        yield plain_block("It expired, or its plan changed. What is still wanted is asked for again.")
    elif agreed:
        yield plain_block("\n".join(agreed[:_NAMED]))
    yield context(f"plan {request['digest']}")


def _denials(request: Board, detail: Detail, names: Names) -> list[str]:
    denied = [each for each in request["decisions"] if each["kind"] == "approval.denied"]
    return [
        f"{person(names, each['by'])}, {moment(each['at'])}{because(each, detail)}" for each in denied[-1:]
    ]


def _buttons(code: str, request: Board) -> Iterator[Button]:
    value = value_of(code, request["request"], request["digest"])
    yield Button("review", "Review and approve", value, "primary")
    yield Button("deny", "Deny", value, "danger")
    yield Button("object", "Object", value)

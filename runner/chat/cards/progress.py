"""The card of the doors while they close: one message, edited in place, from first write to last proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from runner.chat.cards.blocks import (
    Block,
    Board,
    Button,
    Card,
    Detail,
    actions,
    card,
    context,
    fields,
    header,
    lines,
    plain_block,
    value_of,
)  # fmt: skip
from runner.chat.cards.escape import escaped, monospaced, shown
from runner.chat.cards.wording import listed, marks, number

__all__ = ["VERDICTS", "doors", "each_door", "not_shut", "tally"]

VERDICTS = ("open", "unknown", "pending", "by-hand", "held", "inferred", "closed")
"""From what needs a person first to what needs nobody."""
_SHUT = ("closed", "inferred")
_CELLS = 20  # of the bar
_A_BLOCK, _A_MESSAGE = 10, 40  # doors of one paragraph, and of one message: Slack takes 12,000 characters


def doors(board: Board, detail: Detail) -> Card:
    """Return how the doors stand: counts by verdict and service."""
    code, left = str(board["code"]), not_shut(board)
    blocks = [header("Doors"), context(listed([code, marks(board)]))]
    if detail == "codes":
        blocks.append(lines(f"How many, and how they stand: {monospaced(f'severance status {code}')}"))
    else:
        blocks += [_sum(board), *_by_service(board)]
    if left and board["outcome"] != "done":
        blocks.append(actions(Button("adopt", "Adopt a door", value_of(code))))
    return card("doors", code, "update", blocks)


def not_shut(board: Board) -> list[Board]:
    """Return the doors that are neither closed nor inferred, those that need a person first."""
    left = [each for each in board["doors"] if each["verdict"] not in _SHUT]
    return sorted(left, key=lambda each: _place(each["verdict"]))


def tally(board: Board) -> str:
    """Return the doors by verdict, `18 by-hand, 82 closed`, for `mrkdwn`; what needs somebody in bold."""
    told = _counted(board["doors"])
    return ", ".join(escaped(words) if each in _SHUT else f"*{escaped(words)}*" for each, words in told)


def _sum(board: Board) -> Block:
    total = len(board["doors"])
    shut = total - len(not_shut(board))
    filled = _CELLS * shut // total if total else 0
    bar = "█" * filled + "░" * (_CELLS - filled)
    return lines(f"{bar}  *{shut} of {number(total, 'door')} shut*", tally(board))


def _by_service(board: Board) -> Iterator[Block]:
    """Yield the counts of each service; a service can be an app, called whatever its maker likes."""
    found: dict[str, list[Board]] = {}
    for each in board["doors"]:
        found.setdefault(str(each["service"]), []).append(each)
    told = {service: ", ".join(words for _, words in _counted(its)) for service, its in found.items()}
    yield from fields([f"{shown(service, 60)}\n{words}" for service, words in told.items()])


def _counted(doors: Iterable[Board]) -> list[tuple[str, str]]:
    """Return each verdict with its count in words, what needs a person first."""
    counts = Counter(str(each["verdict"]) for each in doors)
    return [(each, f"{counts[each]} {each}") for each in sorted(counts, key=_place)]


def each_door(board: Board, detail: Detail) -> Iterator[Card]:
    """Yield the doors one by one, at `full`, for the thread of their card; a message for every forty."""
    ordered = sorted(board["doors"], key=lambda each: _place(each["verdict"])) if detail == "full" else []
    for start in range(0, len(ordered), _A_MESSAGE):
        some = [_told(each) for each in ordered[start : start + _A_MESSAGE]]
        paragraphs = [some[at : at + _A_BLOCK] for at in range(0, len(some), _A_BLOCK)]
        blocks = [plain_block("\n".join(each)) for each in paragraphs]
        yield card(f"doors/{start // _A_MESSAGE + 1}", str(board["code"]), "update", blocks, below="doors")


def _told(door: Board) -> str:
    return shown(f"{door['verdict']}: {door['service']} {door['layer']} of {door['login']}, {door['why']}")


def _place(verdict: str) -> int:
    return VERDICTS.index(verdict) if verdict in VERDICTS else -1

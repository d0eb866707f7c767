"""How the cards say who, when, what kind and how long: the same words as the terminal and the report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from runner.chat.cards.blocks import Board, Detail, Names
from runner.chat.cards.escape import shown

__all__ = [
    "KINDS", "STANDS", "STATES", "because", "deciders", "known", "listed", "marks", "moment", "number",
    "person", "title", "until",
]  # fmt: skip

KINDS = {"approval": "decision", "ask": "question", "task": "task", "clock": "clock"}
"""What each kind of request is called, here and in a preview."""
STANDS = {
    "waiting": "Waiting for people",
    "doors-open": "Doors are still open",
    "stopped": "Stopped; what was done is saved",
    "closed": "Ended by a person",
    "done": "Done",
}
"""An outcome in words."""
STATES = {
    "dead-lettered": "Its runs died again and again; it needs somebody at a terminal",
    "stranded": "Its runner ended and nobody runs it; go on with it at a terminal",
    "waiting": "",
    "running": "Under way",
    "at-rest": "At rest until its time comes",
    "done": "",
}
"""A state in words, in the order in which it needs a person; "" where the outcome says it better."""


def moment(text: str) -> str:
    """Return a moment as the terminal prints it, `2026-11-25 09:16 UTC`; what is none stays as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return shown(text)
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def until(request: Board) -> str:
    """Return by when somebody must have answered."""
    word = "was due" if request["overdue"] else "until"
    return f"{word} {moment(request['expires'])}"


def person(names: Names, who: str) -> str:
    """Return what to call somebody: plain text, never a mention."""
    return shown(names.get(who, who), 80)


def deciders(
    request: Board, names: Names, kinds: Iterable[str], among: Iterable[str] | None = None
) -> list[str]:
    """Return who decided so, and when, an entry a person, the last they said; among: nobody but these."""
    wanted, only = set(kinds), None if among is None else set(among)
    said = [each for each in request["decisions"] if each["kind"] in wanted and each["by"]]
    last = {each["by"]: each["at"] for each in said if only is None or each["by"] in only}
    return [f"{person(names, who)}, {moment(at)}" for who, at in last.items()]


def because(decision: Board, detail: Detail) -> str:
    """Return somebody's reason where the channel shows such: in their words, which can name the subject."""
    said = decision.get("because", "")
    return f": {shown(said, 600)}" if said and detail == "full" else ""


def marks(board: Board) -> str:
    """Return that this is an exercise, where it is one."""
    return "drill" if board["drill"] else ""


def number(count: int, one: str, many: str = "") -> str:
    """Return `1 door` or `3 doors`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def listed(parts: Iterable[str]) -> str:
    """Return parts in one line, as the cards separate them."""
    return " · ".join(each for each in parts if each)


def known(request: Board) -> str:
    """Return a request's name where it is the playbook's own word.

    The name of a door that is closed by hand ends in a piece of the account, which can be a piece of a name.
    """
    name = str(request["request"])
    return "a door, by hand" if name.startswith("hand-") else shown(name, 80)


def title(request: Board) -> str:
    """Return what a request is about in the fewest words: its phase for an approval, its name otherwise."""
    return shown(request["phase"], 80) if request["kind"] == "approval" else known(request)

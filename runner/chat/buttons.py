"""The buttons of a card: each opens a form, or answers where only its presser sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runner.chat.bridge import Asker
from runner.chat.cards.help import HELP_PLAIN
from runner.chat.forms import ask_adoption, ask_answer, ask_decision, ask_objection
from runner.chat.telling import brief_text
from runner.desk.chat_line import Json
from runner.errors import SeveranceError

__all__ = ["button"]

_OVER = "That is decided already, or not asked any more."


def button(asker: Asker) -> None:
    """Do what a press asks for. What the button says is a hint : the desk is asked what is true."""
    code, name, digest = (*asker.delivery.value.split(" "), "", "", "")[:3]
    board = asker.board(code)
    if board is None:
        asker.say(HELP_PLAIN)
        return
    try:
        if about_the_case := _OF_A_CASE.get(asker.delivery.name):
            about_the_case(asker, board)
        elif request := _asked(board, name, digest, asker.delivery.name):
            _OF_A_REQUEST[asker.delivery.name](asker, board, request)
        else:
            asker.say(_OVER)
    except SeveranceError as error:
        asker.say(asker.spoken(error))


def _asked(board: Json, name: str, digest: str, pressed: str) -> Json | None:
    """Return the request a button is about; None where it is over, or has no such button."""
    request = next((each for each in board["requests"] if each["request"] == name), None)
    if request is None or pressed not in _OF_A_REQUEST or request["status"] not in ("open", "running"):
        return None
    fits = (request["kind"] == "approval") == (pressed in _DECISIONS)
    return request if fits and str(request["digest"]).startswith(digest) else None


def _brief(asker: Asker, board: Json) -> None:
    asker.say(brief_text(asker.bridge.desk.brief(str(board["code"])), asker.detail))


def _review(asker: Asker, board: Json, request: Json) -> None:
    ask_decision(asker, board, request, "approve")


def _deny(asker: Asker, board: Json, request: Json) -> None:
    ask_decision(asker, board, request, "deny")


_OF_A_CASE: Mapping[str, Callable[[Asker, Json], None]] = {
    "object": ask_objection,
    "adopt": ask_adoption,
    "brief": _brief,
}
_OF_A_REQUEST: Mapping[str, Callable[[Asker, Json, Json], None]] = {
    "review": _review,
    "deny": _deny,
    **dict.fromkeys(("answer", "done", "start", "decline", "stop"), ask_answer),
}
_DECISIONS = frozenset({"review", "deny"})
"""The buttons of approvals; questions, tasks and clocks have the others."""

"""The buttons of a card: each opens a form, or answers where only its presser sees it."""

from __future__ import annotations

from runner.chat.bridge import Asker
from runner.chat.cards.help import HELP_PLAIN
from runner.chat.forms import ask_adoption, ask_answer, ask_decision, ask_objection
from runner.chat.telling import brief_text
from runner.desk.chat_line import Json
from runner.errors import SeveranceError

__all__ = ["button"]

_OVER = "That is decided already, or not asked any more."
_CASE_BUTTONS = frozenset({"object", "adopt", "brief"})


def button(asker: Asker) -> None:
    """Do what a press asks for. What the button says is a hint : the desk is asked what is true."""
    code, name, digest = (*asker.delivery.value.split(" "), "", "", "")[:3]
    board = asker.board(code)
    if board is None:
        asker.say(HELP_PLAIN)
        return
    try:
        if asker.delivery.name in _CASE_BUTTONS:
            _about_the_case(asker, board)
        else:
            _about_a_request(asker, board, name, digest)
    except SeveranceError as error:
        asker.say(asker.spoken(error))


def _about_the_case(asker: Asker, board: Json) -> None:
    match asker.delivery.name:
        case "object":
            ask_objection(asker, board)
        case "adopt":
            ask_adoption(asker, board)
        case "brief":
            asker.say(brief_text(asker.bridge.desk.brief(str(board["code"])), asker.detail))


def _about_a_request(asker: Asker, board: Json, name: str, digest: str) -> None:
    request = next((each for each in board["requests"] if each["request"] == name), None)
    running = request is not None and request["status"] in ("open", "running")
    if request is None or not running or not str(request["digest"]).startswith(digest):
        asker.say(_OVER)
        return
    match asker.delivery.name:
        case "review":
            ask_decision(asker, board, request, "approve")
        case "deny":
            ask_decision(asker, board, request, "deny")
        case "answer" | "done" | "start" | "decline" | "stop":
            ask_answer(asker, board, request)

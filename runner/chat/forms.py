"""Opens forms: at once and empty, while the press still counts; what they hold is put in afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runner.chat.bridge import Asker
from runner.chat.cards import modals
from runner.chat.cards.modals_asking import answer
from runner.desk.chat_line import Json
from runner.errors import ServiceRefused, SeveranceError

__all__ = [
    "ask_adoption", "ask_answer", "ask_decision", "ask_declaration", "ask_note", "ask_objection",
    "ask_opening",
]  # fmt: skip

_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
_AGAIN = "That came too late to open a form. Press it again."
_NOT_YOURS = (
    "This is not yours to decide. Whoever started a case never decides about it, and a decision takes one of "
    "the roles that are asked."
)

View = Mapping[str, Any]


def ask_opening(asker: Asker, purpose: modals.Purpose) -> None:
    """Ask which playbook to open a case with. purpose: open or emergency."""
    choices = asker.bridge.desk.choices(asker.person)
    fitting = [each for each in choices if purpose == "open" or each["emergency"]]

    def filled() -> View:
        if not fitting:
            return modals.said("Open", "There is nothing here that you may open.")
        return modals.choose_playbook([str(each["shown_as"]) for each in fitting], purpose)

    _form(asker, "Open", filled)


def ask_decision(asker: Asker, board: Json, request: Json, verb: str) -> None:
    """Show a plan and ask for a yes or a no to it. verb: approve or deny."""

    def filled() -> View:
        if asker.person not in board["deciders"] or asker.person == board["opened_by"]:
            return modals.said("Decision", _NOT_YOURS)
        if verb == "deny":
            return modals.deny(board, request)
        line = asker.bridge.line
        return modals.review(board, request, line.chat.detail, line.names)

    _form(asker, "Decision", filled)


def ask_answer(asker: Asker, board: Json, request: Json) -> None:
    """Ask for the answer to a question, a task or a clock; a button may have said it already."""
    detail, pressed = asker.bridge.line.chat.detail, asker.delivery.name
    chosen = pressed if pressed in ("start", "decline", "stop") else ""
    _form(asker, "Answer", lambda: answer(board, request, detail, chosen))


def ask_objection(asker: Asker, board: Json) -> None:
    """Ask why approvals are to pause."""
    _form(asker, "Object", lambda: modals.objection(board))


def ask_declaration(asker: Asker, board: Json) -> None:
    """Ask why the emergency of a case that is open is declared."""
    _form(asker, "Emergency", lambda: modals.declaration(board))


def ask_adoption(asker: Asker, board: Json) -> None:
    """Ask which door was closed by hand, and when."""
    _form(asker, "Adopt a door", lambda: modals.adopt(board, asker.bridge.line.chat.detail))


def ask_note(asker: Asker) -> None:
    """Ask which case a message is to be noted in."""
    codes = [str(each["code"]) for each in asker.boards()]
    text = asker.delivery.text

    def filled() -> View:
        return modals.note(codes, text) if codes else modals.said("Note", "There is no case to add it to.")

    _form(asker, "Note", filled)


def _form(asker: Asker, title: str, filled: Callable[[], View]) -> None:
    """Open an empty form, then fill it; a late press is told to press again. Raises SeveranceError."""
    workspace = asker.bridge.workspace
    try:
        form = workspace.open_form(asker.delivery.trigger, modals.loading(title))
    except ServiceRefused as refused:
        if refused.code not in _LATE:
            raise
        asker.say(_AGAIN)
        return
    try:
        view = filled()
    except SeveranceError as error:
        view = modals.said(title, asker.spoken(error))
    workspace.show(form, view)

"""The slash command: each verb asks the desk what the terminal asks it, and answers in words or a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runner.chat.bridge import Asker
from runner.chat.cards.help import HELP_PLAIN, help_text
from runner.chat.forms import ask_adoption, ask_answer, ask_decision, ask_declaration, ask_opening
from runner.chat.grammar import FORMS, Command, parse
from runner.chat.telling import brief_text, plan_text, status_text
from runner.desk.chat_line import Json
from runner.errors import RefusedError, SeveranceError, UsageError

__all__ = ["command"]

Verb = Callable[[Asker, Command], None]


def command(asker: Asker) -> None:
    """Do what a slash command says. Raises what the workspace raises."""
    try:
        said = parse(asker.delivery.text)
        _VERBS[said.verb](asker, said)
    except UsageError as error:
        asker.say(f"{error.what}: {asker.delivery.name} {error.remedy}")
    except (RefusedError, SeveranceError) as error:
        asker.say(asker.spoken(error))


def _help(asker: Asker, _said: Command) -> None:
    asker.say(help_text(asker.delivery.name, _allowed(asker)))


def _allowed(asker: Asker) -> list[str]:
    """Return the verbs that this person may use now."""
    boards, starts = asker.boards(), asker.bridge.desk.choices(asker.person)
    decides = any(asker.person in each["deciders"] for each in boards)
    hidden = {"open", "emergency"} if not starts else set()
    if starts and not any(each["emergency"] for each in starts):
        hidden = {"emergency"}
    if not decides:
        hidden |= {"approve", "deny"}
    if not boards:
        hidden |= set(FORMS) - {"open", "emergency", "status", "help"}
    return [verb for verb in FORMS if verb not in hidden]


def _status(asker: Asker, said: Command) -> None:
    boards = [asker.board(said.case)] if said.case else asker.boards()
    found = [each for each in boards if each]
    asker.say("\n".join(map(status_text, found)) or HELP_PLAIN)


def _brief(asker: Asker, said: Command) -> None:
    board = asker.board(said.case)
    asker.say(brief_text(asker.bridge.desk.brief(said.case), asker.detail) if board else HELP_PLAIN)


def _plan(asker: Asker, said: Command) -> None:
    board = asker.board(said.case)
    asker.say(plan_text(board, asker.detail) if board else HELP_PLAIN)


def _open(asker: Asker, _said: Command) -> None:
    ask_opening(asker, "open")


def _emergency(asker: Asker, said: Command) -> None:
    if not said.case:
        ask_opening(asker, "emergency")
    elif board := _board(asker, said):
        ask_declaration(asker, board)


def _approve(asker: Asker, said: Command) -> None:
    if board := _board(asker, said):
        ask_decision(asker, board, _asked(board, "approval"), "approve")


def _deny(asker: Asker, said: Command) -> None:
    if not (board := _board(asker, said)):
        return
    request = _asked(board, "approval")
    if not said.words:
        ask_decision(asker, board, request, "deny")
        return
    asker.bridge.desk.deny(said.case, str(request["digest"]), said.words, claim=asker.claim)
    _recorded(asker, said.case)


def _object(asker: Asker, said: Command) -> None:
    if _board(asker, said):
        asker.bridge.desk.object(said.case, said.words, claim=asker.claim)
        _recorded(asker, said.case)


def _answer(asker: Asker, said: Command) -> None:
    if not (board := _board(asker, said)):
        return
    if not said.words:
        ask_answer(asker, board, _answerable(board, said.step))
        return
    asker.bridge.desk.answer(said.case, said.step, said.words, claim=asker.claim)
    _recorded(asker, said.case)


def _answerable(board: Json, name: str) -> Json:
    """Return a question, a task or a clock that is being asked. Raises RefusedError, also for an approval."""
    for each in board["requests"]:
        if each["request"] == name and each["kind"] != "approval" and each["status"] in ("open", "running"):
            return dict(each)
    raise RefusedError(f"{name} is not being asked", remedy=f"status {board['code']}")


def _adopt(asker: Asker, said: Command) -> None:
    if board := _board(asker, said):
        ask_adoption(asker, board)


def _stop(asker: Asker, said: Command) -> None:
    if _board(asker, said):
        asker.bridge.desk.stop(said.case, said.words, asker.claim)
        again = f"{asker.delivery.name} resume {said.case}"
        asker.say(f"{said.case}: no further write goes out. To go on: {again}")


def _resume(asker: Asker, said: Command) -> None:
    if _board(asker, said):
        asker.bridge.runners.ensure(said.case)
        asker.say(f"{said.case} is being run.")


def _note(asker: Asker, said: Command) -> None:
    if _board(asker, said):
        asker.bridge.desk.note(said.case, said.words, asker.claim)
        asker.say(f"{said.case}: the note is on record.")


def _board(asker: Asker, said: Command) -> Json | None:
    """Return the case that is meant; where there is none for this person, they have their answer already."""
    board = asker.board(said.case)
    if board is None:
        asker.say(HELP_PLAIN)
    return board


def _asked(board: Json, kind: str) -> Json:
    """Return the one open request of a kind. Raises RefusedError where there is none, or more than one."""
    asked = [each for each in board["requests"] if (each["kind"], each["status"]) == (kind, "open")]
    if len(asked) != 1:
        why = "use the buttons of the one you mean" if asked else "nothing is to be decided now"
        raise RefusedError(why, remedy=f"status {board['code']}")
    return dict(asked[0])


def _recorded(asker: Asker, code: str) -> None:
    asker.bridge.runners.ensure(code)
    asker.say(f"{code}: recorded.")


_VERBS: Mapping[str, Verb] = {
    "help": _help,
    "status": _status,
    "brief": _brief,
    "plan": _plan,
    "open": _open,
    "emergency": _emergency,
    "approve": _approve,
    "deny": _deny,
    "object": _object,
    "answer": _answer,
    "adopt": _adopt,
    "stop": _stop,
    "resume": _resume,
    "note": _note,
}

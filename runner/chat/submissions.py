"""Filled-in forms: each is handed to the desk, and the form then shows what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runner.chat.bridge import Asker
from runner.chat.cards import modals
from runner.chat.cards.help import HELP_PLAIN
from runner.errors import RefusedError, SeveranceError

__all__ = ["submission"]

_NO_MATCH = "The code typed is not the one of this case. Nothing was recorded."
Told = Mapping[str, str]


def submission(asker: Asker) -> None:
    """Do what a form says, and show in it what came of it. Raises what the workspace raises."""
    delivery = asker.delivery
    handler = _FORMS.get(delivery.name)
    try:
        view = handler(asker, delivery.told) if handler else modals.said("Done", HELP_PLAIN)
    except SeveranceError as error:
        view = modals.said("Not recorded", asker.spoken(error))
    asker.bridge.workspace.show_after(delivery.view, view)


def _field(asker: Asker, name: str) -> str:
    return next(iter(asker.delivery.values.get(name, ())), "").strip()


def _choose(asker: Asker, told: Told) -> Mapping[str, Any]:
    """Show the fields of the playbook that was chosen."""
    chosen = _choice(asker, _field(asker, "playbook"))
    purpose: modals.Purpose = "emergency" if told.get("purpose") == "emergency" else "open"
    return modals.case_inputs(purpose, chosen["shown_as"], chosen["inputs"])


def _open(asker: Asker, told: Told) -> Mapping[str, Any]:
    desk, chosen = asker.bridge.desk, _choice(asker, told.get("playbook", ""))
    inputs = {each["name"]: _field(asker, f"input-{each['name']}") for each in chosen["inputs"]}
    given = {name: value for name, value in inputs.items() if value}
    if told.get("purpose") == "emergency":
        code = desk.emergency(chosen["name"], given, _field(asker, "because"), claim=asker.claim)
    else:
        code = desk.open(chosen["name"], given, claim=asker.claim)
    asker.bridge.runners.ensure(code)
    return modals.said("Open", f"{code} is open and being run. Its channel comes in a moment.")


def _approve(asker: Asker, told: Told) -> Mapping[str, Any]:
    code = told.get("code", "")
    if _field(asker, "code").lower() != code:
        return modals.said("Not recorded", _NO_MATCH)
    digest, because = told.get("digest", ""), _field(asker, "because")
    return _recorded(asker, code, lambda: asker.bridge.desk.approve(code, digest, because, claim=asker.claim))


def _deny(asker: Asker, told: Told) -> Mapping[str, Any]:
    code, because = told.get("code", ""), _field(asker, "because")
    digest = told.get("digest", "")
    return _recorded(asker, code, lambda: asker.bridge.desk.deny(code, digest, because, claim=asker.claim))


def _object(asker: Asker, told: Told) -> Mapping[str, Any]:
    code, because = told.get("code", ""), _field(asker, "because")
    return _recorded(asker, code, lambda: asker.bridge.desk.object(code, because, claim=asker.claim))


def _declare(asker: Asker, told: Told) -> Mapping[str, Any]:
    code, because = told.get("code", ""), _field(asker, "because")
    return _recorded(asker, code, lambda: asker.bridge.desk.declare(code, because, claim=asker.claim))


def _answer(asker: Asker, told: Told) -> Mapping[str, Any]:
    code, name = told.get("code", ""), told.get("request", "")
    value = ",".join(asker.delivery.values.get("value", ())) or "none"
    at, because = _field(asker, "at"), _field(asker, "because")
    desk = asker.bridge.desk
    return _recorded(
        asker, code, lambda: desk.answer(code, name, value, claim=asker.claim, at=at, because=because)
    )


def _adopt(asker: Asker, told: Told) -> Mapping[str, Any]:
    code, desk = told.get("code", ""), asker.bridge.desk
    door, at, because = _field(asker, "door"), _field(asker, "at"), _field(asker, "because")
    return _recorded(asker, code, lambda: desk.adopt(code, door, at=at, because=because, claim=asker.claim))


def _note(asker: Asker, _told: Told) -> Mapping[str, Any]:
    code, text = _field(asker, "case"), _field(asker, "value")
    return _recorded(asker, code, lambda: asker.bridge.desk.note(code, text, asker.claim))


def _recorded(asker: Asker, code: str, record: Callable[[], Any]) -> Mapping[str, Any]:
    """Record it if the case exists for this person here, and have the case run."""
    if asker.board(code) is None:
        return modals.said("Done", HELP_PLAIN)
    record()
    asker.bridge.runners.ensure(code)
    return modals.said("Recorded", f"{code}: recorded.")


def _choice(asker: Asker, shown_as: str) -> Any:
    """Return the playbook this person may open that was meant. Raises RefusedError."""
    choices = asker.bridge.desk.choices(asker.person)
    chosen = next((each for each in choices if each["shown_as"] == shown_as), None)
    if chosen is None:
        raise RefusedError("there is nothing here that you may open")
    return chosen


_FORMS: Mapping[str, Callable[[Asker, Told], Mapping[str, Any]]] = {
    "choose": _choose,
    "open": _open,
    "emergency": _open,
    "approve": _approve,
    "deny": _deny,
    "object": _object,
    "declare": _declare,
    "answer": _answer,
    "adopt": _adopt,
    "note": _note,
}

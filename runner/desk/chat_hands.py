"""The hands of a drill's people in the chat: they type the command, press buttons and fill in forms.

They see what the simulated workspace shows them and nothing else; whatever they do reaches the app over its
socket.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from integrations.lab.control import Control
from runner.actions.values import Json
from runner.company import Chat, Person
from runner.errors import SeveranceError

__all__ = ["ChatHands"]

_PATIENCE_S = 60.0  # a channel gets one message a second: a busy case takes its time to show everything
_LOOK_EVERY_S = 0.1

T = TypeVar("T")


class ChatHands:
    """What people do in one workspace."""

    def __init__(self, lab: Control, chat: Chat) -> None:
        """Do nothing yet."""
        self._lab, self._chat = lab, chat

    def open(self, person: Person, shown_as: str, given: Mapping[str, str]) -> None:
        """Open a case by the command's form, as soon as the app listens. Raises SeveranceError.

        given: the playbook's inputs by name.
        """
        self._await(lambda: self._act("command", person, text="open")["acks"] or None, "the command")
        view = self._view(person, "choose")
        self._submit(person, view, {"playbook": self._option(view, shown_as)})
        view = self._view(person, "open")
        self._submit(person, view, {f"input-{name}": value for name, value in given.items()})

    def approve(self, person: Person, code: str, request: str) -> None:
        """Press the card's button, read the plan, type the case's code. Raises SeveranceError."""
        self._press(person, "review", code, request)
        self._submit(person, self._view(person, "approve"), {"code": code, "because": "drill: as expected"})

    def answer(self, person: Person, code: str, request: str, value: str) -> None:
        """Press whichever button the card of a question, a task or a clock has, and fill in its form."""
        self._press(person, "", code, request)
        self._submit(person, self._view(person, "answer"), {"value": value, "because": "drill"})

    def _press(self, person: Person, action: str, code: str, request: str) -> None:
        def found() -> tuple[str, str, Json] | None:
            wanted = f"{code} {request}"
            return next(
                (
                    (channel, ts, button)
                    for channel, ts, button in self._buttons()
                    if f"{button.get('value', '')} ".startswith(f"{wanted} ")
                    and (not action or button["action_id"] == action)
                ),
                None,
            )

        channel, ts, button = self._await(found, f"a button for {request}")
        pressed = {name: button[name] for name in ("action_id", "value")}
        self._act("click", person, channel=channel, ts=ts, **pressed)

    def _buttons(self) -> Iterator[tuple[str, str, Json]]:
        """Yield every button on every message there is."""
        for channel, each in self._lab.state(self._chat.service)["channels"].items():
            for message in each["messages"]:
                for block in message.get("blocks") or ():
                    for element in block.get("elements", ()) if block["type"] == "actions" else ():
                        yield channel, message["ts"], element

    def _view(self, person: Person, callback: str) -> Json:
        """Return the form a person sees, once it is filled in for them."""

        def shown() -> Json | None:
            view = self._lab.state(self._chat.service)["views"].get(self._account(person))
            return view if view and view.get("callback_id") == callback else None

        return self._await(shown, f"the form {callback}")

    def _option(self, view: Json, label: str) -> str:
        """Return the value behind an option of a form's menu."""
        elements = [block.get("element") or {} for block in view["blocks"]]
        options = [each for element in elements for each in element.get("options", ())]
        return str(next(each["value"] for each in options if each["text"]["text"] == label))

    def _submit(self, person: Person, view: Json, values: Mapping[str, str]) -> None:
        """Fill in those fields the form has, and send it."""
        inputs = [block for block in view["blocks"] if block["type"] == "input"]
        fields = {block["block_id"]: block["element"]["type"] for block in inputs}
        several = {name for name, kind in fields.items() if kind in ("checkboxes", "multi_static_select")}
        said: dict[str, Json] = {name: value for name, value in values.items() if name in fields}
        for name in several & set(said):
            said[name] = [] if said[name] == "none" else said[name].split(",")
        self._act("submit", person, view_id=view["id"], values=said)

    def _act(self, name: str, person: Person, **given: Json) -> Json:
        try:
            return self._lab.act(self._chat.service, name, {"user": self._account(person), **given})
        except ValueError as wrong:
            why = f"{person.id} could not {name}: {wrong}"
            raise SeveranceError(why, where="the drill's chat") from wrong

    def _account(self, person: Person) -> str:
        return str(person.accounts[self._chat.service])

    def _await(self, look: Callable[[], T | None], what: str) -> T:
        end = time.monotonic() + _PATIENCE_S
        while (found := look()) is None:
            if time.monotonic() > end:
                raise SeveranceError(f"the chat showed nobody {what}", where="the drill's chat")
            time.sleep(_LOOK_EVERY_S)
        return found

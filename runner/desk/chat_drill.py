"""A drill in the chat: launched by its command, decided by its buttons, followed in its channel."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from integrations.lab.control import Control
from runner.actions.values import Json
from runner.company import Person
from runner.database.journal import Record
from runner.desk.cases import Desk
from runner.desk.cast import Cast
from runner.desk.chat_hands import ChatHands
from runner.errors import SettingsError, SeveranceError
from runner.language.playbook import Playbook
from runner.settings import Settings

__all__ = ["Scene", "rehearsed_in_chat"]

_OPENS_WITHIN_S = 60.0
_SHOWN_WITHIN_S = 120.0
_LOOK_EVERY_S = 0.1
_CHAT = "from runner.chat.server import rehearse; rehearse()"


@dataclass(frozen=True, slots=True)
class Scene:
    """What is played."""

    book: Playbook
    said: Mapping[str, str]
    """What whoever opens the case says, by input."""
    folder: Path
    """The lab's."""
    starter: Person
    named: str | None
    """The scenario, if any."""


def rehearsed_in_chat(
    desk: Desk, settings: Settings, scene: Scene, listen: Callable[[Record], None]
) -> Json:
    """Play a scene in the chat and return the measuring document, once the channel shows how it ended.

    Raises SettingsError in a lab without a chat, SeveranceError when the chat does not do what it should.
    """
    if settings.chat is None:
        raise SettingsError("this lab has no chat", where=str(settings.path))
    lab = Control(scene.folder)
    hands = ChatHands(lab, settings.chat)
    for name in [name for name, each in settings.services.items() if each.crown]:
        # An administrator of the identity provider could read the chat: their case is decided at a terminal.
        lab.act(name, "drop-roles", {"mail": scene.said["subject"]})
    with _chat(settings):
        hands.open(scene.starter, scene.book.shown_as, scene.said)
        code = _await(lambda: next(iter(desk.codes()), None), _OPENS_WITHIN_S, "the case was not opened")
        with Cast(settings, code, scene.folder, scene.named, in_chat=True):
            _follow(desk, code, listen)
        memory = desk.chat_line().memory
        # The card of the end comes last, after every other one shows how it ended.
        _await(lambda: memory.cards(code).get("ended"), _SHOWN_WITHIN_S, "its channel does not show the end")
    return desk.measured(code)


@contextmanager
def _chat(settings: Settings) -> Iterator[None]:
    """Serve the chat in a process of its own for the length of the block."""
    command = [sys.executable, "-c", _CHAT, str(settings.path)]
    with subprocess.Popen(command, start_new_session=True) as chat:
        try:
            yield
        finally:
            chat.terminate()


def _follow(desk: Desk, code: str, listen: Callable[[Record], None]) -> None:
    """Return once whoever runs the case is through with it; between two runs it waits for people.

    listen: gets each record, in order.
    """
    seen = 0
    while True:
        for record in desk.records(code)[seen:]:
            seen += 1
            listen(record)
            if record["kind"] == "run.ended" and record["data"]["why"] != "waiting":
                return
        time.sleep(_LOOK_EVERY_S)


def _await(look: Callable[[], Json], patience_s: float, why: str) -> Json:
    end = time.monotonic() + patience_s
    while not (found := look()):
        if time.monotonic() > end:
            raise SeveranceError(why, where="the drill's chat")
        time.sleep(_LOOK_EVERY_S)
    return found

"""Opens the workspace in which people command and approve: its client, its people, its memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from runner.actions.values import Json
from runner.company import Chat
from runner.database.holds import Hold
from runner.database.switchboard import Posted, Switchboard
from runner.desk.office import Office
from runner.errors import SettingsError
from runner.secrets import resolve

__all__ = ["ChatLine", "Hold", "Json", "Posted", "chat_line"]


@dataclass(frozen=True, slots=True)
class ChatLine:
    """An open workspace."""

    chat: Chat
    client: Any
    """The vendor's own client on our transport: one host, no redirects, no retries, our errors."""
    passing: Callable[[], Any]
    """A context in which the client's requests may change something."""
    app_token: str
    memory: Switchboard
    pinned: Mapping[str, str]
    """Person id by the immutable id of their account there."""
    names: Mapping[str, str]
    """Display name by person id."""
    turn: Callable[[], AbstractContextManager[Hold]]
    """What takes the turn to post, of all chats of this store; it raises CaseBusy while another has it."""


def chat_line(office: Office) -> ChatLine:
    """Open the workspace of the settings; nothing is sent.

    Raises SettingsError without `chat`, and CredentialsError for a secret that is not there.
    """
    chat, settings = office.settings.chat, office.settings
    if chat is None:
        remedy = "add `chat:` to them, as the README shows"
        raise SettingsError("the settings have no chat", where=str(settings.path), remedy=remedy)
    client, gate = office.services("chat").open(chat.service)
    token = resolve(chat.app_token, settings.folder)
    there = [each for each in settings.people if chat.service in each.accounts]
    return ChatLine(
        chat,
        client,
        gate.opened,
        token,
        Switchboard(office.database),
        {each.accounts[chat.service]: each.id for each in there},
        {each.id: each.name for each in settings.people},
        office.chat_turn,
    )

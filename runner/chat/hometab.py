"""The home tab: what waits for this person, and the cases they may see."""

from __future__ import annotations

from runner.chat.bridge import Asker
from runner.chat.cards import home
from runner.desk.chat_line import Json

__all__ = ["show_home"]


def show_home(asker: Asker) -> None:
    """Show a person's home tab; without a case it is the plain page of everybody. Raises SeveranceError."""
    entries = [(board, _waiting(asker, board)) for board in asker.boards()]
    asker.bridge.workspace.home(asker.delivery.user, home.home(entries))


def _waiting(asker: Asker, board: Json) -> list[Json]:
    """Return what is asked of this person: a starter is never asked to approve their own case."""
    roles, starter = set(board["people"][asker.person]), asker.person == board["opened_by"]
    asked = [each for each in board["requests"] if each["status"] == "open"]
    mine = [each for each in asked if not roles.isdisjoint([*each["of"], *each["each_of"]])]
    return [each for each in mine if not (starter and each["kind"] == "approval")]

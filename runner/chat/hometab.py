"""The home tab: what waits for this person, and the cases they may see."""

from __future__ import annotations

from runner.chat.bridge import Asker
from runner.chat.cards import home

__all__ = ["show_home"]


def show_home(asker: Asker) -> None:
    """Show a person's home tab; without a case it is the plain page of everybody. Raises SeveranceError."""
    boards = asker.boards()
    roles = {str(each["code"]): each["people"][asker.person] for each in boards}
    view = home.home(boards, roles) if boards else home.plain()
    asker.bridge.workspace.home(asker.delivery.user, view)

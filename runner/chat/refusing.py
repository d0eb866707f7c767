"""The one answer of whoever may not speak here: the same words, whatever they tried, and whyever not."""

from __future__ import annotations

from runner.chat.cards import home, modals
from runner.chat.cards.help import HELP_PLAIN
from runner.chat.payloads import Delivery
from runner.chat.workspace import Workspace

__all__ = ["refuse"]


def refuse(workspace: Workspace, delivery: Delivery) -> None:
    """Answer as to a stranger. Raises SeveranceError when the answer cannot be delivered."""
    if delivery.kind == "home":
        workspace.home(delivery.user, home.plain())
    elif delivery.kind == "submit":
        workspace.show_after(delivery.view, modals.said("Done", HELP_PLAIN))
    elif delivery.answer_to:
        workspace.whisper(delivery.answer_to, HELP_PLAIN)

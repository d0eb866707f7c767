"""The one guard before everything: who may speak here at all.

Whoever is not pinned, is kept out, is a guest, a stranger from a connected workspace, a bot or deactivated
gets one and the same answer for whatever they try, and changes nothing; approvers are told. When Slack cannot
say who somebody is, they are nobody.
"""

from __future__ import annotations

import logging

from runner.chat.alarm import Alarm
from runner.chat.cards.escape import shown
from runner.chat.payloads import Delivery
from runner.chat.workspace import Workspace
from runner.desk.cases import Desk
from runner.desk.chat_line import ChatLine
from runner.errors import SeveranceError
from runner.telemetry.sink import said

__all__ = ["Guard"]

_log = logging.getLogger("severance.chat")


class Guard:
    """Judges deliveries."""

    def __init__(self, desk: Desk, line: ChatLine, workspace: Workspace, alarm: Alarm) -> None:
        """Send nothing yet."""
        self._desk, self._line, self._workspace, self._alarm = desk, line, workspace, alarm

    def admit(self, delivery: Delivery) -> str:
        """Return the id of the pinned person who did this, "" for everybody else."""
        chat = self._line.chat
        if (delivery.app, delivery.team) != (chat.app, chat.team):
            return ""
        return self._person(delivery)

    def report(self, delivery: Delivery) -> None:
        """Tell the approvers of somebody who was not let in; what was sent to another app is nobody's try.

        Called once that person has their answer: how long that takes must not tell whether they are known.
        """
        if delivery.app == self._line.chat.app:
            self._alarm.sound(
                f"refused/{delivery.user}",
                f"{self._line.chat.command} was tried by {shown(delivery.team)} {shown(delivery.user)}, "
                f"who may not use it ({delivery.kind}). Nothing was done.",
            )

    def _person(self, delivery: Delivery) -> str:
        person = self._line.pinned.get(delivery.user, "")
        if not person or person in self._desk.barred():
            return ""
        try:
            return person if self._workspace.member(delivery.user) else ""
        except SeveranceError as error:
            _log.warning("nobody is let in while Slack does not say who they are", extra=said(error=error))
            return ""

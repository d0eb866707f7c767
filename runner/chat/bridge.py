"""What every answer needs: the desk on one side, the workspace on the other, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass

from runner.chat.cards.help import HELP_PLAIN
from runner.chat.payloads import Delivery
from runner.chat.workspace import Workspace
from runner.desk.cases import Desk
from runner.desk.chat_line import ChatLine, Json
from runner.desk.claim import Claim
from runner.errors import RefusedError, SeveranceError
from runner.fleet.worker import Worker

__all__ = ["Asker", "Bridge"]

_UNKNOWN = "no such case for you"


@dataclass(frozen=True, slots=True)
class Bridge:
    """Desk and workspace, joined."""

    desk: Desk
    line: ChatLine
    workspace: Workspace
    runners: Worker


@dataclass(frozen=True, slots=True)
class Asker:
    """A person whom the guard let in, and what they did."""

    bridge: Bridge
    delivery: Delivery
    person: str

    @property
    def claim(self) -> Claim:
        """How the desk is told who acts: the pinned account, never a word from the delivery."""
        return Claim(None, None, account=self.delivery.user)

    @property
    def detail(self) -> str:
        """How much is told in the workspace at all."""
        return self.bridge.line.chat.detail

    def board(self, code: str) -> Json | None:
        """Return a case if it exists for this person, here; None otherwise, whatever the reason."""
        try:
            board = self.bridge.desk.board(code)
        except RefusedError:
            return None
        return None if board["off"] or self.person not in board["people"] else board

    def boards(self) -> list[Json]:
        """Return every case under way that exists for this person, here."""
        found = [self.board(code) for code in self.bridge.desk.codes()]
        return [each for each in found if each and each["outcome"] != "done"]

    def say(self, text: str) -> None:
        """Answer where only this person sees it."""
        self.bridge.workspace.whisper(self.delivery.answer_to, text)

    def spoken(self, error: SeveranceError) -> str:
        """Return an error in words for them; what is not there for them sounds like nothing at all."""
        if error.what == _UNKNOWN:
            return HELP_PLAIN
        return "\n".join(part for part in (error.what, error.remedy) if part)

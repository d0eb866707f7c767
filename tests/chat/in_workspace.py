"""A case at its approval, and the chat's own hands on the simulated workspace; nothing between them is replaced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from integrations.lab.company import RESPONDERS, SUBJECT, person
from integrations.lab.control import Control
from integrations.lab.slack import CASE_CHANNEL, PUBLIC_CHANNEL, SlackStandIn, slack_id
from runner.actions.values import Json
from runner.chat.alarm import Alarm
from runner.chat.cards.blocks import Card
from runner.chat.cards.case import cards
from runner.chat.channel import Channels
from runner.chat.posting import Poster
from runner.chat.workspace import Workspace
from tests.cases.company import LOCKDOWN, Company

__all__ = ["ID", "LOOKED", "SUBJECT_ID", "Room", "as_a_member"]

LOOKED = (
    """
  - phase: quiet
    covert: true
    steps:
      - {id: found, do: doors.find, accounts: [subject]}
"""
    + LOCKDOWN.partition("\n    steps:")[0]
    + "\n    steps:\n      - {id: it, task: Do it, by: [ir-oncall], within: 1h}\n"
)
"""Looks whom the case is about, then asks two people: all that a channel needs, in a second."""
ID = {each.name.split()[0].lower(): slack_id(each) for each in RESPONDERS}
SUBJECT_ID = slack_id(SUBJECT)


def as_a_member(mail: str, name: str) -> Callable[[str], str]:
    """Return an edit of the settings by which somebody of the company is a responder, pinned in the chat."""
    who = person(mail)
    line = (
        f'  - {{"id": "{name}", "name": "{who.name}", "mail": "{mail}", '
        f'"roles": ["security-leads"], "accounts": {{"slack": "{slack_id(who)}"}}}}\n'
    )
    return lambda text: text.replace("people:\n", f"people:\n{line}")


class Room:
    """The channel of one case, and who is in the workspace."""

    def __init__(self, company: Company, phases: str = LOOKED) -> None:
        self.company = company
        self.lab = Control(company.lab.settings_path.parent)
        self.lab.act(
            "okta", "drop-roles", {"mail": SUBJECT.mail}
        )  # an administrator's case stays out of the chat
        self.code = company.open(phases)
        company.run(self.code)
        self.line = company.desk.chat_line()
        self.workspace = Workspace(self.line)
        self.channels = Channels(self.line, self.workspace, Alarm(company.desk, self.line, self.workspace))
        self.poster = Poster(self.line, self.workspace)

    def board(self) -> Json:
        return self.company.desk.board(self.code)

    def ready(self) -> str:
        """Return the channel that may be posted to now; "" for none."""
        return self.channels.ready(self.board())

    def cards(self) -> list[Card]:
        return cards(self.board(), self.line.chat.detail, self.line.names, datetime.now(UTC))

    def look(self) -> str:
        """Do what the chat does at each look: check, then send what is due. Returns the channel."""
        if channel := self.ready():
            self.poster.bring_up_to_date(self.code, channel, self.cards())
        return channel

    def act(self, name: str, **given: Any) -> Any:
        return self.lab.act("slack", name, given)

    def state(self) -> Json:
        return self.lab.state("slack")

    def made(self) -> dict[str, Json]:
        """Return the channels the chat made, by id."""
        before = {CASE_CHANNEL, PUBLIC_CHANNEL, *self.state()["ims"].values()}
        return {key: each for key, each in self.state()["channels"].items() if key not in before}

    def members(self, channel: str) -> set[str]:
        """Return the people in a channel, the bot left out."""
        return set(self.state()["channels"][channel]["members"]) - {self.workspace.me()}

    def texts(self, channel: str) -> list[str]:
        return [each["text"] for each in self.state()["channels"][channel]["messages"]]

    def told(self, account: str) -> list[str]:
        """Return what somebody was told directly."""
        where = self.state()["ims"].get(account)
        return self.texts(where) if where else []

    @property
    def slack(self) -> SlackStandIn:
        """The workspace itself, for what no person and no app does to it."""
        stand_in = self.company.lab.services["slack"]
        assert isinstance(stand_in, SlackStandIn)
        return stand_in

    def asked(self, method: str) -> int:
        """Return how often a method was called."""
        return int(self.state()["calls"].get(method, 0))

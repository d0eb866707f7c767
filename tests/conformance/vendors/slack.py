"""Slack as a teller: a workspace begun anew, and a case for each of its actions."""

from __future__ import annotations

from integrations.lab.ledger import Ledger
from integrations.lab.server import StandIn
from integrations.lab.slack import CASE_CHANNEL, SlackStandIn
from runner.actions.values import Json
from tests.conformance.case import PAGE, Case
from tests.conformance.world import SECRET, Vendor

__all__ = ["CASES", "VENDOR"]


class SlackVendor(Vendor):
    def options(self) -> Json:
        return {"url": f"{self.url}/api/", "token": "env:X"}

    def fresh(self, ledger: Ledger) -> StandIn:
        return SlackStandIn("slack", ledger, token=SECRET)


VENDOR = SlackVendor
CASES = [
    Case(
        "slack.post_message", lambda slack, _: len(slack.state()["channels"][CASE_CHANNEL]["messages"]) == 1,
        arguments={"channel": CASE_CHANNEL, "text": PAGE.text}, ids=("channel",),
    ),
]  # fmt: skip

"""A signed webhook: a pager begun anew, and a case for its action."""

from __future__ import annotations

from integrations.lab.ledger import Ledger
from integrations.lab.server import StandIn
from integrations.lab.webhook import WebhookStandIn
from runner.actions.values import Json
from tests.conformance.case import CRLF, MAREN, PAGE, Case
from tests.conformance.world import SECRET, Vendor

__all__ = ["CASES", "VENDOR"]


class WebhookVendor(Vendor):
    def options(self) -> Json:
        return {"url": f"{self.url}/hooks/1", "secret": "env:X"}

    def fresh(self, ledger: Ledger) -> StandIn:
        return WebhookStandIn("webhook", ledger, secret=SECRET)


VENDOR = WebhookVendor
CASES = [
    Case(
        "webhook.send", lambda pager, _: [each["to"] for each in pager.state()["pages"]] == [[MAREN]],
        arguments={"to": [MAREN], "subject": "amber-falcon-7 needs you", "text": PAGE.text},
        ids=("to", "subject"), hostile=(CRLF,),  # names travel as JSON values: a slash in one bends nothing
    ),
]  # fmt: skip

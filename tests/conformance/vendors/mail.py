"""Mail: SMTP has no wire to share, so the house stays and forgets; and a case for its action."""

from __future__ import annotations

from integrations.lab.certificate import server_context
from integrations.lab.ledger import Ledger
from integrations.lab.mail import MailStandIn
from integrations.lab.server import StandIn
from runner.actions.values import Json
from tests.conformance.case import CRLF, MAREN, PAGE, Case
from tests.conformance.world import SECRET, Vendor

__all__ = ["CASES", "VENDOR"]


class MailVendor(Vendor):
    """SMTP has no wire to share: the house stays, and forgets."""

    def options(self) -> Json:
        tls = server_context(self.folder / "ca.pem")
        ledger = Ledger(self.folder / "mail.jsonl")
        self.house = MailStandIn("mail", ledger, tls=tls, user="severance", password=SECRET)
        self.house.start()
        return {
            "host": "127.0.0.1", "port": self.house.port, "user": "severance", "password": "env:X",
            "sender": "ops@fjordlight.example", "ca_file": self.folder / "ca.pem",
        }  # fmt: skip

    def renew(self) -> StandIn:
        self.house.messages.clear()
        self.house.ledger = Ledger(self.folder / f"mail-{next(self.turn)}.jsonl")
        self.standin = self.house
        return self.house

    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", self.house.port)

    def close(self) -> None:
        self.house.stop()
        self.wire.stop()


VENDOR = MailVendor
CASES = [
    Case(
        "mail.send", lambda mail, _: {tuple(each["to"]) for each in mail.messages} == {(MAREN,)},
        arguments={"to": [MAREN], "subject": "amber-falcon-7 needs you", "text": PAGE.text}, ids=("to",),
    ),
    Case(
        "mail.send", lambda mail, _: len(mail.messages) > 0, note="subject",
        arguments={"to": [MAREN], "subject": "amber-falcon-7 needs you", "text": PAGE.text},
        ids=("subject",), hostile=(CRLF,),
    ),
]  # fmt: skip

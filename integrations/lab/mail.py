"""Stand in for a submission server (RFC 6409): a real SMTP conversation on loopback, run by aiosmtpd.

It wants STARTTLS (530), then AUTH (530, 535 for a wrong password), refuses unknown mailboxes (550) and
keeps what it takes. The HTTP side inherited from `StandIn` carries the lab's control endpoints only.
Faults match `MAIL /`: `status` answers the text with that SMTP code, `reset` drops the connection before
the text is taken, `lose-answer` after; `delay` waits. `truncate` and `garbage` have no meaning here.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Mapping
from email import message_from_bytes
from email.policy import default
from typing import Any, AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from integrations.lab.faults import Fault
from integrations.lab.ledger import Ledger, arrival
from integrations.lab.server import StandIn
from runner.actions.values import Json

__all__ = ["MailStandIn"]

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's own; the ledger is the log


class MailStandIn(StandIn):
    """The mail server of the lab."""

    def __init__(
        self,
        name: str,
        ledger: Ledger,
        *,
        tls: ssl.SSLContext,
        user: str,
        password: str,
        latency_ms: float = 0.0,
    ) -> None:
        """tls: the server's certificate. user, password: the one account that may submit."""
        super().__init__(name, ledger, latency_ms=latency_ms)
        self.messages: list[dict[str, Json]] = []
        """Everything taken, oldest first: id, to (envelope), subject, raw."""
        self.unknown_mailboxes: set[str] = set()
        """Addresses answered with 550."""
        self.port = 0
        self._tls, self._account = tls, (user.encode(), password.encode())
        self._loop = asyncio.new_event_loop()
        self._smtp: threading.Thread | None = None

    def start(self, port: int = 0) -> str:
        """Listen for SMTP on `self.port` and for control on the URL returned; port 0 takes a free one."""
        listener = socket.create_server(("127.0.0.1", port))
        self.port = listener.getsockname()[1]
        ready = threading.Event()
        self._smtp = threading.Thread(target=self._run, args=(listener, ready), daemon=True)
        self._smtp.start()
        ready.wait()
        return super().start()

    def stop(self) -> None:
        """Close both listeners and every connection."""
        if self._smtp:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._smtp.join()
            self._smtp = None
        super().stop()

    def state(self) -> Json:
        """Return the messages taken, without their raw bytes."""
        shown = ("id", "to", "subject", "text")
        return {"messages": [{key: each[key] for key in shown} for each in self.messages]}

    def act(self, name: str, given: Mapping[str, Json]) -> Json:
        """Know the act `mailbox-is-gone` with an `address`: it is answered with 550 from now on."""
        if name != "mailbox-is-gone":
            return super().act(name, given)
        self.unknown_mailboxes.add(str(given["address"]))
        return {}

    def write_down(self, status: int, body: str, changed: str | None, fault: Fault | None) -> None:
        """Add one line to the ledger, of the same shape as an HTTP request's."""
        line = {"method": "MAIL", "path": "/", "query": "", "body": body, "user_agent": "", "status": status}
        at = {"at": arrival(), "service": self.name}
        self.ledger.append({**at, **line, "changed": changed, "fault": fault.kind if fault else None})

    def take(self, envelope: Envelope) -> str:
        """Store a message and return its Message-ID."""
        raw = envelope.original_content or b""
        message = message_from_bytes(raw, policy=default)
        text = message.get_body(("plain",))
        taken = {
            "id": str(message["Message-ID"]),
            "to": list(envelope.rcpt_tos),
            "subject": str(message["Subject"]),
            "text": text.get_content().replace("\r\n", "\n") if text else "",
            "raw": raw,
        }
        with self.lock:
            self.messages.append(taken)
        return str(taken["id"])

    def _run(self, listener: socket.socket, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(self._conversation, sock=listener))
        self._loop.call_soon(ready.set)
        self._loop.run_forever()
        server.close()
        conversations = asyncio.all_tasks(self._loop)
        for each in conversations:
            each.cancel()
        self._loop.run_until_complete(asyncio.gather(*conversations, return_exceptions=True))
        self._loop.close()

    def _conversation(self) -> SMTP:
        return _Patient(
            _Desk(self),
            latency_ms=self.latency_ms,
            tls_context=self._tls,
            require_starttls=True,
            auth_required=True,
            authenticator=self._judge,
            hostname="mail.fjordlight.example",
            ident="ESMTP",
            loop=self._loop,
        )

    def _judge(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _by: str, given: Any
    ) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == self._account
        if not right:
            self.write_down(535, "AUTH", None, None)
        return AuthResult(success=right, handled=False)


class _Patient(SMTP):
    """A conversation that answers as late as it is told to."""

    def __init__(self, desk: _Desk, *, latency_ms: float, **rest: Any) -> None:
        super().__init__(desk, **rest)
        self._latency_s = latency_ms / 1000

    async def push(self, status: AnyStr) -> None:
        await asyncio.sleep(self._latency_s)
        await super().push(status)

    def drop(self) -> None:
        """Reset the connection without an answer."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()


class _Desk:
    """What is decided about a message; aiosmtpd finds the methods by name."""

    def __init__(self, house: MailStandIn) -> None:
        self._house = house

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self._house.unknown_mailboxes:
            self._house.write_down(550, address, None, None)
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: _Patient, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self._house.faults.meet("MAIL", "/")
        await asyncio.sleep(fault.seconds if fault else 0)
        body = f"to {', '.join(envelope.rcpt_tos)}"
        if fault and fault.kind in {"status", "reset"}:
            self._house.write_down(fault.status if fault.kind == "status" else 0, body, None, fault)
            if fault.kind == "reset":
                server.drop()
            return f"{fault.status} 4.3.0 Not now"
        known = {each["id"] for each in self._house.messages}
        made = self._house.take(envelope)
        # The same Message-ID again is a resent page, not a second one.
        self._house.write_down(250, body, None if made in known else f"message {made}", fault)
        if fault and fault.kind == "lose-answer":
            server.drop()
        return "250 2.0.0 Taken"

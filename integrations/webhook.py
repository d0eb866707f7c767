"""A signed webhook, for pagers: one POST of JSON that the receiver can check, and count once.

The receiver computes HMAC-SHA256 (RFC 2104) with the shared secret over the bytes `TIMESTAMP.BODY`,
compares it with the header Severance-Signature (`v1=` and 64 hex digits) and refuses a timestamp more
than five minutes away. It answers 2xx, and 2xx again to an Idempotency-Key it has seen, which is also
the body's `id`: the header alone would not be covered by the signature.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Annotated
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, ConfigDict

from integrations.addresses import base_of
from integrations.answers import unreached, verdict
from integrations.carrier import Carrier, head_of
from integrations.wording import mark, printable, spoils_a_header
from runner.actions.contract import Context, Opening, action, service
from runner.actions.values import Changed, Doc, Json, Outcome, Refused
from runner.errors import CredentialsError, ServiceError

__all__ = ["Settings", "Webhook", "connect", "send"]

_SHORTEST = (
    16  # bytes of the secret; RFC 2104 section 3 wants as many as the hash has, common issuers give 24
)


class Settings(BaseModel):
    """Where the webhook goes, and the secret shared with its receiver."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    secret: str
    """A secret reference."""


class Webhook:
    """Signs bodies and posts them to one address."""

    def __init__(self, settings: Settings, opening: Opening) -> None:
        """Pin the address; nothing is sent. Raises SettingsError, CredentialsError."""
        base_of(settings.url, opening.name)  # fit to carry a signature; sent as written, last slash and all
        self._url, self._where = settings.url, opening.name
        self._secret = opening.secret(settings.secret).encode()
        if len(self._secret) < _SHORTEST:
            raise CredentialsError(f"the secret is shorter than {_SHORTEST} bytes", where=opening.name)
        self._carrier = Carrier(
            self._url,
            service=opening.name,
            gate=opening.gate,
            silence_s=opening.silence_s,
            answer_s=opening.answer_s,
            dated=opening.dated,
        )
        self._headers = {"User-Agent": opening.user_agent, "Content-Type": "application/json"}

    def post(self, body: Json, key: str) -> int:
        """Post once and return the status, below 300.

        Raises NotReached, AnswerLost, RateLimited, CredentialsError, ServiceRefused, WriteForbidden.
        """
        path = urlsplit(self._url).path
        with self._carrier.sent(self._signed(json.dumps(body).encode(), key)) as response:
            answer = head_of(response)  # the status is all: a body is not read, whatever its size
        if refusal := verdict(self._where, "POST", path, answer, "retry-after"):
            raise refusal
        return answer.status

    def ping(self) -> Json:
        """Reach the host with HEAD, which pages nobody; any status will do. Raises NotReached."""
        try:
            return {"status": self._carrier.carry("HEAD", self._url, self._headers, b"").status}
        except ServiceError as wrong:
            raise unreached(self._where, urlsplit(self._url).netloc) from wrong

    def close(self) -> None:
        """Close the connections."""
        self._carrier.close()

    def _signed(self, body: bytes, key: str) -> httpx2.Request:
        now = str(int(time.time()))
        signature = hmac.new(self._secret, now.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {
            **self._headers,
            "Idempotency-Key": key,
            "Severance-Timestamp": now,
            "Severance-Signature": f"v1={signature}",
        }
        return httpx2.Request("POST", self._url, content=body, headers=headers)


def _ping(webhook: Webhook) -> Json:
    return webhook.ping()


@service("webhook", settings=Settings, ping=_ping)
def connect(settings: Settings, opening: Opening) -> Webhook:
    """Prepare for one address; nothing is sent."""
    return Webhook(settings, opening)


@action(
    "webhook.send",
    kind="tell",
    repeat="keyed",  # the Idempotency-Key is the same on every attempt, and the receiver counts it once
    no_undo="a page that woke someone is not taken back; send another",
    scopes=("the shared secret",),
    source="RFC 2104; draft-ietf-httpapi-idempotency-key-header",
)
def send(
    ctx: Context,
    to: Annotated[list[str], Doc("Mail addresses of the people to wake; the receiver maps them to devices.")],
    subject: Annotated[str, Doc("One line in dull words: the case's code name, never what it is about.")],
    text: Annotated[str, Doc("Plain text.")],
) -> Outcome:
    """Wake people through a pager.

    The body is `{"id", "to", "subject", "text"}`. `after` holds id and the receiver's status.
    """
    if not to or any(spoils_a_header(each) for each in to):
        return Refused("a recipient is missing or holds unseen characters")
    if not subject.strip() or len(subject) > 200 or spoils_a_header(subject):
        return Refused("the subject must be one line of at most 200 visible characters")
    webhook, key = ctx.connection(Webhook), mark(ctx.key)
    body = {"id": key, "to": to, "subject": subject, "text": printable(text)}
    status = ctx.write(f"page {', '.join(to)}", lambda: webhook.post(body, key))
    return Changed(None, {"id": key, "url": "", "status": status})

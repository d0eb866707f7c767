"""Stand in for a pager: it checks the signature and the clock, and counts each Idempotency-Key once."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

from integrations.lab.ledger import Ledger
from integrations.lab.server import Reply, Request, StandIn, route
from runner.actions.values import Json

__all__ = ["WebhookStandIn"]

_TOLERANCE_S = 300  # as the integration's documentation asks of a receiver
_FIELDS = {"id", "to", "subject", "text"}


class WebhookStandIn(StandIn):
    """A receiver of signed pages at /hooks/1."""

    def __init__(self, name: str, ledger: Ledger, *, secret: str, latency_ms: float = 0.0) -> None:
        """secret: shared with the sender."""
        super().__init__(name, ledger, latency_ms=latency_ms)
        self.pages: dict[str, dict[str, Json]] = {}
        """Bodies by Idempotency-Key."""
        self._secret = secret.encode()

    def admit(self, request: Request) -> Reply | None:
        """Refuse an unsigned or a stale POST with 401."""
        if request.method != "POST":
            return None
        stamp = request.headers.get("severance-timestamp", "")
        if not stamp.isdecimal() or abs(time.time() - int(stamp)) > _TOLERANCE_S:
            return Reply(401, {"message": "the timestamp is missing or too far away"})
        wanted = hmac.new(self._secret, stamp.encode() + b"." + request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v1={wanted}", request.headers.get("severance-signature", "")):
            return Reply(401, {"message": "the signature does not fit"})
        return None

    @route("GET", "/hooks/1")
    def look(self, _request: Request) -> Reply:
        """Refuse to be read."""
        return Reply(405, {"message": "POST only"}, {"Allow": "POST"})

    @route("POST", "/hooks/1")
    def page(self, request: Request) -> Reply:
        """Take a page, or say again that it was taken."""
        body: Any = request.json()
        key = request.headers.get("idempotency-key", "")
        if not isinstance(body, dict) or set(body) != _FIELDS or not key or body["id"] != key:
            return Reply(400, {"message": "expected id, to, subject, text, and the id as Idempotency-Key"})
        if key in self.pages:
            same = self.pages[key] == body
            return Reply(200 if same else 422, {"message": "seen" if same else "this key had another body"})
        self.pages[key] = body
        return Reply(202, {"message": "taken"}, changed=f"page {key}")

    def state(self) -> Json:
        """Return the pages taken."""
        return {"pages": list(self.pages.values())}

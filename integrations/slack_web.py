"""Slack's Web API through `slack-sdk`: the library's own calls on our transport, with our errors.

What the library would do besides is left out: retries, redirects, proxies of the environment. It sends
every method with POST, those that only read as well, so each vendor says which of its methods read.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from integrations.addresses import base_of
from integrations.answers import Answer, lost, parsed, verdict
from integrations.carrier import Carrier
from integrations.rates import asked_wait_s
from integrations.wording import printable
from runner.actions.contract import Opening
from runner.actions.values import Json
from runner.errors import CredentialsError, RateLimited, ServiceError, ServiceRefused, SeveranceError

__all__ = ["SlackResponse", "SlackWeb", "reads_of"]

# Codes that say the token, or whoever it belongs to, may not: the tables of errors of each method at
# https://docs.slack.dev/reference/methods
_CREDENTIALS = frozenset(
    {"account_inactive", "invalid_auth", "missing_scope", "no_permission", "not_authed"}
    | {"token_expired", "token_revoked", "not_allowed_token_type"}
    | {"admin_unauthorized", "invalid_permissions", "not_an_admin", "user_must_be_admin"}
)
_HALF_DONE = frozenset({"fatal_error", "internal_error"})  # "possible some aspect of the operation succeeded"

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())
_log.setLevel(logging.WARNING)  # at DEBUG the library writes message texts down


def reads_of(*methods: str) -> str:
    """Return the pattern over `POST /path` of methods that only read, for `@service(reads=...)`."""
    return r"POST (/.*)?/(" + "|".join(map(re.escape, methods)) + ")"


class SlackWeb(WebClient):
    """The library's client on our transport: pinned host, gate, no redirects, no retries, our errors."""

    def __init__(self, url: str, token: str, opening: Opening, *, reads: str) -> None:
        """Prepare the client; nothing is sent.

        url: of the API, with `/api/`. token: the secret itself. reads: from `reads_of`; a lost answer to
        such a method changed nothing. Raises SettingsError for an unfit URL.
        """
        base = base_of(url, opening.name) + "/"
        super().__init__(
            token=token,
            base_url=base,
            user_agent_suffix=opening.user_agent,
            logger=_log,
            retry_handlers=[],
        )
        self._where, self._reads = opening.name, re.compile(reads)
        self._heard: ContextVar[list[bytes] | None] = ContextVar("slack_heard", default=None)
        self._carrier = Carrier(
            base,
            service=opening.name,
            gate=opening.gate,
            silence_s=opening.silence_s,
            answer_s=opening.answer_s,
            dated=opening.dated,
        )

    def close(self) -> None:
        """Close every connection."""
        self._carrier.close()

    def heard(self, call: Callable[[], SlackResponse]) -> tuple[SlackResponse, bytes]:
        """Make a call of this client; returns its answer, and the body as received."""
        bodies: list[bytes] = []
        listening = self._heard.set(bodies)
        try:
            answer = call()
        finally:
            self._heard.reset(listening)
        return answer, b"".join(bodies)

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """Send one request; the library's own version follows redirects and environment proxies."""
        path, content = urlsplit(url).path, req.data if isinstance(req.data, bytes) else b""
        headers, reads = dict(req.header_items()), self._only_reads(path)
        answer = self._carrier.carry(req.get_method(), url, headers, content, reads=reads)
        self._judge(path, answer)
        if (bodies := self._heard.get()) is not None:
            bodies.append(answer.body)
        return {"status": answer.status, "headers": answer.headers, "body": answer.body.decode()}

    def _judge(self, path: str, answer: Answer) -> None:
        """Raise for everything but an `ok` answer (https://docs.slack.dev/apis/web-api/#responses)."""
        kind = "GET" if self._only_reads(path) else "POST"
        if refusal := verdict(self._where, kind, path, answer, "retry-after"):
            raise refusal
        try:
            answer.body.decode()  # as the library reads it
            said = parsed(answer.body)
        except ValueError as wrong:
            raise self._lost(path, "the answer is not Slack's") from wrong
        if not isinstance(said, dict) or not isinstance(said.get("ok"), bool):
            raise self._lost(path, "the answer is not Slack's")
        if not said["ok"]:
            raise self._refusal(path, said, answer.headers)

    def _refusal(self, path: str, said: Mapping[str, Json], headers: Mapping[str, str]) -> SeveranceError:
        code = printable(str(said.get("error")))[:80]
        if code in _CREDENTIALS:
            needs = f"; it needs {printable(str(said['needed']))[:80]}" if said.get("needed") else ""
            remedy = "check the token of this service and its scopes"
            said_no = f"Slack refused the token: {code}{needs}"
            return CredentialsError(said_no, where=self._where, remedy=remedy)
        if code == "ratelimited":
            return RateLimited(
                f"{path}: {code}", wait_s=asked_wait_s("retry-after", headers), where=self._where
            )
        if code in _HALF_DONE:
            return self._lost(path, f"answered {code}")
        return ServiceRefused(f"{path} was answered with {code}", status=200, code=code, where=self._where)

    def _only_reads(self, path: str) -> bool:
        return self._reads.fullmatch(f"POST {path}") is not None

    def _lost(self, path: str, why: str) -> ServiceError:
        return lost(self._where, "POST", path, why, reads=self._only_reads(path))

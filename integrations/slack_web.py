"""Slack's Web API through `slack-sdk`: the library's own calls on our transport, with our errors.

What the library would do besides is left out: retries, redirects, proxies of the environment. It sends
every method with POST, those that only read as well, so each vendor says which of its methods read.
"""

from __future__ import annotations

import logging
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, Request

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from integrations.addresses import base_of, origin_of
from integrations.answers import Answer, asked_wait_s, lost, parsed, unreached, verdict
from integrations.wording import printable
from runner.actions.contract import Opening
from runner.actions.values import Json
from runner.errors import CredentialsError, RateLimited, ServiceError, ServiceRefused, SeveranceError

__all__ = ["SlackResponse", "SlackWeb", "reads_of"]

_PATIENCE_S = 30  # seconds between two bytes of the answer
_LARGEST = 32 << 20  # bytes of one answer: a page of a thousand users is about one MiB

# Codes that say the token, or whoever it belongs to, may not: the tables of errors of each method at
# https://docs.slack.dev/reference/methods
_CREDENTIALS = frozenset(
    {"account_inactive", "invalid_auth", "missing_scope", "no_permission", "not_authed"}
    | {"token_expired", "token_revoked", "not_allowed_token_type"}
    | {"admin_unauthorized", "invalid_permissions", "not_an_admin", "user_must_be_admin"}
)
_HALF_DONE = frozenset({"fatal_error", "internal_error"})  # "possible some aspect of the operation succeeded"
_NOTHING_SENT = (socket.gaierror, ConnectionRefusedError, ssl.SSLCertVerificationError)

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())
_log.setLevel(logging.CRITICAL)  # at DEBUG the library writes message texts down


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
        tls = ssl.create_default_context()
        super().__init__(
            token=token,
            base_url=base_of(url, opening.name) + "/",
            timeout=_PATIENCE_S,
            ssl=tls,
            user_agent_suffix=opening.user_agent,
            logger=_log,
            retry_handlers=[],
        )
        self._gate, self._where, self._reads = opening.gate, opening.name, re.compile(reads)
        self._heard: ContextVar[list[bytes] | None] = ContextVar("slack_heard", default=None)
        # No redirect, proxy or error handler: urllib then returns every answer as it came.
        self._opener = OpenerDirector()
        for handler in (HTTPHandler(), HTTPSHandler(context=tls)):
            self._opener.add_handler(handler)

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
        path = urlsplit(url).path
        if origin_of(url) != origin_of(self.base_url):
            raise ServiceError("a request to another host was stopped", where=self._where)
        self._gate.check(req.get_method(), path)
        try:
            with self._opener.open(req, timeout=_PATIENCE_S) as response:
                body = response.read(_LARGEST + 1)
        except URLError as wrong:  # what broke before an answer began
            if isinstance(wrong.reason, _NOTHING_SENT):
                raise unreached(self._where, urlsplit(url).netloc) from wrong
            raise self._lost(path, "the connection broke") from wrong
        except (OSError, HTTPException) as wrong:
            raise self._lost(path, "the connection broke or fell silent") from wrong
        self._judge(path, response, body)
        if (bodies := self._heard.get()) is not None:
            bodies.append(body)
        return {"status": response.status, "headers": response.headers, "body": body.decode()}

    def _judge(self, path: str, response: HTTPResponse, body: bytes) -> None:
        """Raise for everything but an `ok` answer (https://docs.slack.dev/apis/web-api/#responses)."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status, None, headers, b"")
        if refusal := verdict(self._where, self._kind(path), path, answer, "retry-after"):
            raise refusal
        try:
            body.decode()  # as the library reads it
            said: Mapping[str, Json] = dict(parsed(body))
        except (ValueError, TypeError) as wrong:
            raise self._lost(path, "the answer is not Slack's") from wrong
        if said.get("ok") is not True:
            raise self._refusal(path, said, headers)

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

    def _kind(self, path: str) -> str:
        return "GET" if self._reads.fullmatch(f"POST {path}") else "POST"

    def _lost(self, path: str, why: str) -> ServiceError:
        return lost(self._where, self._kind(path), path, why)

"""Slack messages through `slack-sdk`: dull words into a private channel, shown as typed."""

from __future__ import annotations

import json
import logging
import re
import socket
import ssl
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from typing import Annotated, Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, Request

from pydantic import BaseModel, ConfigDict
from slack_sdk import WebClient

from integrations.addresses import base_of, origin_of
from integrations.answers import Answer, asked_wait_s, lost, unreached, verdict
from integrations.wording import mark, printable
from runner.actions.contract import Context, Opening, action, service
from runner.actions.values import Changed, Doc, Json, Outcome, Refused, Unchanged
from runner.errors import CredentialsError, RateLimited, ServiceError, ServiceRefused, SeveranceError

__all__ = ["Settings", "Slack", "connect", "post_message"]

_PATIENCE_S = 30  # seconds between two bytes of the answer
_LARGEST = 4 << 20  # bytes of one answer
_LONGEST = (
    4_000  # characters; Slack advises this much and cuts at 40,000 (chat.postMessage, "Truncating content")
)
_LOOK_BACK = 200  # messages; a repeated step comes minutes after the first try, not after 200 messages
_EVENT = "severance_message"
_CHANNEL = re.compile(r"[CG][A-Z0-9]{6,20}", re.ASCII)  # an id: a name can be given to another channel

# Error codes as listed at https://docs.slack.dev/reference/methods/chat.postMessage#errors
_CREDENTIALS = frozenset(
    {"account_inactive", "invalid_auth", "missing_scope", "no_permission", "not_authed"}
    | {"token_expired", "token_revoked"}
)
_HALF_DONE = frozenset({"fatal_error", "internal_error"})  # "possible some aspect of the operation succeeded"
# Slack's library reads with POST too.
_READS = re.compile(r"POST (/.*)?/(auth\.test|conversations\.info|conversations\.history)")
_NOTHING_SENT = (socket.gaierror, ConnectionRefusedError, ssl.SSLCertVerificationError)

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())
_log.setLevel(logging.CRITICAL)  # at DEBUG the library writes message texts down


class Settings(BaseModel):
    """A workspace and the bot that speaks in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = "https://slack.com/api/"
    token: str
    """A secret reference to a bot token."""


class Slack(WebClient):
    """The library's client on our transport: pinned host, gate, no redirects, no retries, our errors."""

    def __init__(self, settings: Settings, opening: Opening) -> None:
        """Prepare the client; nothing is sent."""
        tls = ssl.create_default_context()
        super().__init__(
            token=opening.secret(settings.token),
            base_url=base_of(settings.url, opening.name) + "/",
            timeout=_PATIENCE_S,
            ssl=tls,
            user_agent_suffix=opening.user_agent,
            logger=_log,
            retry_handlers=[],
        )
        self._gate, self._where = opening.gate, opening.name
        # No redirect, proxy or error handler: urllib then returns every answer as it came.
        self._opener = OpenerDirector()
        for handler in (HTTPHandler(), HTTPSHandler(context=tls)):
            self._opener.add_handler(handler)

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
        return {"status": response.status, "headers": response.headers, "body": body.decode()}

    def _judge(self, path: str, response: HTTPResponse, body: bytes) -> None:
        """Raise for everything but an `ok` answer (https://docs.slack.dev/apis/web-api/#responses)."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        if refusal := verdict(
            self._where, "POST", path, Answer(response.status, None, headers, b""), "retry-after"
        ):
            raise refusal
        try:
            said: Mapping[str, Json] = dict(json.loads(body))
        except (ValueError, TypeError) as wrong:
            raise self._lost(path, "the answer is not Slack's") from wrong
        if said.get("ok") is not True:
            raise self._refusal(path, printable(str(said.get("error")))[:80], headers)

    def _refusal(self, path: str, code: str, headers: Mapping[str, str]) -> SeveranceError:
        if code in _CREDENTIALS:
            remedy = "check the token of this service and its scopes"
            return CredentialsError(f"Slack refused the token: {code}", where=self._where, remedy=remedy)
        if code == "ratelimited":
            return RateLimited(
                f"{path}: {code}", wait_s=asked_wait_s("retry-after", headers), where=self._where
            )
        if code in _HALF_DONE:
            return self._lost(path, f"answered {code}")
        return ServiceRefused(f"{path} was answered with {code}", status=200, code=code, where=self._where)

    def _lost(self, path: str, why: str) -> ServiceError:
        return lost(self._where, "GET" if _READS.fullmatch(f"POST {path}") else "POST", path, why)


def _ping(slack: Slack) -> Json:
    me = slack.auth_test()
    return {"user": me["user"], "team": me["team"]}


@service(
    "slack",
    settings=Settings,
    ping=_ping,
    reads=[_READS.pattern],
)
def connect(settings: Settings, opening: Opening) -> Slack:
    """Prepare a client for one workspace; nothing is sent."""
    return Slack(settings, opening)


@action(
    "slack.post_message",
    kind="tell",
    # Slack has no idempotency key. The mark travels in the message's metadata, and the channel's own
    # history (no search index) is read for it first; so a repeat after a lost answer posts nothing.
    repeat="keyed",
    no_undo="a message that was read stays read; post a correction",
    scopes=("chat:write", "groups:read", "groups:history"),
    source="Slack Web API: conversations.info, conversations.history, chat.postMessage",
)
def post_message(
    ctx: Context,
    channel: Annotated[
        str, Doc("Channel id, for example C0123456789; a private channel with the bot in it.")
    ],
    text: Annotated[str, Doc("Plain text of at most 4,000 characters, in dull words.")],
) -> Outcome:
    """Post one message; mentions, links and markup in it stay letters.

    `after` holds id (the message's `ts`), channel and text as Slack stored it.
    """
    if not _CHANNEL.fullmatch(channel):
        return Refused("that is no channel id")
    shown = _escaped(text)
    if not shown.strip() or len(shown) > _LONGEST:
        return Refused(f"a message has 1 to {_LONGEST} characters")
    slack = ctx.connection(Slack)
    if why := _open_to_others(ctx.read(lambda: slack.conversations_info(channel=channel))["channel"]):
        return Refused(why)
    if found := ctx.read(lambda: _marked(slack, channel, mark(ctx.key))):
        return Unchanged("this step's message is there", {"id": found, "url": "", "channel": channel})
    answer = ctx.write(f"post to {channel}", lambda: _post(slack, channel, shown, mark(ctx.key)))
    return Changed(
        None, {"id": answer["ts"], "url": "", "channel": channel, "text": answer["message"]["text"]}
    )


def _open_to_others(channel: Mapping[str, Json]) -> str:
    """Say why words in this channel could reach people who were not invited; "" when they could not."""
    if not channel.get("is_private"):
        return "the channel is public"
    if channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"):
        return "the channel is shared with another organisation"
    return "the channel is archived" if channel.get("is_archived") else ""


def _marked(slack: Slack, channel: str, wanted: str) -> str:
    history: Any = slack.conversations_history(channel=channel, limit=_LOOK_BACK, include_all_metadata=True)
    for each in history["messages"]:
        if each.get("metadata", {}).get("event_payload", {}).get("mark") == wanted:
            return str(each["ts"])
    return ""


def _post(slack: Slack, channel: str, text: str, marked: str) -> Any:
    return slack.chat_postMessage(
        channel=channel,
        text=text,
        mrkdwn=False,
        parse="none",
        link_names=False,
        unfurl_links=False,  # an unfurl fetches the address: it would tell its owner that we look
        unfurl_media=False,
        metadata={"event_type": _EVENT, "event_payload": {"mark": marked}},
    )


def _escaped(text: str) -> str:
    """Return text in which `<!channel>` and `<@U…>` are letters.

    https://docs.slack.dev/messaging/formatting-message-text/#escaping
    """
    return printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

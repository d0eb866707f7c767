"""Stand in for Slack's Web API, as far as messages go: one method a route, under /api/.

Slack answers 200 to nearly everything and says no in the body: https://docs.slack.dev/apis/web-api/#responses.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from integrations.lab.company import COMPANY
from integrations.lab.ledger import Ledger
from integrations.lab.server import Reply, Request, StandIn, route
from runner.actions.values import Json

__all__ = ["CASE_CHANNEL", "PUBLIC_CHANNEL", "Channel", "SlackStandIn"]

CASE_CHANNEL, PUBLIC_CHANNEL = "C0AMBER0001", "C0PUBLIC001"
_LONGEST = 40_000  # chat.postMessage, error msg_too_long
_BOT = {"user_id": "U0SEVERANCE", "bot_id": "B0SEVERANCE"}
_FIRST_TS = 1_790_000_000  # seconds; messages count up from here, so that every run reads the same

Handler = TypeVar("Handler", bound=Callable[..., Reply])


def method(name: str) -> Callable[[Handler], Handler]:
    """Mark a handler as the answer to one Web API method."""
    return route("POST", "/api/" + name.replace(".", r"\."))


@dataclass(slots=True)
class Channel:
    """A conversation as the bot sees it."""

    name: str
    is_private: bool = True
    is_member: bool = True
    is_archived: bool = False
    is_ext_shared: bool = False
    messages: list[dict[str, Json]] = field(default_factory=list)
    """Oldest first."""


class SlackStandIn(StandIn):
    """One workspace with a bot in it."""

    def __init__(self, name: str, ledger: Ledger, *, token: str, latency_ms: float = 0.0) -> None:
        """token: the bot's."""
        super().__init__(name, ledger, latency_ms=latency_ms)
        self.channels = {
            CASE_CHANNEL: Channel("amber-room"),
            PUBLIC_CHANNEL: Channel("general", is_private=False),
        }
        self._token = token

    def admit(self, request: Request) -> Reply | None:
        """Refuse a missing or wrong token, as auth.test does."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        given = given or _arguments(request).get("token", "")
        if not given:
            return _no("not_authed")
        return None if given == self._token else _no("invalid_auth")

    def unknown(self, request: Request) -> Reply:
        """Answer a method Slack does not have."""
        return _no("unknown_method", req_method=request.path.rpartition("/")[2])

    @method("auth.test")
    def auth_test(self, _request: Request) -> Reply:
        """Say who the token is."""
        return _yes(url=f"{self.url}/", team=COMPANY, user="severance", team_id="T0FJORDLIGHT", **_BOT)

    @method("conversations.info")
    def conversations_info(self, request: Request) -> Reply:
        """Describe a channel; a private one without the bot does not exist for it."""
        asked = _arguments(request).get("channel", "")
        channel = self.channels.get(asked)
        if channel is None or (channel.is_private and not channel.is_member):
            return _no("channel_not_found")
        names = ("name", "is_private", "is_member", "is_archived", "is_ext_shared")
        return _yes(channel={"id": asked, **{each: getattr(channel, each) for each in names}})

    @method("conversations.history")
    def conversations_history(self, request: Request) -> Reply:
        """Return messages, newest first; metadata only when asked for."""
        given = _arguments(request)
        channel = self.channels.get(given.get("channel", ""))
        if channel is None:
            return _no("channel_not_found")
        if not channel.is_member:
            return _no("not_in_channel")
        limit = int(given.get("limit", 100))
        if not 1 <= limit <= 999:
            return _no("invalid_limit")
        bare = str(given.get("include_all_metadata", "")).lower() not in {"1", "true"}
        newest = channel.messages[::-1][:limit]
        shown = [
            {key: value for key, value in each.items() if key != "metadata" or not bare} for each in newest
        ]
        return _yes(messages=shown, has_more=len(channel.messages) > limit)

    @method("chat.postMessage")
    def chat_post_message(self, request: Request) -> Reply:
        """Post a message into a channel the bot is in."""
        given = _arguments(request)
        channel = self.channels.get(str(given.get("channel", "")))
        if refusal := _refusal(channel, str(given.get("text", ""))):
            return _no(refusal)
        assert channel is not None  # _refusal answers channel_not_found
        metadata = given.get("metadata")
        if isinstance(metadata, str):
            metadata = json.loads(metadata)
        if metadata is not None and not {"event_type", "event_payload"} <= set(metadata):
            return _no("metadata_must_be_sent_with_event_type_and_payload")
        message = self._message(given, metadata)
        channel.messages.append(message)
        what = (metadata or {}).get("event_payload", {}).get("mark") or _digest(message["text"])
        made = _yes(channel=given["channel"], ts=message["ts"], message=message)
        return Reply(200, made.body, changed=f"message {given['channel']} {what}")

    def state(self) -> Json:
        """Return every channel with its messages."""
        return {
            key: {"name": each.name, "is_private": each.is_private, "messages": each.messages}
            for key, each in self.channels.items()
        }

    def _message(self, given: Mapping[str, Json], metadata: Json) -> dict[str, Json]:
        sent = sum(len(each.messages) for each in self.channels.values())
        message: dict[str, Json] = {
            "type": "message",
            "ts": f"{_FIRST_TS + sent}.000100",
            "user": _BOT["user_id"],
            "text": given["text"],
            "mrkdwn": _true(given.get("mrkdwn", True)),
            "unfurled": _true(given.get("unfurl_links", False)) or _true(given.get("unfurl_media", True)),
        }
        return {**message, "metadata": metadata} if metadata else message


def _refusal(channel: Channel | None, text: str) -> str:
    """Return the error code of chat.postMessage, "" when the message can be posted."""
    if channel is None or (channel.is_private and not channel.is_member):
        return "channel_not_found"
    if not channel.is_member:
        return "not_in_channel"
    if channel.is_archived:
        return "is_archived"
    if not text:
        return "no_text"
    return "msg_too_long" if len(text) > _LONGEST else ""


def _arguments(request: Request) -> dict[str, Json]:
    """Return a method's arguments from a JSON or a form body."""
    if request.headers.get("content-type", "").startswith("application/json"):
        return dict(request.json())
    return dict(request.form())


def _true(value: Json) -> bool:
    return value is True or str(value).lower() in {"1", "true"}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _yes(**body: Json) -> Reply:
    return Reply(200, {"ok": True, **body})


def _no(error: str, **body: Json) -> Reply:
    return Reply(200, {"ok": False, "error": error, **body})

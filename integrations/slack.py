"""Slack messages through `slack-sdk`: dull words into a private channel, shown as typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from integrations.slack_web import SlackWeb, reads_of
from integrations.wording import mark, printable
from runner.actions.contract import Context, Opening, action, service
from runner.actions.values import Changed, Doc, Json, Outcome, Refused, Unchanged

__all__ = ["Settings", "Slack", "connect", "post_message"]

_LONGEST = (
    4_000  # characters; Slack advises this much and cuts at 40,000 (chat.postMessage, "Truncating content")
)
_LOOK_BACK = 200  # messages; a repeated step comes minutes after the first try, not after 200 messages
_EVENT = "severance_message"
_CHANNEL = re.compile(r"[CG][A-Z0-9]{6,20}", re.ASCII)  # an id: a name can be given to another channel
_READS = reads_of(
    "auth.test",
    "conversations.info",
    "conversations.history",
    "apps.connections.open",  # lets us listen; nothing in the workspace changes
)


class Settings(BaseModel):
    """A workspace and the bot that speaks in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = "https://slack.com/api/"
    token: str
    """A secret reference to a bot token."""


class Slack(SlackWeb):
    """The library's client on our transport, for one workspace."""


def _ping(slack: Slack) -> Json:
    me = slack.auth_test()
    return {"user": me["user"], "team": me["team"]}


@service(
    "slack",
    settings=Settings,
    ping=_ping,
    reads=[_READS],
)
def connect(settings: Settings, opening: Opening) -> Slack:
    """Prepare a client for one workspace; nothing is sent."""
    return Slack(settings.url, opening.secret(settings.token), opening, reads=_READS)


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

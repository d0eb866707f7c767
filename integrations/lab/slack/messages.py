"""Messages: posted, changed, whispered, taken back, and answers to an interaction.

Source: https://docs.slack.dev/reference/methods?family=chat
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from integrations.lab.server import Reply, Request, route
from integrations.lab.slack.blocks import IN_MESSAGE, Judge
from integrations.lab.slack.conversations import Conversations
from integrations.lab.slack.modals import numbered
from integrations.lab.slack.people import APP, BOT, BOT_ID, TEAM
from integrations.lab.slack.web import Given, boolean, method, parsed, refused, yes
from integrations.lab.slack.workspace import Callback, Channel, No, Said
from runner.actions.values import Json

__all__ = ["Messages"]

_LONGEST, _LONGEST_EDIT = 40_000, 4_000  # characters of `text`, error msg_too_long
_BY = {"bot_id": BOT_ID, "app_id": APP, "team": TEAM}


class Messages(Conversations):
    """The methods about messages."""

    @method("chat.postMessage", "chat:write")
    def _post(self, given: Given) -> Reply:
        key = self._addressed(str(given.get("channel", "")))
        channel = self.world.entered(key)
        content = _content(given, _LONGEST)
        metadata = parsed(given.get("metadata"), "invalid_metadata_format")
        if metadata is not None and not {"event_type", "event_payload"} <= set(metadata):
            raise No("metadata_must_be_sent_with_event_type_and_payload")
        thread = str(given.get("thread_ts") or "")
        if thread and channel.message(thread) is None:
            raise No("thread_not_found")
        if wait := self.posts.wait(key):
            raise No("ratelimited", status=429, retry_after=wait)
        more = {"metadata": metadata} if metadata else {}
        more |= {"thread_ts": thread} if thread else {}
        message = self.world.say(channel, BOT, **content, **_BY, **_shown_as(given), **more)
        what = (metadata or {}).get("event_payload", {}).get("mark") or _digest(content)
        made = yes(channel=key, ts=message["ts"], message=_told(message))
        return Reply(200, made.body, changed=f"message {key} {what}")

    @method("chat.update", "chat:write")
    def _update(self, given: Given) -> Reply:
        key, _, message = self._own(given, "cant_update_message")
        kept = {} if given.get("blocks") is not None else {"blocks": message.get("blocks", [])}
        content = _content({**kept, **given}, _LONGEST_EDIT)
        if wait := self.updates.wait():
            raise No("ratelimited", status=429, retry_after=wait)
        self._change(key, message, content)
        return yes(channel=key, ts=message["ts"], text=content["text"], message=_told(message))

    @method("chat.delete", "chat:write")
    def _delete(self, given: Given) -> Reply:
        key, channel, message = self._own(given, "cant_delete_message")
        channel.messages.remove(message)
        return yes(channel=key, ts=message["ts"])

    @method("chat.postEphemeral", "chat:write")
    def _post_ephemeral(self, given: Given) -> Reply:
        key = str(given.get("channel", ""))
        channel = self.world.entered(key)
        if given.get("user") not in channel.members:
            raise No("user_not_in_channel")
        content = _content(given, _LONGEST)
        made = self.world.whisper(str(given["user"]), key, content["text"], content.get("blocks"))
        return yes(message_ts=made["ts"])

    @route("POST", r"/(actions|commands)/[^/]+/[^/]+/[^/]+")
    def _respond(self, request: Request) -> Reply:
        """Take an answer at a response_url; Slack says ok in plain text."""
        try:
            self._answer_at(self.world.use(request.path), request.json())
        except No as no:
            return Reply(no.status if no.status != 200 else 400, refused(no).body)
        return Reply(200, b"ok")

    def _answer_at(self, where: Callback, given: Json) -> None:
        channel = self.channels[where.channel]
        if given.get("delete_original"):
            channel.messages = [each for each in channel.messages if each["ts"] != where.ts]
            return
        content = _content(given, _LONGEST)
        original = channel.message(where.ts)
        if given.get("replace_original") and original:
            self._change(where.channel, original, content)
        elif given.get("response_type") == "in_channel":
            self.world.say(channel, BOT, **content, **_BY)
        else:
            self.world.whisper(where.user, where.channel, content["text"], content.get("blocks"))

    def _addressed(self, asked: str) -> str:
        """Return a channel's id; a person's stands for the direct messages with them."""
        key = self.direct(asked) if asked in self.world.users else asked
        if key in self.channels and self.channels[key].im and not self.messages_tab:
            raise No("messages_tab_disabled")
        return key

    def _own(self, given: Given, error: str) -> tuple[str, Channel, Said]:
        key = str(given.get("channel", ""))
        channel = self.world.visible(key)
        if channel.is_archived:
            raise No("is_inactive")
        message = channel.message(str(given.get("ts", "")))
        if message is None:
            raise No("message_not_found")
        if message["user"] != BOT:
            raise No(error)
        return key, channel, message

    def _change(self, key: str, message: Said, content: Mapping[str, Json]) -> None:
        edits = message.get("edits", 0) + 1
        message |= {**content, "edits": edits, "edited": {"user": BOT, "ts": f"{self.world.clock():.6f}"}}
        self.world.edits.append({"channel": key, "ts": message["ts"], "at": self.world.clock()})


def _content(given: Given, longest: int) -> dict[str, Json]:
    """Return text and blocks that Slack accepts. Raises No."""
    text = str(given.get("text") or "")
    blocks = parsed(given.get("blocks"), "invalid_blocks_format")
    if not text and not blocks:
        raise No("no_text")
    if len(text) > longest:
        raise No("msg_too_long")
    if blocks is None:
        return {"text": text}
    judge = Judge()
    judge.blocks(blocks, IN_MESSAGE)
    if judge.wrong:
        raise No("invalid_blocks", errors=judge.wrong, response_metadata={"messages": judge.wrong})
    return {"text": text, "blocks": numbered(blocks)}


def _shown_as(given: Given) -> dict[str, Json]:
    unfurled = boolean(given.get("unfurl_links", False)) or boolean(given.get("unfurl_media", True))
    return {"mrkdwn": boolean(given.get("mrkdwn", True)), "unfurled": unfurled}


def _told(message: Said) -> Said:
    """Return a message without what the lab alone knows."""
    return {key: value for key, value in message.items() if key not in {"mrkdwn", "unfurled", "edits"}}


def _digest(content: Mapping[str, Json]) -> str:
    told = json.dumps(content) if content.get("blocks") else str(content["text"])
    return hashlib.sha256(told.encode()).hexdigest()[:16]

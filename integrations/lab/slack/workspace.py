"""What the simulated workspace holds: channels, messages, tickets of one use, and what people saw."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from integrations.lab.company import RESPONDERS
from integrations.lab.slack.pace import AS_SLACK, Clock, Timing
from integrations.lab.slack.people import BOT, Member, everybody, slack_id
from runner.actions.values import Json

__all__ = ["CASE_CHANNEL", "PUBLIC_CHANNEL", "Callback", "Channel", "No", "Said", "Workspace"]

CASE_CHANNEL, PUBLIC_CHANNEL = "C0AMBER0001", "C0PUBLIC001"
_FIRST_TS = 1_790_000_000  # seconds; messages count up from here, so that every run reads the same
_REPLIES, _REPLY_S = 5, 1_800  # uses and life of a response_url: docs.slack.dev, "Handling user interaction"


class No(Exception):
    """Slack says no: an error code, and what is told besides."""

    def __init__(self, error: str, *, status: int = 200, retry_after: int = 0, **more: Json) -> None:
        """retry_after: seconds, of a 429."""
        super().__init__(error)
        self.error, self.status, self.retry_after, self.more = error, status, retry_after, more


Said = dict[str, Json]
"""A message as Slack stores it."""


@dataclass(slots=True)
class Channel:
    """A conversation; the bot's membership is `is_member`, people's are `members`."""

    name: str
    is_private: bool = True
    is_member: bool = True
    is_archived: bool = False
    is_ext_shared: bool = False
    messages: list[Said] = field(default_factory=list)
    """Oldest first."""
    members: list[str] = field(default_factory=list)
    """User ids of people, in the order in which they came."""
    topic: str = ""
    created: int = _FIRST_TS
    is_pending_ext_shared: bool = False
    """Another company was invited to it, and has not answered."""
    im: str = ""
    """The person it is a direct message with."""

    @property
    def everyone(self) -> list[str]:
        """All members, the bot included."""
        return [*([BOT] if self.is_member else []), *self.members]

    def message(self, ts: str) -> Said | None:
        """Return the message of this time."""
        return next((each for each in self.messages if each["ts"] == ts), None)


@dataclass(slots=True)
class _Trigger:
    user: str
    at: float
    spent: bool = False


@dataclass(slots=True)
class Callback:
    """A response_url: where an app may answer an interaction for a while."""

    user: str
    channel: str
    ts: str
    """Of the message it came from; empty for a command."""
    at: float
    used: int = 0


class Workspace:
    """One team with its people."""

    def __init__(self, clock: Clock, timing: Timing = AS_SLACK) -> None:
        """Everybody of the company is in #general, the responders in a case's channel."""
        self.clock, self.timing = clock, timing
        self.users: dict[str, Member] = everybody()
        full = [
            key
            for key, each in self.users.items()
            if not (each.is_bot or each.deleted or each.is_restricted or each.is_stranger)
        ]
        self.channels: dict[str, Channel] = {
            CASE_CHANNEL: Channel("amber-room", members=[slack_id(each) for each in RESPONDERS]),
            PUBLIC_CHANNEL: Channel("general", is_private=False, members=full),
        }
        self.ephemerals: dict[str, list[Said]] = {}
        self.failures: list[dict[str, Json]] = []
        self.edits: list[dict[str, Json]] = []
        self.calls: Counter[str] = Counter()
        self._triggers: dict[str, _Trigger] = {}
        self._callbacks: dict[str, Callback] = {}
        self._said = self._made = 0

    def visible(self, key: str) -> Channel:
        """Return a channel; a private one without the bot does not exist for it. Raises No."""
        channel = self.channels.get(key)
        if channel is None or (channel.is_private and not channel.is_member):
            raise No("channel_not_found")
        return channel

    def entered(self, key: str) -> Channel:
        """Return a channel the bot is in and may write to. Raises No."""
        channel = self.visible(key)
        if not channel.is_member:
            raise No("not_in_channel")
        if channel.is_archived:
            raise No("is_archived")
        return channel

    def new_channel(self, name: str, *, is_private: bool) -> str:
        """Create a channel with the bot in it, and return its id."""
        key = self.next_id("C0CASE")
        self.channels[key] = Channel(name, is_private=is_private, created=int(self.clock()))
        return key

    def im(self, user: str) -> str:
        """Return the id of the bot's direct messages with a person, opened when there were none."""
        for key, each in self.channels.items():
            if each.im == user:
                return key
        key = self.next_id("D0DIRECT")
        self.channels[key] = Channel("directmessage", members=[user], im=user)
        return key

    def next_id(self, prefix: str) -> str:
        """Return a new id."""
        self._made += 1
        return f"{prefix}{self._made:05d}"

    def next_ts(self) -> str:
        """Return the time of the next message."""
        self._said += 1
        return f"{_FIRST_TS + self._said - 1}.000100"

    def say(self, channel: Channel, user: str, text: str, **more: Json) -> Said:
        """Put a message into a channel and return it."""
        message: Said = {"type": "message", "ts": self.next_ts(), "user": user, "text": text, **more}
        channel.messages.append(message)
        return message

    def whisper(self, user: str, channel: str, text: str, blocks: Json = None) -> Said:
        """Show a person a message nobody else sees and no history keeps."""
        message: Said = {"channel": channel, "ts": self.next_ts(), "text": text, "blocks": blocks or []}
        self.ephemerals.setdefault(user, []).append(message)
        return message

    def failed(self, user: str, what: str) -> None:
        """Let a person see Slack's own error."""
        self.failures.append({"user": user, "what": what})

    def trigger(self, user: str) -> str:
        """Return a new trigger_id of a person's action."""
        made = f"{self.next_id('9')}.{_FIRST_TS}.{secrets.token_hex(16)}"
        self._triggers[made] = _Trigger(user, self.clock())
        return made

    def exchange(self, trigger: str) -> str:
        """Spend a trigger_id and return whose it is. Raises No."""
        found = self._triggers.get(trigger)
        if found is None:
            raise No("invalid_trigger_id")
        if found.spent:
            raise No("exchanged_trigger_id")
        if self.clock() - found.at > self.timing.trigger_s:
            raise No("expired_trigger_id")
        found.spent = True
        return found.user

    def callback(self, user: str, channel: str, ts: str = "") -> str:
        """Return the path of a new response_url."""
        kind = "actions" if ts else "commands"
        path = f"/{kind}/T0FJORDLIGHT/{self.next_id('7')}/{secrets.token_hex(12)}"
        self._callbacks[path] = Callback(user, channel, ts, self.clock())
        return path

    def use(self, path: str) -> Callback:
        """Use a response_url once. Raises No when it is unknown, used up or too old."""
        found = self._callbacks.get(path)
        if found is None:
            raise No("invalid_url", status=404)
        if self.clock() - found.at > _REPLY_S:
            raise No("expired_url", status=404)
        if found.used >= _REPLIES:
            raise No("used_url", status=404)
        found.used += 1
        return found

    def state(self) -> dict[str, Json]:
        """Return what is there, and what people saw."""
        users = {
            key: {
                "name": each.name, "mail": each.mail, "is_bot": each.is_bot, "deleted": each.deleted,
                "is_restricted": each.is_restricted, "is_ultra_restricted": each.is_ultra_restricted,
                "is_stranger": each.is_stranger, "is_admin": each.is_admin,
            }
            for key, each in self.users.items()
        }  # fmt: skip
        return {
            "channels": {key: _seen(each) for key, each in self.channels.items()},
            "users": users,
            "ephemerals": self.ephemerals,
            "ims": {each.im: key for key, each in self.channels.items() if each.im},
            "failures": self.failures,
            "calls": dict(self.calls),
            "edits": self.edits,
        }


def _seen(channel: Channel) -> Mapping[str, Json]:
    traits = ("name", "is_private", "is_archived", "is_ext_shared", "is_pending_ext_shared", "topic")
    blank: dict[str, Json] = {"blocks": [], "thread_ts": "", "edited": None, "edits": 0}
    return {
        **{each: getattr(channel, each) for each in traits},
        "members": channel.everyone,
        "messages": [{**blank, **each} for each in channel.messages],
    }

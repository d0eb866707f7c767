"""What the app asks of a workspace: its manifest, and the page that says why each permission is needed.

One table feeds both, so that neither can ask for, or excuse, what the other does not know. Limits are those
of Slack's manifest schema: https://github.com/slackapi/manifest-schema, schemas/manifest.schema.2.0.0.json.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.errors import RefusedError, UsageError

__all__ = [
    "APP_SCOPES", "COMMAND", "EVENTS", "FREE_CALLS", "NAME", "SCOPES", "SHORTCUT", "Permission", "manifest",
    "why_each", "written",
]  # fmt: skip

NAME, COMMAND = "Ops Desk", "/ops"
"""What every member of the workspace sees, unless told otherwise: dull words."""

SHORTCUT = "note"
"""`callback_id` of the one message shortcut."""

_ABOUT = "Operations desk"
_NAME_LONGEST = 35
_COMMAND_FORM = re.compile(r"/[a-z][a-z0-9_-]{0,30}")  # as `chat.command` in the settings


@dataclass(frozen=True, slots=True)
class Permission:
    """A scope or an event: why it is needed, and which calls need it."""

    name: str
    why: str
    used_by: tuple[str, ...] = ()


SCOPES = (
    Permission("commands", "the one slash command, and *Keep as a note* in a message's menu"),
    Permission(
        "chat:write",
        "cards in the case's channel, edited in place; word to the approvers",
        ("chat.postMessage", "chat.update"),
    ),
    Permission(
        "groups:read",
        "before every post: is the channel still private and unshared, and who is in it",
        ("conversations.info", "conversations.members"),
    ),
    Permission(
        "groups:write",
        "make a case's private channel, and invite people one by one",
        ("conversations.create", "conversations.invite"),
    ),
    Permission(
        "im:write", "tell the approvers, each alone, that somebody tried who may not", ("conversations.open",)
    ),
    Permission(
        "users:read",
        "is this id a guest, a stranger from another organisation, a bot, deactivated",
        ("users.info",),
    ),
)
"""Of the bot token (https://docs.slack.dev/reference/scopes); there is no user token."""

APP_SCOPES = (
    Permission(
        "connections:write",
        "open the WebSocket that everything comes through: no port listens on our side",
        ("apps.connections.open",),
    ),
)
"""Of the app-level token, which a manifest cannot hold: it is made by hand, under Basic Information."""

FREE_CALLS = ("auth.test", "views.open", "views.update", "views.publish")
"""Calls that need no scope. What one person alone sees goes to the address that came with their act."""

EVENTS = (
    Permission("app_home_opened", "show what waits for this person; to everybody else, a plain page"),
    Permission(
        "member_joined_channel", "somebody came into a case's channel: forget who was in it, look again"
    ),
    Permission("member_left_channel", "somebody left a case's channel: forget who was in it, look again"),
    Permission("channel_shared", "a case's channel was opened to another organisation: move the case"),
)
"""What Slack tells us by itself; of private channels only those the bot is in, by `groups:read`."""

_NOT_ASKED = (
    Permission("channels:*", "public channels are none of its business"),
    Permission(
        "groups:history, im:history", "it reads no message; *Keep as a note* sends the one that is meant"
    ),
    Permission("users:read.email", "people are known by ids pinned in the settings, never by an address"),
    Permission("files:write", "evidence does not travel through chat; what is long goes into a thread"),
    Permission("a user token", "it never acts as a person"),
)

_BESIDES = (
    "A playbook that uses the action `slack.post_message` needs `groups:history` besides: the action looks "
    "whether its message is there already. Give it a bot of its own, so that this one reads nothing."
)

_TELLING = (
    "breach", "compromise", "counterintel", "dprk", "evidence", "exfil", "extort", "fired", "forensic",
    "fraud", "hostile", "incident", "insider", "investigat", "korea", "leak", "lockdown", "malware",
    "misconduct", "offboard", "ransom", "security", "secops", "severance", "surveil", "suspect",
    "terminat", "threat", "whistle",
)  # fmt: skip
"""Beginnings of words that would tell the whole workspace, and the subject in it, what the app is for."""


def manifest(name: str, command: str, playbooks: Collection[str] = ()) -> dict[str, Any]:
    """Return the manifest of an app with this name and command, as Slack takes it (version 2).

    playbooks: names that neither may hold. Raises UsageError for what Slack does not take, and RefusedError
    for a word that would tell what the app is for: every member of the workspace sees both.
    """
    _fits(name, command)
    _dull(name, "--name", playbooks)
    _dull(command, "--command", playbooks)
    note = {
        "name": "Keep as a note",
        "type": "message",
        "callback_id": SHORTCUT,
        "description": "Keep as a note",
    }
    # As typed: an address or a mention in a command is text to us, and Slack is not to turn it into a link.
    slash = {"command": command, "description": _ABOUT, "usage_hint": "help", "should_escape": False}
    return {
        "_metadata": {"major_version": 2},
        "display_information": {"name": name, "description": _ABOUT},
        "features": {
            # Without a messages tab Slack delivers no direct message of the bot's; nobody need write into it.
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": name, "always_online": False},
            "shortcuts": [note],
            "slash_commands": [slash],
        },
        "oauth_config": {"scopes": {"bot": [each.name for each in SCOPES]}},
        "settings": {
            "event_subscriptions": {"bot_events": [each.name for each in EVENTS]},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def written(app: Mapping[str, Any]) -> str:
    """Return a manifest as one YAML document; its values are JSON, which YAML is (YAML 1.2, section 1.3)."""
    return "".join(f"{line}\n" for line in _lines(app, ""))


def why_each() -> str:
    """Return the page that says why each permission is needed, in Markdown."""
    parts = (
        "| scope of the bot | why | calls |\n| --- | --- | --- |",
        *(f"| `{each.name}` | {each.why} | {_calls(each.used_by)} |" for each in SCOPES),
        f"| none | forms and home tabs; whose token it is | {_calls(FREE_CALLS)} |",
        "",
        "| scope of the app-level token | why | calls |\n| --- | --- | --- |",
        *(f"| `{each.name}` | {each.why} | {_calls(each.used_by)} |" for each in APP_SCOPES),
        "",
        "| event | why |\n| --- | --- |",
        *(f"| `{each.name}` | {each.why} |" for each in EVENTS),
        "",
        "| not asked for | why not |\n| --- | --- |",
        *(f"| {_named(each.name)} | {each.why} |" for each in _NOT_ASKED),
        "",
        _BESIDES,
    )
    return "\n".join(parts) + "\n"


def _fits(name: str, command: str) -> None:
    if not name.strip() or len(name) > _NAME_LONGEST or not name.isprintable():
        raise UsageError(f"a name has 1 to {_NAME_LONGEST} characters, on one line", where="--name")
    if not _COMMAND_FORM.fullmatch(command):
        form = "a slash, a small letter, then up to 30 of a-z, 0-9, _ and -"
        raise UsageError(f"{command!r} is no command: {form}", where="--command")


def _dull(words: str, where: str, playbooks: Collection[str]) -> None:
    squeezed = _squeezed(words)
    telling = [each for each in (*_TELLING, *playbooks) if _squeezed(each) in squeezed]
    if telling:
        raise RefusedError(
            f"{words!r} tells what it is for ({telling[0]}), and every member of the workspace would see it",
            where=where,
            remedy=f"choose dull words, such as {NAME!r} and {COMMAND}",
        )


def _squeezed(words: str) -> str:
    """Return the letters and digits alone, so that no dash, space or wide letter hides a word."""
    folded = unicodedata.normalize("NFKD", words).casefold()
    return "".join(each for each in folded if each.isalnum())


def _lines(value: Mapping[str, Any], margin: str) -> Iterator[str]:
    for key, each in value.items():
        if isinstance(each, Mapping):
            yield f"{margin}{key}:"
            yield from _lines(each, f"{margin}  ")
        elif isinstance(each, list):
            yield f"{margin}{key}:"
            yield from (f"{margin}  - {_json(one)}" for one in each)
        else:
            yield f"{margin}{key}: {_json(each)}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _calls(names: Sequence[str]) -> str:
    return ", ".join(f"`{each}`" for each in names) or "none"


def _named(name: str) -> str:
    return ", ".join(f"`{each}`" if ":" in each else each for each in name.split(", "))

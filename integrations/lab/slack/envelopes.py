"""What Slack tells an app of what people do: the payloads, as it shapes them.

Sources: https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/apis/events-api
"""

from __future__ import annotations

from collections.abc import Mapping

from integrations.lab.slack.people import APP, BOT, TEAM, TEAM_DOMAIN, Member
from integrations.lab.slack.workspace import Channel, Said
from runner.actions.values import Json

__all__ = ["action", "channel_of", "command", "event", "interaction", "seen_message", "user_of"]

_TOKEN = "verification-token-nobody-should-use"
_OURS = {"token": _TOKEN, "api_app_id": APP}
_NO_ORG = {"enterprise": None, "is_enterprise_install": False}


def user_of(someone: Member) -> dict[str, Json]:
    """Return a person as payloads name them."""
    return {
        "id": someone.id,
        "username": someone.login,
        "name": someone.login,
        "team_id": someone.team,
    }


def channel_of(key: str, channel: Channel) -> dict[str, Json]:
    """Return a channel as payloads name it: a private one is never called by its name."""
    name = "privategroup" if channel.is_private else channel.name
    return {"id": key, "name": "directmessage" if channel.im else name}


def command(
    someone: Member, where: Mapping[str, Json], name: str, text: str, *, trigger: str, response_url: str
) -> dict[str, Json]:
    """Return a slash command; where: as of `channel_of`."""
    return {
        **_OURS,
        "team_id": someone.team,
        "team_domain": TEAM_DOMAIN,
        "channel_id": where["id"],
        "channel_name": where["name"],
        "user_id": someone.id,
        "user_name": someone.login,
        "command": name,
        "text": text,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger,
    }


def interaction(kind: str, someone: Member, **more: Json) -> dict[str, Json]:
    """Return a block_actions, message_action, view_submission or view_closed payload."""
    who = {"user": user_of(someone), "team": {"id": TEAM, "domain": TEAM_DOMAIN}}
    return {"type": kind, **_OURS, **_NO_ORG, **who, **more}


def action(element: Mapping[str, Json], block: str, told: Mapping[str, Json], at: float) -> dict[str, Json]:
    """Return one entry of `actions`; told: what the element says, at: seconds."""
    shown = {"text": element["text"]} if "text" in element else {}
    own = {"action_id": element["action_id"], "block_id": block, "action_ts": f"{at:.6f}"}
    return {**own, **shown, **told}


def seen_message(message: Said) -> Said:
    """Return a message as payloads carry it."""
    hidden = {"mrkdwn", "unfurled", "edits", "metadata"}
    return {key: value for key, value in message.items() if key not in hidden}


def event(inner: Mapping[str, Json], number: str, at: float) -> dict[str, Json]:
    """Return an event_callback; number: a new event id, at: seconds."""
    who = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True}
    return {
        **_OURS,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "type": "event_callback",
        "event": {**inner, "event_ts": f"{at:.6f}"},
        "event_id": number,
        "event_time": int(at),
        "authorizations": [{**who, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
    }

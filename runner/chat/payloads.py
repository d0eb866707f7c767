"""Reads what Slack delivers into one shape; whatever has another shape is nothing.

Every field is untrusted: anybody in the workspace, and some who are not, can make Slack send us one.
Shapes: https://docs.slack.dev/reference/interaction-payloads, https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/apis/events-api.
"""  # fmt: skip

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Delivery", "Kind", "fits", "read"]

Kind = Literal["command", "button", "submit", "close", "shortcut", "home", "members"]

_INTERACTIONS: Mapping[str, Kind] = {
    "block_actions": "button",
    "view_submission": "submit",
    "view_closed": "close",
    "message_action": "shortcut",
    "shortcut": "shortcut",
}
_EVENTS: Mapping[str, Kind] = {
    "app_home_opened": "home",
    "member_joined_channel": "members",
    "member_left_channel": "members",
    "channel_shared": "members",
    "channel_unshared": "members",
}
_ENVELOPES: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "slash_commands": lambda payload: "command" in payload,
    "events_api": lambda payload: payload.get("type") == "event_callback",
    "interactive": lambda payload: _text(payload, "type") in _INTERACTIONS,
}
_USER, _TEAM, _APP = (re.compile(rf"[{first}][A-Z0-9]+", re.ASCII) for first in ("UW", "TE", "A"))
_NOBODY = "-"
"""Who did what happened by itself: a channel was shared."""
_COMMAND = re.compile(r"/\S{1,32}")
_LONGEST = 4000  # characters of one field: what people type here is far shorter


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing a person did, as far as Slack says."""

    kind: Kind
    key: str
    """The same for every copy of it."""
    user: str
    team: str
    """Of the person; another than the workspace's own is a stranger, connected or not."""
    app: str
    name: str = ""
    """A button's action, a form's or shortcut's callback, an event's type."""
    text: str = ""
    """What follows the command, or the message a shortcut was used on."""
    value: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
    """What a form carried since it was opened (`private_metadata`)."""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What was filled in, by field."""
    trigger: str = ""
    """Opens one form, within three seconds."""
    answer_to: str = ""
    """Where an answer only this person sees is sent."""
    view: str = ""
    channel: str = ""


def fits(envelope: Mapping[str, Any]) -> bool:
    """Tell whether an envelope is one Slack would send: an id, a type, and a payload of that type."""
    kind, payload = envelope.get("type"), envelope.get("payload")
    named = isinstance(envelope.get("envelope_id"), str) and envelope["envelope_id"] != ""
    known = _ENVELOPES.get(kind) if isinstance(kind, str) else None
    return named and known is not None and isinstance(payload, dict) and known(payload)


def read(payload: Mapping[str, Any]) -> Delivery | None:
    """Return what was delivered, None for what is nothing we know or is malformed."""
    try:
        return _read(payload) if isinstance(payload, dict) else None
    except RecursionError:  # nested deeper than anything Slack sends
        return None


def _read(payload: Mapping[str, Any]) -> Delivery | None:
    if "command" in payload:
        return _command(payload)
    if payload.get("type") == "event_callback":
        return _event(payload)
    kind = _INTERACTIONS.get(_text(payload, "type"))
    return _interaction(payload, kind) if kind else None


def _command(given: Mapping[str, Any]) -> Delivery | None:
    return _whole(
        Delivery(
            "command",
            _key(given, "trigger_id"),
            _text(given, "user_id"),
            _text(given, "team_id"),
            _text(given, "api_app_id"),
            name=_text(given, "command"),
            text=_text(given, "text"),
            trigger=_text(given, "trigger_id"),
            answer_to=_text(given, "response_url"),
            channel=_text(given, "channel_id"),
        )
    )


def _event(given: Mapping[str, Any]) -> Delivery | None:
    event = _part(given, "event")
    kind = _EVENTS.get(_text(event, "type"))
    if kind is None:
        return None
    return _whole(
        Delivery(
            kind,
            _key(given, "event_id"),
            _text(event, "user") or (_NOBODY if kind == "members" else ""),
            _text(event, "team") or _text(given, "team_id"),
            _text(given, "api_app_id"),
            name=_text(event, "type"),
            channel=_text(event, "channel"),
        )
    )


def _interaction(given: Mapping[str, Any], kind: Kind) -> Delivery | None:
    user, view, action = _part(given, "user"), _part(given, "view"), _first(given, "actions")
    return _whole(
        Delivery(
            kind,
            _key(given, "trigger_id"),
            _text(user, "id"),
            _text(user, "team_id") if "team_id" in user else _text(_part(given, "team"), "id"),
            _text(given, "api_app_id"),
            name=_text(action, "action_id") or _text(view, "callback_id") or _text(given, "callback_id"),
            text=_text(_part(given, "message"), "text"),
            value=_text(action, "value") or _text(_part(action, "selected_option"), "value"),
            told=_told(view),
            values=_values(view),
            trigger=_text(given, "trigger_id"),
            answer_to=_text(given, "response_url"),
            view=_text(view, "id"),
            channel=_text(_part(given, "channel"), "id"),
        )
    )


def _whole(delivery: Delivery) -> Delivery | None:
    """Return a delivery that says who did it, where; None for another.

    What has not the form of an id is nobody's: nothing is looked up for it, and nobody is alarmed.
    """
    who = _USER.fullmatch(delivery.user) or (delivery.kind, delivery.user) == ("members", _NOBODY)
    where = _TEAM.fullmatch(delivery.team) and _APP.fullmatch(delivery.app)
    named = delivery.kind != "command" or _COMMAND.fullmatch(delivery.name)
    return delivery if who and where and named else None


def _key(given: Mapping[str, Any], name: str) -> str:
    """Return what all copies of a delivery share: the id Slack gave the act, or the content itself."""
    if own := _text(given, name):
        return f"{name}/{own}"
    text = json.dumps(given, sort_keys=True, default=str)
    return f"content/{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _told(view: Mapping[str, Any]) -> dict[str, str]:
    try:
        told = json.loads(_text(view, "private_metadata") or "{}")
    except ValueError:
        return {}
    told = told if isinstance(told, dict) else {}
    return {key: _text(told, key) for key, each in told.items() if isinstance(each, str)}


def _values(view: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return what each field holds: text, the chosen value, or the chosen values."""
    blocks = _part(_part(view, "state"), "values")
    elements = {
        name: next((each for each in block.values() if isinstance(each, dict)), {})
        for name, block in blocks.items()
        if isinstance(block, dict)
    }
    return {name: _chosen(each) for name, each in elements.items()}


def _chosen(element: Mapping[str, Any]) -> tuple[str, ...]:
    several = element.get("selected_options")
    if isinstance(several, list):
        return tuple(_text(each, "value") for each in several if isinstance(each, dict))
    one = _text(_part(element, "selected_option"), "value") or _text(element, "value")
    return (one,) if one else ()


def _first(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    listed = given.get(name)
    first = listed[0] if isinstance(listed, list) and listed else {}
    return first if isinstance(first, dict) else {}


def _part(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = given.get(name)
    return part if isinstance(part, dict) else {}


def _text(given: Mapping[str, Any], name: str) -> str:
    """Return a field that is text, cut where nobody types that much; a lone surrogate is no text."""
    value = given.get(name)
    if not isinstance(value, str):
        return ""
    return value[:_LONGEST].encode("utf-8", "replace").decode("utf-8")

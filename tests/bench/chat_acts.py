"""What people do in the workspace, as payloads with triggers and addresses that work; and a mix of it."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from integrations.lab.company import PEOPLE
from integrations.lab.slack import GUEST, LEAVER, STRANGER, SlackStandIn, slack_id
from integrations.lab.slack.delivery import Sending
from integrations.lab.slack.envelopes import action, channel_of, command, event, interaction
from runner.actions.values import Json

__all__ = ["OUTSIDERS", "Act", "Case", "as_sending", "mixed"]

OUTSIDERS = (GUEST, STRANGER, LEAVER, *[slack_id(each) for each in PEOPLE if not each.roles][:5])
"""Who may do nothing: a guest, a stranger, somebody who left, and colleagues who are no responders."""

_BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "x"}}
_VIEW = {"type": "modal", "title": {"type": "plain_text", "text": "Form"}, "blocks": []}


@dataclass(frozen=True)
class Act:
    """One thing that somebody does, at a moment of what is played."""

    kind: str
    """command, press, form, close, shortcut, home or joined."""
    user: str
    what: str = ""
    """What is typed, the button's name, or the form's."""
    value: str = ""
    values: dict[str, str] = field(default_factory=dict)
    channel: str = ""
    at_s: float = 0.0

    def as_json(self) -> Json:
        """Return it for the process that plays it."""
        return asdict(self)


@dataclass(frozen=True)
class Case:
    """The case that they act on."""

    code: str
    channel: str
    allowed: Sequence[str]
    """User ids of people who may know of it."""


def mixed(case: Case, count: int, a_second: float, seed: int) -> Iterator[Act]:
    """Yield acts of all kinds at even distances; a third of them by people who may not. a_second: 0 for at once."""
    chance = random.Random(seed)
    value = f"{case.code} approve-lockdown "
    told = json.dumps({"code": case.code})
    ways: list[dict[str, Json]] = [
        {"kind": "command", "what": "status"},
        {"kind": "command", "what": f"status {case.code}"},
        {"kind": "command", "what": f"brief {case.code}"},
        {"kind": "command", "what": "open"},
        {"kind": "press", "what": "brief", "value": case.code},
        {"kind": "press", "what": "object", "value": case.code},
        {"kind": "press", "what": "review", "value": value},
        {"kind": "form", "what": "approve", "value": told, "values": {"code": "wrong", "because": "x"}},
        {"kind": "form", "what": "note", "value": "{}", "values": {"case": case.code, "value": "Seen."}},
        {"kind": "home"},
        {"kind": "joined"},
        {"kind": "shortcut", "what": "note", "value": "Look at this."},
        {"kind": "close", "what": "note", "value": "{}"},
    ]
    for number in range(count):
        user = chance.choice(OUTSIDERS if number % 3 == 2 else case.allowed)
        at_s = number / a_second if a_second else 0.0
        yield Act(**chance.choice(ways), user=user, channel=case.channel, at_s=at_s)


def as_sending(house: SlackStandIn, act: Act) -> Sending:
    """Return an act as it is sent to the app; nothing is sent yet. The caller holds the house's lock."""
    if act.kind in ("home", "joined"):
        channel = house.world.im(act.user) if act.kind == "home" else act.channel
        name = "app_home_opened" if act.kind == "home" else "member_joined_channel"
        inner = {"type": name, "user": act.user, "channel": channel, "tab": "home"}
        return Sending("events_api", event(inner, house.world.next_id("Ev0"), time.time()))
    if act.kind == "command":
        return Sending("slash_commands", _command(house, act), answers=True)
    return Sending("interactive", _interaction(house, act), answers=True)


def _command(house: SlackStandIn, act: Act) -> Json:
    key = house.world.im(act.user)
    where = channel_of(key, house.channels[key])
    told = {"trigger": house.world.trigger(act.user), "response_url": house._reply_at(act.user, key)}
    return command(house.world.users[act.user], where, "/ops", act.what, **told)


def _interaction(house: SlackStandIn, act: Act) -> Json:
    who, trigger = house.world.users[act.user], {"trigger_id": house.world.trigger(act.user)}
    if act.kind in ("form", "close"):
        kind = "view_submission" if act.kind == "form" else "view_closed"
        return interaction(kind, who, **trigger, view=_filled(house, act))
    key = act.channel if act.channel in house.channels else house.world.im(act.user)
    seen = {
        **trigger, "channel": channel_of(key, house.channels[key]), "message": {"ts": "1.2", "text": act.value},
        "response_url": house._reply_at(act.user, key, "1.2"),
    }  # fmt: skip
    if act.kind == "shortcut":
        return interaction("message_action", who, callback_id=act.what, **seen)
    pressed = action({**_BUTTON, "action_id": act.what}, "b", {"type": "button", "value": act.value}, time.time())
    return interaction("block_actions", who, actions=[pressed], **seen)


def _filled(house: SlackStandIn, act: Act) -> Json:
    """Return a form that is really before that person, filled in."""
    view = house.modals.open(act.user, {**_VIEW, "callback_id": act.what, "private_metadata": act.value})
    values = {
        name: {"value": {"type": "plain_text_input", "value": value}} for name, value in act.values.items()
    }
    return {**view, "state": {"values": values}}


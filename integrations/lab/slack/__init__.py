"""A stand-in for one Slack workspace: the Web API, and Socket Mode over a real WebSocket.

It refuses what Slack refuses and keeps state. Acts (`POST /_lab/act`), as a person (`user`): `command`
(channel, text), `click` (channel, ts, action_id, value), `submit` (view_id, values, callback_id,
private_metadata), `close_view` (view_id), `view_click` (view_id, action_id, value), `home`, `shortcut`
(channel, ts, callback_id), `say` (channel, text), `join` (channel, by), `leave` (channel; the bot can be
put out too). As time would: `share` (channel, pending), `publicise` (channel), `deactivate` (user), `raw`
(envelope, wait_s), `deliver` (copies, reorder, late_s), `disconnect` (reason), `outage` (seconds).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from integrations.lab.company import Person
from integrations.lab.slack.acts import Acts
from integrations.lab.slack.delivery import Sending
from integrations.lab.slack.people import APP, BOT, GUEST, LEAVER, OTHER_BOT, STRANGER, TEAM, slack_id
from integrations.lab.slack.web import SCOPES, Given
from integrations.lab.slack.workspace import CASE_CHANNEL, PUBLIC_CHANNEL, Channel
from runner.actions.values import Json

__all__ = [
    "APP", "CASE_CHANNEL", "GUEST", "LEAVER", "OTHER_BOT", "PUBLIC_CHANNEL", "SCOPES", "STRANGER", "TEAM",
    "Channel", "SlackStandIn", "slack_id",
]  # fmt: skip


class SlackStandIn(Acts):
    """One workspace with Fjordlight's people and an app in it."""

    @staticmethod
    def id_of(someone: Person, service: str) -> str:
        """Return a person's user id; every configured service is the same workspace."""
        del service
        return slack_id(someone)

    def state(self) -> Json:
        """Return the whole workspace, and what people saw."""
        return {**self.world.state(), **self.modals.state()}

    def acted(self, name: str, given: Mapping[str, Json]) -> Json:
        """Do as `act`: it waits for the app, which must be answered meanwhile."""
        return self.act(name, given)

    def act(self, name: str, given: Mapping[str, Json]) -> Json:
        """Do something as a person, or as time would. Raises ValueError as their client would refuse."""
        of_people: dict[str, Callable[[Given], Sending | None]] = {
            "command": self.do_command, "click": self.do_click, "submit": self.do_submit,
            "close_view": self.do_close_view, "view_click": self.do_view_click, "home": self.do_home,
            "shortcut": self.do_shortcut, "join": self._join, "leave": self._leave, "share": self._share,
        }  # fmt: skip
        of_time: dict[str, Callable[[Given], Json]] = {
            "say": self._say, "publicise": self._publicise, "deactivate": self._deactivate, "raw": self._raw,
            "deliver": self._deliver, "disconnect": self._disconnect, "outage": self._outage,
        }  # fmt: skip
        if name in of_time:
            return of_time[name](given)
        if name not in of_people:
            known = ", ".join(sorted({*of_people, *of_time}))
            raise ValueError(f"{self.name} knows no act {name!r}, only {known}")
        with self.lock:
            sending = of_people[name](given)
        if sending is None:
            return {"envelope_id": "", "trigger_id": "", "acks": []}
        acks = self.delivery.wait(sending)
        if not acks:
            with self.lock:
                self.silent(sending)
        trigger = sending.payload.get("trigger_id", "")
        return {"envelope_id": sending.id, "trigger_id": trigger, "acks": acks}

    def _join(self, given: Given) -> Sending | None:
        someone, key = self._someone(given), str(given["channel"])
        channel = self._channel(key)
        if someone.id in channel.members:
            raise ValueError(f"{someone.name} is in {key} already")
        return self.join(key, someone.id, str(given.get("by") or ""))

    def _leave(self, given: Given) -> Sending | None:
        someone, key = self._someone(given), str(given["channel"])
        if someone.id == BOT:  # an app that is put out of a channel hears no more of it, not even that
            self._channel(key).is_member = False
            return None
        self._within(key, someone)
        return self.leave(key, someone.id)

    def _share(self, given: Given) -> Sending | None:
        key = str(given["channel"])
        channel = self._channel(key)
        channel.is_pending_ext_shared = bool(given.get("pending"))
        if channel.is_pending_ext_shared:  # of an invitation nobody is told
            return None
        channel.is_ext_shared = True
        told = {"type": "channel_shared", "connected_team_id": "T0ELSEWHERE", "channel": key}
        return self.tell(told) if channel.is_member else None

    def _channel(self, key: str) -> Channel:
        if key not in self.channels:
            raise ValueError(f"there is no channel {key!r}")
        return self.channels[key]

    def _say(self, given: Given) -> Json:
        with self.lock:
            channel = self._within(str(given["channel"]), someone := self._someone(given))
            return {"ts": self.world.say(channel, someone.id, str(given["text"]))["ts"]}

    def _publicise(self, given: Given) -> Json:
        with self.lock:
            self._channel(str(given["channel"])).is_private = False
        return {}

    def _deactivate(self, given: Given) -> Json:
        """Deactivate a member, who is taken out of every channel; no event says so."""
        with self.lock:
            someone = self._someone(given)
            someone.deleted = True
            for each in self.channels.values():
                if someone.id in each.members and not each.im:
                    each.members.remove(someone.id)
        return {}

    def _raw(self, given: Given) -> Json:
        """Send any text to one connection; wait_s: for an acknowledgement of its envelope_id."""
        told = given["envelope"]
        text = told if isinstance(told, str) else json.dumps(told)
        envelope = str(told.get("envelope_id", "")) if isinstance(told, dict) else ""
        acks = self.delivery.raw(text, envelope, self.link.send, float(given.get("wait_s") or 0))
        return {"envelope_id": envelope, "trigger_id": "", "acks": acks}

    def _deliver(self, given: Given) -> Json:
        self.delivery.copies = int(given.get("copies") or 1)
        self.delivery.reorder = int(given.get("reorder") or 1)
        self.delivery.late_s = float(given.get("late_s") or 0)
        return {}

    def _disconnect(self, given: Given) -> Json:
        self.link.disconnect(str(given.get("reason") or "refresh_requested"))
        return {}

    def _outage(self, given: Given) -> Json:
        """Let Slack be gone for a while: 503 from the Web API, and no socket."""
        self.out_until = self.world.clock() + float(given["seconds"])
        self.link.close_all()
        return {}

"""What people do in the workspace, checked as their client would, and told to the app.

Each puts a payload on its way; who asked for the act waits for the app's acknowledgement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from integrations.lab.slack.delivery import Sending
from integrations.lab.slack.elements import elements, taken
from integrations.lab.slack.envelopes import (
    action,
    channel_of,
    command,
    interaction,
    seen_message,
)
from integrations.lab.slack.modals import View
from integrations.lab.slack.people import Member
from integrations.lab.slack.views import Views
from integrations.lab.slack.web import Given
from integrations.lab.slack.workspace import PUBLIC_CHANNEL, Channel, No, Said
from runner.actions.values import Json

__all__ = ["Acts"]

_FELL_SILENT = {
    "slash_commands": "the app did not respond",  # the client: "/ops failed with the error operation_timeout"
    "interactive": "we had some trouble connecting; try again",
}


class Acts(Views):
    """Commands, clicks, modals and shortcuts."""

    def do_command(self, given: Given) -> Sending:
        """Type the app's command; in #general, or alone with the app, where no channel is named."""
        someone = self._someone(given)
        everywhere = someone.id in self.channels[PUBLIC_CHANNEL].members
        key = str(given.get("channel") or (PUBLIC_CHANNEL if everywhere else self.world.im(someone.id)))
        channel = self._within(key, someone)
        payload = command(
            someone, channel_of(key, channel), self.command, str(given.get("text", "")),
            trigger=self.world.trigger(someone.id), response_url=self._reply_at(someone.id, key),
        )  # fmt: skip
        return self._offer("slash_commands", payload, lambda body: self._replied(someone.id, key, body))

    def do_click(self, given: Given) -> Sending:
        """Use a button or a menu of a message."""
        someone, key = self._someone(given), str(given["channel"])
        channel = self._within(key, someone)
        ts = str(given["ts"])
        message, hidden = self._seen(someone, key, ts)
        block, element = _element(message.get("blocks"), str(given["action_id"]), given.get("value"))
        container = {"type": "message", "message_ts": ts, "channel_id": key, "is_ephemeral": hidden}
        payload = interaction(
            "block_actions", someone,
            container=container, trigger_id=self.world.trigger(someone.id), channel=channel_of(key, channel),
            **({} if hidden else {"message": seen_message(message)}), state={"values": {}},
            response_url=self._reply_at(someone.id, key, ts),
            actions=[action(element, block, _told(element, given), self.world.clock())],
        )  # fmt: skip
        return self._offer("interactive", payload)

    def do_view_click(self, given: Given) -> Sending:
        """Use a button or a menu of a modal or the Home tab."""
        someone = self._someone(given)
        view = self._before(someone, given)
        block, element = _element(view["blocks"], str(given["action_id"]), given.get("value"))
        payload = interaction(
            "block_actions", someone,
            container={"type": "view", "view_id": view["id"]}, trigger_id=self.world.trigger(someone.id),
            view=view, actions=[action(element, block, _told(element, given), self.world.clock())],
        )  # fmt: skip
        return self._offer("interactive", payload)

    def do_submit(self, given: Given) -> Sending:
        """Fill in the open modal and submit it; `callback_id` and `private_metadata` may be forged."""
        someone = self._someone(given)
        view = self._before(someone, given)
        if not view["submit"]:
            raise ValueError("the view has nothing to submit")
        values = _values(view, dict(given.get("values") or {}))
        forged = {each: given[each] for each in ("callback_id", "private_metadata") if each in given}
        payload = interaction(
            "view_submission", someone,
            trigger_id=self.world.trigger(someone.id), response_urls=[],
            view={**view, "state": {"values": values}, **forged},
        )  # fmt: skip
        return self._offer("interactive", payload, lambda body: self._submitted(someone.id, body))

    def do_close_view(self, given: Given) -> Sending | None:
        """Close the open modal; the app hears of it only when the view asks for it."""
        someone = self._someone(given)
        view = self._before(someone, given)
        self.modals.close(someone.id)
        if not view["notify_on_close"]:
            return None
        return self._offer("interactive", interaction("view_closed", someone, view=view, is_cleared=False))

    def do_shortcut(self, given: Given) -> Sending:
        """Choose a message shortcut."""
        someone, key = self._someone(given), str(given["channel"])
        channel, ts = self._within(key, someone), str(given["ts"])
        message = channel.message(ts)
        if message is None:
            raise ValueError(f"no message {ts} in {key}")
        payload = interaction(
            "message_action", someone,
            callback_id=given["callback_id"], trigger_id=self.world.trigger(someone.id),
            action_ts=f"{self.world.clock():.6f}", message_ts=ts, message=seen_message(message),
            channel=channel_of(key, channel), response_url=self._reply_at(someone.id, key, ts),
        )  # fmt: skip
        return self._offer("interactive", payload)

    def do_home(self, given: Given) -> Sending:
        """Open the app's Home tab."""
        someone = self._someone(given)
        home = self.modals.homes.get(someone.id)
        seen = {"view": home} if home else {}
        channel = self.world.im(someone.id)
        told = {"type": "app_home_opened", "user": someone.id, "channel": channel, "tab": "home"}
        return self.tell({**told, **seen})

    def silent(self, sending: Sending) -> None:
        """Let the person see that the app did not answer."""
        if what := _FELL_SILENT.get(sending.kind):
            user = sending.payload.get("user_id") or sending.payload["user"]["id"]
            self.world.failed(user, what)

    def _offer(
        self, kind: str, payload: dict[str, Json], apply: Callable[[Json], None] = lambda _: None
    ) -> Sending:
        def applied(body: Json) -> None:
            with self.lock:
                apply(body)

        return self.delivery.offer(Sending(kind, payload, answers=True, apply=applied))

    def _replied(self, user: str, key: str, body: Json) -> None:
        """Show what came with the acknowledgement of a command."""
        if isinstance(body, dict) and (body.get("text") or body.get("blocks")):
            where = self.world.callback(user, key)
            try:
                self._answer_at(self.world.use(where), body)
            except No as no:
                self.world.failed(user, no.error)

    def _submitted(self, user: str, body: Json) -> None:
        """Do to the modal what came with the acknowledgement of its submission."""
        told = body if isinstance(body, dict) else {}
        try:
            match told.get("response_action"):
                case None:
                    self.modals.close(user)
                case "clear":
                    self.modals.close(user, every=True)
                case "update":
                    self.modals.update(self._topmost(user), told.get("view"))
                case "push":
                    self.modals.push(user, told.get("view"))
                case _:
                    self._marked(user, told.get("errors"))
        except No as no:
            self.world.failed(user, f"{_FELL_SILENT['interactive']} ({no.error}: {no.more})")

    def _topmost(self, user: str) -> str:
        stack = self.modals.stacks.get(user, [])
        return str(stack[-1]["id"]) if stack else ""

    def _marked(self, user: str, errors: Json) -> None:
        inputs = {each["block_id"] for each in self.modals.last[user]["blocks"] if each["type"] == "input"}
        if not isinstance(errors, dict) or not errors or set(errors) - inputs:
            raise No("invalid_response", told=errors)
        self.modals.errors[user] = errors

    def _reply_at(self, user: str, key: str, ts: str = "") -> str:
        return self.url + self.world.callback(user, key, ts)

    def _someone(self, given: Given) -> Member:
        try:
            return self.world.users[str(given["user"])]
        except KeyError as wrong:
            raise ValueError(f"nobody is {given.get('user')!r}") from wrong

    def _within(self, key: str, someone: Member) -> Channel:
        channel = self.channels.get(key)
        if channel is None or someone.id not in channel.members:
            raise ValueError(f"{someone.name} is not in {key}")
        return channel

    def _seen(self, someone: Member, key: str, ts: str) -> tuple[Said, bool]:
        """Return a message a person sees, and whether they alone do."""
        if (message := self.channels[key].message(ts)) is not None:
            return message, False
        for each in self.world.ephemerals.get(someone.id, []):
            if each["ts"] == ts and each["channel"] == key:
                return each, True
        raise ValueError(f"no message {ts} in {key}")

    def _before(self, someone: Member, given: Given) -> View:
        view = self.modals.before(someone.id, str(given["view_id"]))
        if view is None:
            raise ValueError(f"{someone.name} has no view {given['view_id']!r} open")
        return view


def _element(blocks: Json, name: str, value: Json) -> tuple[str, dict[str, Json]]:
    """Return the element of this action_id with its block; of several, the one with this value."""
    found = [(block, each) for block, each in elements(blocks) if each["action_id"] == name]
    if not found:
        known = sorted({each["action_id"] for _, each in elements(blocks)})
        raise ValueError(f"there is nothing called {name!r} to use, only {known}")
    return next((each for each in found if each[1].get("value") == value), found[0])


def _told(element: Mapping[str, Json], given: Given) -> dict[str, Json]:
    """Return what a used element tells; the value of a button may be forged."""
    if element["type"] == "button":
        value = given.get("value", element.get("value"))
        return {"type": "button", **({} if value is None else {"value": value})}
    return taken(element, given.get("value"))


def _values(view: View, given: dict[str, Json]) -> dict[str, Json]:
    """Return `state.values` of a filled in view. Raises ValueError as the client would refuse."""
    values: dict[str, Json] = {}
    known = {block for block, _ in elements(view["blocks"])}
    if unknown := set(given) - known:
        raise ValueError(f"the view has no {sorted(unknown)}, only {sorted(known)}")
    inputs = {each["block_id"]: each for each in view["blocks"] if each["type"] == "input"}
    for block, element in elements(view["blocks"]):
        if element["type"] in {"button", "overflow"}:
            continue
        told = taken(element, given.get(block))
        chosen = [value for name, value in told.items() if name != "type"]
        if block in inputs and not inputs[block].get("optional") and not chosen[0]:
            raise ValueError(f"{block} is required")
        values.setdefault(block, {})[element["action_id"]] = told
    return values

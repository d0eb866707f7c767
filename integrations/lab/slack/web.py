"""How Slack's Web API is asked and answers: tokens, scopes, arguments, refusals.

Slack answers 200 to nearly everything and says no in the body: https://docs.slack.dev/apis/web-api/#responses.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from integrations.lab.ledger import Ledger
from integrations.lab.server import Reply, Request, StandIn, route
from integrations.lab.slack.delivery import Delivery, Sending
from integrations.lab.slack.envelopes import event
from integrations.lab.slack.link import Link
from integrations.lab.slack.modals import Modals
from integrations.lab.slack.pace import AS_SLACK, Bucket, Clock, Timing, Window
from integrations.lab.slack.people import TEAM
from integrations.lab.slack.workspace import Channel, No, Workspace
from runner.actions.values import Json

__all__ = ["SCOPES", "Given", "Web", "boolean", "method", "parsed", "refused", "yes"]

SCOPES = frozenset({
    "commands", "chat:write", "groups:read", "groups:write", "groups:history", "im:write", "users:read",
    "files:write",
})  # fmt: skip
"""Of the app the lab installs: what its commands, cards and channels need, and a teller's look back."""
_POSTS_BURST, _EDITS_A_MINUTE = 5, 50  # one message a second a channel; chat.update is of tier 3

Given = Mapping[str, Json]
"""A method's arguments."""
Handler = TypeVar("Handler", bound=Callable[..., Reply])


def method(name: str, scope: str = "") -> Callable[[Handler], Handler]:
    """Mark `(self, arguments) -> Reply` as the answer to one Web API method, which may raise No.

    scope: what the token needs, where that does not depend on the channel.
    """

    def mark(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def answered(self: Web, request: Request) -> Reply:
            self.world.calls[name] += 1
            try:
                if scope:
                    self.need(scope)
                return handler(self, _arguments(request))
            except No as no:
                return refused(no)

        path = "/api/" + name.replace(".", r"\.")
        return route("GET", path)(route("POST", path)(answered))  # type: ignore[return-value]  # same call

    return mark


class Web(StandIn):
    """One workspace with an app in it: what all its methods share."""

    def __init__(
        self,
        name: str,
        ledger: Ledger,
        *,
        token: str,
        app_token: str = "",
        scopes: frozenset[str] = SCOPES,
        command: str = "/ops",
        messages_tab: bool = True,
        latency_ms: float = 0.0,
        clock: Clock = time.time,
        timing: Timing = AS_SLACK,
    ) -> None:
        """Install the app.

        token: the bot's; app_token: what opens a socket. command: the app's one. messages_tab: whether people
        can be written to directly. clock, timing: of triggers, limits and redelivery.
        """
        super().__init__(name, ledger, latency_ms=latency_ms)
        self.world = Workspace(clock, timing)
        self.modals = Modals(self.world.next_id)
        self.channels: dict[str, Channel] = self.world.channels
        self.scopes, self.command, self.messages_tab = set(scopes), command, messages_tab
        self.posts = Bucket(clock, a_second=1, burst=_POSTS_BURST)
        self.updates = Window(clock, _EDITS_A_MINUTE)
        self.delivery = Delivery(timing)
        self.link = Link(self.delivery.acknowledged)
        self.out_until = 0.0
        self._token, self._app_token = token, app_token

    def start(self, port: int = 0) -> str:
        """Listen for requests, and on another port for sockets."""
        url = super().start(port)
        self.link.start()
        self.delivery.start(self.link.send)
        return url

    def stop(self) -> None:
        """Stop both, and what is still to be delivered."""
        self.delivery.stop()
        self.link.stop()
        super().stop()

    def admit(self, request: Request) -> Reply | None:
        """Refuse a missing or wrong token, as auth.test does; a response_url is its own permission."""
        if self.world.clock() < self.out_until:
            return Reply(503, b"upstream connect error")
        if not request.path.startswith("/api/"):
            return None
        try:
            self._check(request)
        except No as no:
            return refused(no)
        return None

    def dress(self, request: Request, reply: Reply) -> Mapping[str, str]:
        """Say in a header what the bot's token may do."""
        told = {"x-oauth-scopes": ",".join(sorted(self.scopes))} if request.path.startswith("/api/") else {}
        return {**super().dress(request, reply), **told}

    def unknown(self, request: Request) -> Reply:
        """Answer a method Slack does not have."""
        return refused(No("unknown_method", req_method=request.path.rpartition("/")[2]))

    def need(self, scope: str) -> None:
        """Raise No when the app was not given a scope."""
        if scope not in self.scopes:
            raise No("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))

    def person(self, user: Json) -> str:
        """Return a user id that exists. Raises No."""
        if user not in self.world.users:
            raise No("user_not_found")
        return str(user)

    def _check(self, request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        given = given or str(_arguments(request).get("token", ""))
        opens = request.path == "/api/apps.connections.open"
        if not given:
            raise No("not_authed")
        if given not in {self._token, self._app_token or self._token}:
            raise No("invalid_auth")
        if (given == self._app_token) is not opens:
            raise No("not_allowed_token_type")

    def tell(self, inner: Given) -> Sending:
        """Put an event on its way to the app."""
        payload = event(inner, self.world.next_id("Ev0"), self.world.clock())
        return self.delivery.offer(Sending("events_api", payload))

    def join(self, key: str, user: str, inviter: str) -> Sending | None:
        """Put a person into a channel; an app in it hears of it. inviter: empty for nobody."""
        channel = self.channels[key]
        channel.members.append(user)
        by = {"inviter": inviter} if inviter else {}
        told = {**_membership("member_joined_channel", key, channel, user), **by}
        return self.tell(told) if channel.is_member else None

    def leave(self, key: str, user: str) -> Sending | None:
        """Take a person out of a channel, and tell as `join` does."""
        channel = self.channels[key]
        channel.members.remove(user)
        told = _membership("member_left_channel", key, channel, user)
        return self.tell(told) if channel.is_member else None


def _membership(kind: str, key: str, channel: Channel, user: str) -> dict[str, Json]:
    letter = "G" if channel.is_private else "C"
    return {"type": kind, "user": user, "channel": key, "channel_type": letter, "team": TEAM}


def yes(**body: Json) -> Reply:
    """Return a success."""
    return Reply(200, {"ok": True, **body})


def refused(no: No) -> Reply:
    """Return a refusal as Slack words it."""
    headers = {"Retry-After": str(no.retry_after)} if no.retry_after else {}
    return Reply(no.status, {"ok": False, "error": no.error, **no.more}, headers)


def boolean(value: Json) -> bool:
    """Read a flag of a JSON or a form body."""
    return value is True or str(value).lower() in {"1", "true"}


def parsed(value: Json, error: str) -> Json:
    """Return an argument that a form carries as JSON. Raises No."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as wrong:
        raise No(error) from wrong


def _arguments(request: Request) -> dict[str, Json]:
    """Return a method's arguments from the query and a JSON or a form body."""
    given: dict[str, Json] = {name: values[-1] for name, values in request.query.items()}
    if not request.headers.get("content-type", "").startswith("application/json"):
        return given | request.form()
    try:
        body = request.json() if request.body else {}
    except ValueError as wrong:
        raise No("invalid_json") from wrong
    if not isinstance(body, dict):
        raise No("json_not_object")
    return given | body

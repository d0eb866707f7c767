"""Calls to the workspace: messages, forms, people and channels, each as small as Slack allows.

Nothing is unfurled, nobody is mentioned, and what people are is asked again after ten seconds at most.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, Request

from runner.chat.cards.blocks import SECTION, Block, fitted, plain_block
from runner.chat.cards.escape import escaped, shown
from runner.desk.chat_line import ChatLine
from runner.errors import CredentialsError, ServiceError, ServiceRefused

__all__ = ["FRESH_S", "Room", "Workspace"]

FRESH_S = 8.0
"""How long what Slack said of a person or a channel is believed: what is then sent is there within ten."""
_HOOKS = "https://hooks.slack.com"  # where Slack has answers to a command sent: the response_url
_PATIENCE_S = 10
_SETTLE_S = 0.3
_LONGEST_LINE = 2000  # characters
_TO_SEE_PUBLIC = (
    "channels:read"  # we are not given this scope: who is told it is missing asks about a public one
)
_NOBODY = frozenset({"user_not_found", "user_not_visible"})
_PAGE = 200  # members a page; a case has a dozen

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """A channel as Slack describes it now."""

    private: bool
    """Private, not archived, and not shared or about to be shared with anybody."""
    members: frozenset[str]


class _Fresh(Generic[T]):
    """Answers that are not asked for again for ten seconds."""

    def __init__(self, ask: Callable[[str], T]) -> None:
        self._ask, self._known = ask, dict[str, tuple[float, T]]()
        self._forgotten = 0
        self._lock = threading.Lock()

    def of(self, name: str) -> T:
        asked_at = time.monotonic()
        with self._lock:
            at, known = self._known.get(name, (-FRESH_S, None))
            forgotten = self._forgotten
        if known is not None and asked_at - at < FRESH_S:
            return known
        answer = self._ask(name)
        with self._lock:
            if forgotten == self._forgotten:  # what changed while Slack was answering is asked again
                self._known[name] = (asked_at, answer)
        return answer

    def forget(self, name: str) -> None:
        with self._lock:
            self._forgotten += 1
            self._known.pop(name, None)


class Workspace:
    """One workspace, through the library's client. Every method raises SeveranceError."""

    def __init__(self, line: ChatLine) -> None:
        """Send nothing yet."""
        self._line, self._client = line, line.client
        self._people, self._rooms = _Fresh(self._ask_person), _Fresh(self._ask_room)
        self._me = ""
        self._opener = OpenerDirector()  # no redirect, proxy or error handler
        for handler in (HTTPHandler(), HTTPSHandler(context=line.client.ssl)):
            self._opener.add_handler(handler)

    def me(self) -> str:
        """Return the bot's own user id."""
        self._me = self._me or str(self._call("auth_test")["user_id"])
        return self._me

    def post(self, channel: str, text: str, blocks: Sequence[Mapping[str, Any]], thread: str = "") -> str:
        """Post a message and return its `ts`. text: the preview. thread: to post below that one."""
        below = {"thread_ts": thread} if thread else {}
        return str(self._call("chat_postMessage", channel=channel, **_quiet(text, blocks), **below)["ts"])

    def edit(self, channel: str, ts: str, text: str, blocks: Sequence[Mapping[str, Any]]) -> None:
        """Put another content in a message's place."""
        told = {"text": _literal(text), "blocks": list(blocks), "parse": "none"}
        self._call("chat_update", channel=channel, ts=ts, **told)

    def tell(self, user: str, text: str, blocks: Sequence[Mapping[str, Any]] = ()) -> None:
        """Write to one person."""
        direct = self._call("conversations_open", users=user)["channel"]["id"]
        self.post(direct, text, blocks)

    def whisper(self, address: str, text: str) -> None:
        """Answer a command or a press where only that person sees it. address: the delivery's own."""
        own = urlsplit(self._client.base_url)
        asked = urlsplit(address)
        if f"{asked.scheme}://{asked.netloc}" not in (_HOOKS, f"{own.scheme}://{own.netloc}"):
            raise ServiceError("an answer to another host was stopped", where=self._line.chat.service)
        alone = {"response_type": "ephemeral", "replace_original": False, "mrkdwn": False}
        said = {"text": _literal(text), "blocks": _unmarked(text), **alone}
        headers = {"Content-Type": "application/json; charset=utf-8"}
        body = json.dumps(said).encode()
        request = Request(address, body, headers, method="POST")  # noqa: S310  pinned
        try:
            with self._opener.open(request, timeout=_PATIENCE_S) as response:
                status = int(response.status)
        except (OSError, HTTPException) as wrong:
            where = self._line.chat.service
            raise ServiceError(f"an answer was not delivered: {wrong}", where=where) from wrong
        if status != 200:
            raise ServiceError(f"an answer was refused with {status}", where=self._line.chat.service)

    def open_form(self, trigger: str, view: Mapping[str, Any]) -> str:
        """Open a form for whoever pressed and return its id; three seconds after that it is too late."""
        return str(self._call("views_open", trigger_id=trigger, view=view)["view"]["id"])

    def show_after(self, form: str, view: Mapping[str, Any]) -> None:
        """Show what came of a form that was sent, once Slack has put the acknowledgement's view into it.

        Both go to Slack by ways of their own; the later one stays.
        """
        time.sleep(_SETTLE_S)
        self.show(form, view)

    def show(self, form: str, view: Mapping[str, Any]) -> None:
        """Put another content into an open form."""
        self._call("views_update", view_id=form, view=view)

    def home(self, user: str, view: Mapping[str, Any]) -> None:
        """Show a person's home tab."""
        self._call("views_publish", user_id=user, view=view)

    def member(self, user: str) -> bool:
        """Tell whether this is an active, full member of our own workspace, and a human."""
        return self._people.of(user)

    def room(self, channel: str) -> Room:
        """Return what a channel is, and who is in it."""
        return self._rooms.of(channel)

    def forget(self, *names: str) -> None:
        """Ask again about these people and channels at the next look."""
        for name in names:
            self._people.forget(name)
            self._rooms.forget(name)

    def create(self, name: str) -> str:
        """Make a private channel and return its id."""
        return str(self._call("conversations_create", name=name, is_private=True)["channel"]["id"])

    def invite(self, channel: str, user: str) -> None:
        """Bring one person into a channel."""
        self._call("conversations_invite", channel=channel, users=[user])

    def _ask_person(self, user: str) -> bool:
        try:
            told = self._call("users_info", user=user)["user"]
        except ServiceRefused as refused:
            if refused.code not in _NOBODY:
                raise
            return False
        strange = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
        return told.get("team_id") == self._line.chat.team and not any(told.get(each) for each in strange)

    def _ask_room(self, channel: str) -> Room:
        try:
            told = self._call("conversations_info", channel=channel)["channel"]
        except CredentialsError as error:
            if _TO_SEE_PUBLIC not in error.what:
                raise
            return Room(private=False, members=frozenset())
        shared = ("is_ext_shared", "is_org_shared", "is_shared", "is_pending_ext_shared", "is_archived")
        private = bool(told.get("is_private")) and not any(told.get(each) for each in shared)
        members, cursor = set[str](), ""
        while True:
            page = self._call("conversations_members", channel=channel, limit=_PAGE, cursor=cursor)
            members.update(page["members"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return Room(private, frozenset(members))

    def _call(self, method: str, **given: Any) -> Any:
        with self._line.passing():
            return getattr(self._client, method)(**given).data


def _quiet(text: str, blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a message's content as it reaches nobody but its readers."""
    alone = dict.fromkeys(("link_names", "unfurl_links", "unfurl_media", "mrkdwn"), False)
    quiet = {"parse": "none", **alone}
    return {"text": _literal(text), **({"blocks": list(blocks)} if blocks else {}), **quiet}


def _unmarked(text: str) -> list[Block]:
    """Return lines as blocks in which Slack reads no markup and finds no addresses, unlike in a bare text."""
    parts = [""]
    for line in (shown(each, _LONGEST_LINE) for each in text.split("\n")):
        if parts[-1] and len(parts[-1]) + len(line) >= SECTION:
            parts.append(line)
        else:
            parts[-1] = f"{parts[-1]}\n{line}" if parts[-1] else line
    return fitted([plain_block(each) for each in parts])


def _literal(text: str) -> str:
    """Return lines in which nothing is a mention, a channel or a link, whoever wrote them."""
    return "\n".join(escaped(line, _LONGEST_LINE) if line else line for line in text.split("\n"))

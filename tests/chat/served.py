"""The chat as it is served, in this process: a company, a case in it, real Bolt on a real WebSocket.

People act through the simulated workspace; what they are shown is read from there, and what was done from
the store. Nothing is replaced but what runs cases: here a case is run where a test says so.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from integrations.lab.company import SUBJECT, person
from integrations.lab.slack import SlackStandIn, slack_id
from integrations.lab.slack.envelopes import action, channel_of, command, event, interaction
from integrations.lab.slack.people import APP, BOT, TEAM
from runner.chat.cards.case import cards
from runner.chat.server import Server
from runner.desk.cases import Desk
from runner.fleet.worker import Worker
from tests.cases.company import AFTER, LOCKDOWN, QUIET, Company, House

T = TypeVar("T")
ASKING = (
    QUIET
    + """\
      - {id: seen, ask: Was it them?, by: [security-leads], within: 2h, if_silent: "no"}
      - {id: call, task: Call the bank, by: [security-leads], within: 2h}
      - {id: breach, clock: gdpr-33, by: [hr]}
"""
    + LOCKDOWN
    + AFTER
)
"""A quiet phase that asks everything that can be asked, and a lockdown to approve."""


class Idle(Worker):
    """Runs nothing, and knows what it was to run."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, only=())
        self.wanted: list[str] = []

    def start(self) -> None:
        pass

    def ensure(self, code: str) -> None:
        self.wanted.append(code)


def pinned(name: str, account: str, *, mail: str = "", shown_as: str = "", **more: Any) -> dict[str, Any]:
    """Return a line of `people` in the settings: a responder with every right, known by this account."""
    roles = ["security-leads", "ir-oncall", "duty-managers", "counsel"]
    told = {"id": name, "name": shown_as or name.title(), "mail": mail or f"{name}@fjordlight.example"}
    return {**told, "roles": roles, "accounts": {"slack": account}, **more}


class Served:
    """One company whose chat is served."""

    def __init__(
        self, folder: Path, *, people: Iterable[Mapping[str, Any]] = (), never: Iterable[str] = (), detail: str = "summary"
    ) -> None:
        more = "".join(f"  - {json.dumps(each)}\n" for each in people)

        def edit(text: str) -> str:
            text = text.replace("people:\n", f"people:\n{more}", 1)
            text = re.sub(r"^never: .*$", f"never: {json.dumps(list(never))}", text, flags=re.MULTILINE)
            return text.replace('"detail": "summary"', f'"detail": "{detail}"')

        self.company = Company(folder, compress=1, edit=edit)
        self.desk, self.settings = self.company.desk, self.company.settings
        self.company.lab.services["okta"].acted("drop-roles", {"mail": SUBJECT.mail})
        standin = self.company.lab.services["slack"]
        assert isinstance(standin, SlackStandIn)
        self.slack, self.idle = standin, Idle(self.desk)
        self.servers: list[Server] = []
        self.houses: list[House] = []

    def serve(self) -> Server:
        """Start another chat over the same store, with a desk of its own."""
        desk = Desk(self.settings)
        desk._office.database.dispose()
        desk._office = House(self.settings)
        self.houses.append(desk._office)
        self.servers.append(Server(desk, self.idle))
        self.servers[-1].start()
        self.until(lambda: self.slack.link.count >= len(self.servers))
        return self.servers[-1]

    def stop(self, server: Server) -> None:
        self.servers.remove(server)
        server.close()

    def close(self) -> None:
        for each in self.servers:
            each.close()
        for house in self.houses:
            house.close()
        self.company.close()

    def asked(self, phases: str = ASKING, *, by: str = "ingrid", subject: str = SUBJECT.mail) -> str:
        """Open a case, run it until it waits for people, and ask for its lockdown as well."""
        code = self.company.open(phases, by=by, subject=subject)
        self.company.run(code)
        self.company.ask(code)
        return code

    # what people do

    def act(self, name: str, user: str, **given: Any) -> Any:
        return self.slack.act(name, {"user": user, **given})

    def say(self, user: str, text: str) -> str:
        """Type the command; returns what it answered to that person alone."""
        before = len(self.whispers(user))
        self.act("command", user, text=text)
        return self.until(lambda: self.whispers(user)[before:])[0]

    def press(self, user: str, action_id: str, value: str, **given: Any) -> Any:
        """Press the button with this value, wherever in the case's channel it is."""
        key, ts = next((key, ts) for key, ts, each in self.buttons() if (each["action_id"], each["value"]) == (action_id, value))
        return self.act("click", user, channel=key, ts=ts, action_id=action_id, **{"value": value, **given})

    def form(self, user: str, callback: str) -> Any:
        """Return the form a person has before them, once it is this one."""
        return self.until(lambda: (view := self.view(user)) and view["callback_id"] == callback and view)

    def submit(self, user: str, view: Mapping[str, Any], values: Mapping[str, Any], **forged: Any) -> str:
        """Send a form in; returns what it said then."""
        self.act("submit", user, view_id=view["id"], values=values, **forged)
        return self.until(lambda: self.told(user))

    # what is delivered as it is: nobody's client is asked whether it would

    def raw(self, kind: str, payload: Any, *, wait_s: float = 3.0) -> Any:
        """Deliver a payload; returns what came with its acknowledgement, or fails."""
        envelope = {"envelope_id": self.slack.world.next_id("raw"), "type": kind, "payload": payload}
        acks = self.slack.act("raw", {"envelope": envelope, "wait_s": wait_s})["acks"]
        assert acks, "it was not acknowledged"
        return acks[0]["body"]

    def typed(self, user: str, text: str, **more: Any) -> dict[str, Any]:
        """Return a command as Slack delivers it."""
        with self.slack.lock:
            key, who = self.slack.world.im(user), self.slack.world.users[user]
            where = channel_of(key, self.slack.channels[key])
            told = {"trigger": self.slack.world.trigger(user), "response_url": self.slack._reply_at(user, key)}
            return {**command(who, where, "/ops", text, **told), **more}

    def pressed(self, user: str, action_id: str, value: str, **more: Any) -> dict[str, Any]:
        """Return a press on a message as Slack delivers it."""
        with self.slack.lock:
            key, who = self.slack.world.im(user), self.slack.world.users[user]
            element = {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": "x"}}
            told = {
                "trigger_id": self.slack.world.trigger(user), "response_url": self.slack._reply_at(user, key, "1.2"),
                "channel": channel_of(key, self.slack.channels[key]), "message": {"ts": "1.2", "text": "x"},
                "actions": [action(element, "b", {"type": "button", "value": value}, time.time())],
            }  # fmt: skip
            return {**interaction("block_actions", who, **told), **more}

    def chosen(self, user: str, callback: str, **more: Any) -> dict[str, Any]:
        """Return a message shortcut as Slack delivers it."""
        told = self.pressed(user, "", "")
        kept = {key: told[key] for key in ("trigger_id", "response_url", "channel", "message")}
        with self.slack.lock:
            who = self.slack.world.users[user]
        return {**interaction("message_action", who, callback_id=callback, **kept), **more}

    def sent_in(self, user: str, view: Mapping[str, Any], values: Mapping[str, str], **more: Any) -> dict[str, Any]:
        """Return a form as Slack delivers it; it was opened for this person in an earlier, better time."""
        with self.slack.lock:
            opened = self.slack.modals.open(user, view)
            state = {name: {"value": {"type": "plain_text_input", "value": each}} for name, each in values.items()}
            told = {"trigger_id": self.slack.world.trigger(user), "view": {**opened, "state": {"values": state}}}
            return {**interaction("view_submission", self.slack.world.users[user], **told), **more}

    def happened(self, inner: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Return an event as Slack delivers it."""
        with self.slack.lock:
            return {**event(inner, self.slack.world.next_id("Ev0"), time.time()), **more}

    # what is seen

    def state(self) -> Any:
        with self.slack.lock:
            return json.loads(json.dumps(self.slack.state()))

    def whispers(self, user: str) -> list[str]:
        """Return what only this person was told."""
        with self.slack.lock:
            return [each["text"] for each in self.slack.world.ephemerals.get(user, [])]

    def view(self, user: str) -> Any:
        """Return the form a person saw last."""
        with self.slack.lock:
            return json.loads(json.dumps(self.slack.modals.last.get(user)))

    def home(self, user: str) -> Any:
        with self.slack.lock:
            return json.loads(json.dumps(self.slack.modals.homes.get(user)))

    def told(self, user: str) -> str:
        """Return what a form says once there is nothing to fill in, "" before."""
        view = self.view(user)
        texts = [each["text"]["text"] for each in view["blocks"] if each["type"] == "section"]
        return "" if view["callback_id"] or texts == ["One moment."] else "\n".join(texts)

    def direct(self, user: str) -> list[str]:
        """Return what the app wrote to one person."""
        with self.slack.lock:
            rooms = [each for each in self.slack.channels.values() if each.im == user]
            return [each["text"] for room in rooms for each in room.messages if each["user"] == BOT]

    def room(self, code: str) -> Any:
        """Return the channel of a case."""
        key = self.desk.chat_line().memory.channel(code)
        return self.state()["channels"][key] | {"id": key} if key else None

    def buttons(self) -> list[tuple[str, str, Any]]:
        """Return every button on every message."""
        return [
            (key, message["ts"], element)
            for key, channel in self.state()["channels"].items()
            for message in channel["messages"]
            for block in message.get("blocks") or ()
            if block["type"] == "actions"
            for element in block["elements"]
        ]

    def shown(self, code: str) -> None:
        """Wait until the channel of a case shows what the case is."""
        line = self.desk.chat_line()

        def all_there() -> bool:
            due = cards(self.desk.board(code), line.chat.detail, line.names, datetime.now(UTC))
            room, posted = self.room(code), line.memory.cards(code)
            if room is None or set(posted) != {each.key for each in due}:
                return False
            there = {each["ts"]: bare(each["blocks"]) for each in room["messages"]}
            return all(there.get(posted[each.key].ts) == bare(each.blocks) for each in due)

        self.until(all_there)

    def rows(self) -> dict[str, list[Any]]:
        """Return everything in the store but the chat's memory of deliveries, and of who came and went."""
        [path] = self.settings.store_folder.glob("*.db")
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            kept = [each for each in names if each != "severance_chat_deliveries"]
            of = {"severance_chat_channels": "case_code, channel"}
            asked = {name: f'select {of.get(name, "*")} from "{name}"' for name in kept}
            found = {name: sorted(map(repr, database.execute(each))) for name, each in asked.items()}
        database.close()
        return found

    def outbox(self, but: str = "") -> dict[str, Any]:
        """Return what everybody sees; but: leaves out what one person alone is shown."""
        state = self.state()
        mine = {"ephemerals", "views", "homes"}
        seen = {name: {key: each for key, each in state[name].items() if key != but} for name in mine}
        directs = set(state["ims"].values())
        channels = {key: each for key, each in state["channels"].items() if key not in directs}
        failures = [each for each in state["failures"] if each["user"] != but]
        return {**seen, "channels": channels, "users": state["users"], "failures": failures}

    def until(self, ready: Callable[[], T], patience_s: float = 30.0) -> T:
        """Wait until something is so, and return it."""
        end = time.monotonic() + patience_s
        while not (found := ready()):
            assert time.monotonic() < end, "it never was so"
            time.sleep(0.01)
        return found


def account(name: str) -> str:
    """Return the id in the workspace of a responder of the lab, by the first name, or of anybody by mail."""
    mails = {each.mail.partition(".")[0]: each for each in map(person, _RESPONDERS)}
    return slack_id(mails[name] if name in mails else person(name))


def bare(part: Any) -> Any:
    """Return blocks, or whatever holds some, without the ids Slack gives them."""
    if isinstance(part, dict):
        return {key: bare(each) for key, each in part.items() if key != "block_id"}
    return [bare(each) for each in part] if isinstance(part, list) else part


_RESPONDERS = [
    f"{each}@fjordlight.example"
    for each in ("maren.okafor", "tomas.arvidsson", "ingrid.solheim", "rohan.mistry", "beatriz.nogueira", "anselm.richter",
                 "helene.dubois", "samuel.adeyemi", "katarina.vuk")
]  # fmt: skip
__all__ = ["APP", "ASKING", "TEAM", "Idle", "Served", "account", "bare", "pinned"]

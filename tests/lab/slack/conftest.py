"""A workspace for the tests of its stand-in: a clock to turn, the real client, and an app of bare sockets."""

import json
import threading
import time
from contextlib import ExitStack, suppress

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from integrations.lab.company import RESPONDERS, SUBJECT
from integrations.lab.ledger import Ledger
from integrations.lab.slack import CASE_CHANNEL, SlackStandIn, slack_id
from integrations.lab.slack.pace import Timing

TOKEN, APP_TOKEN = "xoxb-of-the-lab", "xapp-of-the-lab"
ME, OTHER, SUBJECTS = slack_id(RESPONDERS[0]), slack_id(RESPONDERS[1]), slack_id(SUBJECT)
SOON = (0.0, 0.1, 0.2)
ROOM = CASE_CHANNEL


class Clock:
    def __init__(self):
        self.now = 1_795_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def house(tmp_path, clock):
    made = SlackStandIn(
        "slack",
        Ledger(tmp_path / "slack.jsonl"),
        token=TOKEN,
        app_token=APP_TOKEN,
        clock=clock,
        timing=Timing(retries_s=SOON),
    )
    made.start()
    yield made
    made.stop()


@pytest.fixture
def impatient(house):
    """Let Slack wait for an acknowledgement for a moment only."""
    house.delivery.timing = Timing(ack_s=0.3, retries_s=SOON)


@pytest.fixture
def web(house):
    return WebClient(token=TOKEN, base_url=f"{house.url}/api/", retry_handlers=[])


def refusal(call, *given, **named):
    """Return the error code Slack answers with."""
    with pytest.raises(SlackApiError) as refused:
        call(*given, **named)
    return refused.value.response["error"]


class Socket:
    """One connection of an app that acknowledges what it receives."""

    def __init__(self, house, web, answer=None, *, silent=False, first=lambda: None):
        """first: what the app does before it acknowledges."""
        self.answer, self.silent, self.first, self.seen = answer, silent, first, []
        self.held = ExitStack()
        self.line = self.held.enter_context(connect(web.apps_connections_open(app_token=APP_TOKEN)["url"]))
        self.hello = json.loads(self.line.recv(timeout=2))
        until(lambda: house.link.count == self.hello.get("num_connections", house.link.count))
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self):
        with suppress(ConnectionClosed):
            for text in self.line:
                self.seen.append(text)
                self._acknowledge(text)

    def _acknowledge(self, text):
        with suppress(ValueError, TypeError, KeyError):
            envelope = json.loads(text)["envelope_id"]
            self.first()
            if not self.silent:
                body = {"payload": self.answer} if self.answer is not None else {}
                self.line.send(json.dumps({"envelope_id": envelope, **body}))

    @property
    def envelopes(self):
        return [json.loads(each) for each in self.seen]

    def close(self):
        self.held.close()
        self.thread.join()


@pytest.fixture
def connected(house, web):
    """Open connections of the app; all are closed at the end."""
    opened = []

    def one(answer=None, **named):
        opened.append(Socket(house, web, answer, **named))
        return opened[-1]

    yield one
    for each in opened:
        each.close()


def until(said, patience=3.0):
    """Wait until something is so."""
    end = time.monotonic() + patience
    while not said():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.005)


def plain(text):
    return {"type": "plain_text", "text": text}


def button(name="review", value="amber-falcon-7 lockdown 0123456789ab", **more):
    return {"type": "button", "action_id": name, "value": value, "text": plain("Review"), **more}


def section(text="One door is shut."):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def actions(*elements, **more):
    return {"type": "actions", "elements": list(elements), **more}


def asking(name, element=None, **more):
    element = element or {"type": "plain_text_input"}
    return {
        "type": "input", "block_id": name, "label": plain(name), "element": {**element, "action_id": "value"}, **more
    }  # fmt: skip


def modal(*blocks, title="Approve", **more):
    return {
        "type": "modal", "callback_id": "approve", "title": plain(title), "submit": plain("Approve"),
        "blocks": list(blocks) or [asking("code")], **more,
    }  # fmt: skip

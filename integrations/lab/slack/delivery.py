"""Bring envelopes to the app: late, several times or out of order where the lab is told so, and again.

Slack repeats an event nobody acknowledged within three seconds, and never a command or a click:
https://docs.slack.dev/apis/events-api/#retries. A copy has an envelope_id of its own and the same payload.
"""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from integrations.lab.slack.pace import Timing
from runner.actions.values import Json

__all__ = ["Ack", "Delivery", "Sending"]

_HELD_S = 0.5  # how long an envelope waits for others to be shuffled with

Ack = dict[str, Json]
"""`after_ms` since that copy was sent, and the `body` that came with the acknowledgement, None for none."""


@dataclass(eq=False)
class Sending:
    """One payload on its way, with all its copies."""

    kind: str
    payload: Json
    answers: bool = False
    """Whether Slack reads what comes with the acknowledgement."""
    apply: Callable[[Json], None] | None = None
    """Given the body of the first acknowledgement that is in time."""
    id: str = field(default_factory=lambda: str(uuid4()))
    """Envelope id of the first copy."""
    copies: int = 1
    began: float = 0.0
    sent: dict[str, float] = field(default_factory=dict)
    acks: list[Ack] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    """Acknowledged, or there was no connection to send it on."""

    def text(self, envelope: str, attempt: int) -> str:
        """Return one copy as sent."""
        told = {"envelope_id": envelope, "type": self.kind, "accepts_response_payload": self.answers}
        if self.kind == "events_api":
            told |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        return json.dumps({**told, "payload": self.payload})


@dataclass(frozen=True, slots=True)
class _Due:
    at: float
    sending: Sending
    attempt: int = 0
    is_check: bool = False
    """Not a copy: the moment to see whether it was acknowledged."""
    is_first: bool = False


class Delivery:
    """A queue with a thread of its own."""

    def __init__(self, timing: Timing) -> None:
        """timing: of acknowledgements and redelivery."""
        self.timing = timing
        self._changed = threading.Condition()
        self._queue: list[_Due] = []
        self._known: dict[str, Sending] = {}
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.copies, self.reorder, self.late_s = 1, 1, 0.0

    def start(self, send: Callable[[str], bool]) -> None:
        """Begin to deliver; send: hands a text to one connection, False when there is none."""
        self._stopping = False
        self._thread = threading.Thread(target=self._pump, args=(send,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Deliver nothing more; who waits for an acknowledgement is told at once."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
            waiting = list(self._known.values())
        if self._thread:
            self._thread.join()
        for each in waiting:
            each.done.set()

    def offer(self, sending: Sending) -> Sending:
        """Put a payload on its way and return it at once."""
        with self._changed:
            sending.copies = self.copies
            sending.began = time.monotonic()
            due = sending.began + self.late_s
            self._queue += [_Due(due, sending, is_first=at == 0) for at in range(sending.copies)]
            self._known[sending.id] = sending
            self._changed.notify()
        return sending

    def wait(self, sending: Sending) -> list[Ack]:
        """Wait until every copy is acknowledged, or Slack's patience is over; return what came."""
        sending.done.wait(self.timing.ack_s)
        return list(sending.acks)

    def raw(self, text: str, envelope: str, send: Callable[[str], bool], wait_s: float) -> list[Ack]:
        """Send a text as it is; return the acknowledgements of its envelope id within `wait_s`."""
        sending = Sending("raw", None, began=time.monotonic(), sent={envelope: time.monotonic()})
        with self._changed:
            self._known[envelope] = sending
        if send(text):
            sending.done.wait(wait_s)
        return list(sending.acks)

    def acknowledged(self, text: str) -> None:
        """Take a message of the app: an acknowledgement, or nothing Slack understands."""
        with contextlib.suppress(ValueError):
            told = json.loads(text)
            envelope = str(told.get("envelope_id")) if isinstance(told, dict) else ""
            with self._changed:
                sending = self._known.pop(envelope, None)
            if sending is not None:
                self._take(sending, envelope, told.get("payload"))

    def _take(self, sending: Sending, envelope: str, body: Json) -> None:
        now = time.monotonic()
        with self._changed:
            in_time = now - sending.began <= self.timing.ack_s
            is_first = not sending.acks
            sending.acks.append({"after_ms": round((now - sending.sent[envelope]) * 1000, 1), "body": body})
        if is_first and in_time and sending.apply:
            sending.apply(body)
        if len(sending.acks) >= sending.copies:
            sending.done.set()

    def _pump(self, send: Callable[[str], bool]) -> None:
        while True:
            with self._changed:
                batch = self._ready()
                while not batch and not self._stopping:
                    self._changed.wait(self._pause())
                    batch = self._ready()
                if self._stopping:
                    return
            for each in batch:
                self._check(each) if each.is_check else self._send(each, send)

    def _ready(self) -> list[_Due]:
        """Take what is due from the queue; copies only once there are enough of them to shuffle."""
        now = time.monotonic()
        due = [each for each in self._queue if each.at <= now]
        copies = [each for each in due if not each.is_check]
        if len(copies) < self.reorder and all(now - each.at < _HELD_S for each in copies):
            due = [each for each in due if each.is_check]
        elif self.reorder > 1:
            random.shuffle(due)
        for each in due:
            self._queue.remove(each)
        return due

    def _pause(self) -> float:
        now = time.monotonic()
        held = _HELD_S if self.reorder > 1 else 0.0
        return max(0.001, min((each.at + held - now for each in self._queue), default=60.0))

    def _send(self, due: _Due, send: Callable[[str], bool]) -> None:
        sending = due.sending
        envelope = sending.id if due.is_first else str(uuid4())
        with self._changed:
            self._known[envelope] = sending
            sending.sent[envelope] = time.monotonic()
        taken = send(sending.text(envelope, due.attempt))
        if not taken:
            sending.done.set()
        counts = due.is_first or due.attempt > 0  # of several copies one is watched
        if sending.kind == "events_api" and counts and due.attempt < len(self.timing.retries_s):
            wait = self.timing.ack_s if taken else 0.0
            with self._changed:
                self._queue.append(_Due(time.monotonic() + wait, sending, due.attempt, is_check=True))

    def _check(self, due: _Due) -> None:
        if not due.sending.acks:
            at = time.monotonic() + self.timing.retries_s[due.attempt]
            with self._changed:
                self._queue.append(_Due(at, due.sending, due.attempt + 1))

"""The live context: intent first, then the call, and evidence stored as it arrives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from runner.actions.gate import Gate
from runner.actions.values import Item, Json
from runner.errors import RateLimited, ServiceError, SeveranceError, Stopped, TurnedAway

__all__ = ["Live", "Patience", "Recorder", "patiently", "reading", "typed"]

T = TypeVar("T")
C = TypeVar("C")

UNSAID_S, UNSAID_MOST_S = 0.05, 5.0  # between tries where "not now" names no time: doubled up to the second
READ_AGAIN = 2  # further tries of a read whose answer broke; a service that breaks three is down


class Recorder(Protocol):
    """Where a live context writes down what it is about to do, and what it got."""

    def intent(self, what: str, before: Json) -> None:
        """Make the intent durable; returns when the call may go out. May wait at a barrier."""
        ...

    def sent(self) -> None:
        """Note the moment the call goes out."""
        ...

    def answered(self) -> None:
        """Note that the service said the call was carried out."""
        ...

    def kept(self, name: str, content: bytes | Iterable[bytes], media: str) -> Item:
        """Store one piece of evidence and journal it."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may wait for a service that asks for time."""

    total_s: float = 120.0
    pause: Callable[[float], None] = time.sleep
    """Waits so many seconds. May raise Stopped, once nothing is to go out any more."""
    limited: Callable[[float], None] = lambda _: None
    """Told how long a service asked to wait, so that other runners need not be told it as well."""


@dataclass(frozen=True, slots=True)
class Live:
    """A `Context` that acts."""

    case: str
    key: str
    service: str
    opened: object
    gate: Gate
    recorder: Recorder
    patience: Patience

    def connection(self, kind: type[C]) -> C:
        """Return the open connection, checked to be a `kind`."""
        return typed(self.opened, kind, self.service)

    def read(self, call: Callable[[], T]) -> T:
        """Make a reading call; "not now" and broken answers are retried with a cap."""
        return reading(call, self.patience)

    def write(self, what: str, call: Callable[[], T], *, before: Json = None) -> T:
        """Open the gate and make the call; at the gate its intent becomes durable, once, before it leaves.

        An explicit "not now" (429, 503) was not executed and is retried; nothing else is. Raises TurnedAway
        when the run is stopped before it was taken.
        """
        announced: list[str] = []

        def announce() -> None:
            if not announced:
                self.recorder.intent(what, before)
                announced.append(what)
            self.recorder.sent()

        with self.gate.opened(announce):
            try:
                answer = patiently(call, self.patience)
            except Stopped as stopped:
                if isinstance(stopped.__cause__, RateLimited):
                    raise TurnedAway(f'stopped, as the service said "not now": {what}') from stopped
                raise
        self.recorder.answered()
        return answer

    def keep(self, name: str, content: bytes | Iterable[bytes], *, media: str = "application/json") -> Item:
        """Store evidence, bytes as received."""
        return self.recorder.kept(name, content, media)


def reading(call: Callable[[], T], patience: Patience) -> T:
    """Make a reading call; an answer that broke on its way is asked for again, a few times.

    Raises what the last try raised. A refusal, a missing credential or an unreached host is no such answer.
    """
    for _ in range(READ_AGAIN):
        try:
            return patiently(call, patience)
        except ServiceError as broken:
            if type(broken) is not ServiceError:
                raise
            patience.pause(0.2)
    return patiently(call, patience)


def typed(opened: object, kind: type[C], service: str) -> C:
    """Return `opened` when it is a `kind`; an action asking for another vendor's client is a defect."""
    if not isinstance(opened, kind):
        raise SeveranceError(f"expected a {kind.__name__}, found a {type(opened).__name__}", where=service)
    return opened


def patiently(call: Callable[[], T], patience: Patience) -> T:
    """Make a call, waiting as long as the service asks, up to the cap.

    It is never asked again before its time: GitHub bans whoever goes on. Where the service does not say, the
    wait grows from try to try: a service that is down is not hammered.
    Raises RateLimited, without a wait, once the service asks for more than is left of `total_s`, and Stopped,
    caused by RateLimited, when the run is stopped meanwhile.
    """
    waited, unsaid = 0.0, UNSAID_S
    while True:
        try:
            return call()
        except RateLimited as limited:
            wait = max(limited.wait_s, UNSAID_S) if limited.wait_s else unsaid
            unsaid = min(2 * unsaid, UNSAID_MOST_S)
            patience.limited(min(wait, patience.total_s))
            if waited + wait > patience.total_s:
                raise
            try:
                patience.pause(wait)
            except Stopped as stopped:
                raise stopped from limited
            waited += wait

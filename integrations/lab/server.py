"""Stand in for a vendor over real HTTP on loopback: state, refusals, latency, faults and a ledger.

A vendor's stand-in subclasses `StandIn` and marks its methods with `route`. Everything here is for
the lab and the tests; it binds 127.0.0.1 and nothing else.

Control endpoints, not in the ledger: `POST /_lab/faults`, `DELETE /_lab/faults`, `GET /_lab/state`,
`POST /_lab/act` with `{"act": NAME, ...}`.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import responses
from typing import Any, ClassVar, TypeVar
from urllib.parse import unquote

from integrations.lab.exchange import Reply, Request
from integrations.lab.faults import Fault, Faults
from integrations.lab.ledger import Ledger, arrival
from integrations.lab.wire import Wire
from runner.actions.values import Json

__all__ = ["Reply", "Request", "StandIn", "route"]

Handler = TypeVar("Handler", bound=Callable[..., "Reply"])
_BODY_SHOWN = 65_536  # characters in the ledger: a ticket or a message fits, an upload does not


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    pattern: re.Pattern[str]
    name: str


def route(method: str, pattern: str) -> Callable[[Handler], Handler]:
    """Mark a method `(self, request, **named) -> Reply` as the answer to METHOD and a path pattern.

    pattern: a regular expression over the whole path, still percent-encoded; its named groups arrive decoded.
    """

    def mark(handler: Handler) -> Handler:
        marks = [*getattr(handler, "routes", []), _Route(method, re.compile(pattern), handler.__name__)]
        handler.routes = marks  # type: ignore[attr-defined]  # read back by __init_subclass__
        return handler

    return mark


class StandIn:
    """One simulated service; subclass it per vendor."""

    _routes: ClassVar[list[_Route]] = []

    def __init_subclass__(cls, **rest: Any) -> None:
        """Collect the routes of the class and of all it is made of, in the order they are written."""
        super().__init_subclass__(**rest)
        members = [member for each in cls.__mro__ for member in vars(each).values()]
        cls._routes = [each for member in members for each in getattr(member, "routes", [])]

    def __init__(self, name: str, ledger: Ledger, *, latency_ms: float = 0.0) -> None:
        """name: the configured service name, for example `okta-2`. latency_ms: added to every answer."""
        self.name, self.ledger, self.latency_ms = name, ledger, latency_ms
        self.faults = Faults()
        self.lock = threading.RLock()
        """Held while a handler runs: handlers may change state freely."""
        self.url = ""
        self._first: dict[tuple[str, str], Reply] = {}
        self._wire: Wire | None = None

    def start(self, port: int = 0) -> str:
        """Listen on 127.0.0.1 and return the base URL; port 0 takes a free one."""
        self._wire = Wire(self._serve, port)
        self.url = f"http://127.0.0.1:{self._wire.port}"
        return self.url

    def stop(self) -> None:
        """Stop listening, drop every connection and wait for their threads."""
        if self._wire:
            self._wire.stop()
            self._wire = None

    def admit(self, request: Request) -> Reply | None:
        """Return a refusal for a request with wrong credentials, None to let it in."""
        del request
        return None

    def dress(self, request: Request, reply: Reply) -> Mapping[str, str]:
        """Return headers to add to an answer, for example rate-limit headers."""
        del request, reply
        return {}

    def unknown(self, request: Request) -> Reply:
        """Answer a path the vendor does not have, in the vendor's way."""
        return Reply(404, {"message": f"{request.method} {request.path} does not exist"})

    def state(self) -> Json:
        """Return the whole simulated world as JSON, without secrets."""
        return {}

    def act(self, name: str, given: Mapping[str, Json]) -> Json:
        """Do something as the subject or as time would. Raises ValueError for an unknown act."""
        raise ValueError(f"{self.name} knows no act {name!r} with {sorted(given)}")

    def acted(self, name: str, given: Mapping[str, Json]) -> Json:
        """Do as `act`, holding the lock; a stand-in whose acts wait for somebody holds it for less."""
        with self.lock:
            return self.act(name, given)

    def _serve(self, request: Request) -> tuple[Reply, Fault | None]:
        """Answer one request; the fault, if any, tells the wire how to spoil the answer."""
        if request.path.startswith("/_lab/"):
            return self._control(request), None
        at = arrival()
        fault = self.faults.meet(request.method, request.path)
        time.sleep(self.latency_ms / 2000 + (fault.wait_s if fault else 0))
        with self.lock:
            reply = self._applied(request, fault)
            self._write_down(at, request, reply, fault)
        time.sleep(self.latency_ms / 2000)
        return reply, fault

    def _applied(self, request: Request, fault: Fault | None) -> Reply:
        if fault and fault.kind == "status":
            return Reply(fault.status, fault.body, fault.headers)
        if fault and fault.kind == "reset":
            return Reply(0)
        asked = (request.method, request.path)
        if fault and fault.kind == "repeat" and asked in self._first:
            return self._first[asked]
        try:
            reply = self.admit(request) or self._answer(request)
        except (ValueError, UnicodeDecodeError) as wrong:
            reply = Reply(400, {"message": str(wrong)})
        headers = {**self.dress(request, reply), **reply.headers}
        dressed = Reply(reply.status, reply.body, headers, reply.changed)
        if fault and fault.kind == "repeat":
            self._first[asked] = dressed
        return dressed

    def _answer(self, request: Request) -> Reply:
        method = "GET" if request.method == "HEAD" else request.method
        for each in self._routes:
            if each.method == method and (found := each.pattern.fullmatch(request.path)):
                named = {key: unquote(value or "") for key, value in found.groupdict().items()}
                reply: Reply = getattr(self, each.name)(request, **named)
                return reply
        return self.unknown(request)

    def _write_down(self, at: str, request: Request, reply: Reply, fault: Fault | None) -> None:
        self.ledger.append(
            {
                "at": at,
                "service": self.name,
                "method": request.method,
                "path": request.path,
                "query": request.raw_query,
                "body": request.body.decode(errors="replace")[:_BODY_SHOWN],
                "user_agent": request.headers.get("user-agent", ""),
                "status": reply.status,
                "changed": reply.changed,
                "fault": fault.kind if fault else None,
            }
        )

    def _control(self, request: Request) -> Reply:
        """Serve the lab's own endpoints; a mistake in a request is answered with 400 and its reason."""
        try:
            match request.method, request.path:
                case "POST", "/_lab/faults":
                    self.faults.add([Fault.of(each) for each in request.json()])
                    return Reply(204)
                case "DELETE", "/_lab/faults":
                    self.faults.clear()
                    return Reply(204)
                case "GET", "/_lab/state":
                    with self.lock:
                        return Reply(200, self.state())
                case "POST", "/_lab/act":
                    given = dict(request.json())
                    return Reply(200, self.acted(str(given.pop("act", "")), given))
                case _:
                    return Reply(404, {"message": responses[404]})
        except (ValueError, KeyError, TypeError) as wrong:
            return Reply(400, {"message": str(wrong)})

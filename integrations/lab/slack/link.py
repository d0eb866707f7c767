"""Socket Mode's socket: WebSocket connections opened by a ticket, each event to one of them.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import json
import random
import secrets
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from integrations.lab.slack.people import APP
from runner.actions.values import Json

__all__ = ["Link"]

_MOST = 10  # connections an app may have
_TICKET_S = 30.0
_OPENING_S, _CLOSING_S = 2.0, 0.5  # a client that was killed answers nothing, and a lab stops at once
_LIFE_S = 3_600


class Link:
    """The listening socket of one app."""

    def __init__(self, heard: Callable[[str], None]) -> None:
        """heard: given each message of the app."""
        self._heard = heard
        self._lock = threading.Lock()
        self._open: list[ServerConnection] = []
        self._tickets: dict[str, float] = {}
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self.port = 0
        self._stopping = False

    def start(self) -> None:
        """Listen on 127.0.0.1."""
        self._stopping = False
        self._server = serve(
            self._serve, "127.0.0.1", 0,
            process_request=self._admit, compression=None, open_timeout=_OPENING_S, close_timeout=_CLOSING_S,
        )  # fmt: skip
        self.port = self._server.socket.getsockname()[1]
        # Daemon: a forgotten stand-in must not keep a process alive.
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and close every connection; returns when no thread is left."""
        if self._server and self._thread:
            self._stopping = True
            self.close_all()
            self._server.shutdown()
            self._thread.join()
            self._server = None

    def ticket(self) -> str:
        """Return the address of one connection, good once and for half a minute."""
        ticket = secrets.token_urlsafe(24)
        with self._lock:
            self._tickets[ticket] = time.monotonic()
        return f"ws://127.0.0.1:{self.port}/link?ticket={ticket}"

    @property
    def count(self) -> int:
        """How many connections are open."""
        with self._lock:
            return len(self._open)

    def send(self, text: str) -> bool:
        """Send to one connection at random; returns whether one took it."""
        with self._lock:
            order = random.sample(self._open, len(self._open))
        return any(self._sent(each, text) for each in order)

    def disconnect(self, reason: str) -> None:
        """Tell every connection that it ends: `warning` some time from now, anything else at once."""
        with self._lock:
            ending = list(self._open)
            if reason != "warning":
                self._open.clear()
        for each in ending:
            self._sent(each, json.dumps(_bye(reason)))
            if reason != "warning":
                each.close()

    def close_all(self) -> None:
        """Drop every connection without a word, and every ticket."""
        with self._lock:
            ending = list(self._open)
            self._open.clear()
            self._tickets.clear()
        for each in ending:
            each.close()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        asked = urlsplit(request.path)
        ticket = parse_qs(asked.query).get("ticket", [""])[-1]
        with self._lock:
            made = self._tickets.pop(ticket, None)
        fresh = not self._stopping and made is not None and time.monotonic() - made <= _TICKET_S
        if asked.path == "/link" and fresh:
            return None
        return connection.respond(HTTPStatus.FORBIDDEN, "no such ticket\n")

    def _serve(self, connection: ServerConnection) -> None:
        with self._lock:
            number = len(self._open) + 1
        if number > _MOST:
            self._sent(connection, json.dumps(_bye("too_many_websockets")))
            return
        if not self._sent(connection, json.dumps(_hello(number))):
            return
        with self._lock:
            self._open.append(connection)
        try:
            for text in connection:
                self._heard(text if isinstance(text, str) else text.decode(errors="replace"))
        except ConnectionClosed:
            pass
        finally:
            with self._lock:
                if connection in self._open:
                    self._open.remove(connection)

    @staticmethod
    def _sent(connection: ServerConnection, text: str) -> bool:
        try:
            connection.send(text)
        except ConnectionClosed:
            return False
        return True


def _hello(number: int) -> dict[str, Json]:
    return {
        "type": "hello",
        "num_connections": number,
        "debug_info": {"host": "applink-1", "build_number": 1, "approximate_connection_time": _LIFE_S},
        "connection_info": {"app_id": APP},
    }


def _bye(reason: str) -> dict[str, Json]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}

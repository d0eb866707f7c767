"""Socket Mode's socket: opened with a ticket, and opened anew whenever Slack or the network ends it.

Frames are read by `websockets`. The vendor's own reader calls itself for every frame and kilobyte that has
arrived: a burst of some hundred kilobytes ends it in the middle of a frame, the rest of the burst is lost,
and it goes on by taking what people typed for frames (seen with slack-sdk 3.47).
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from runner.desk.chat_line import ChatLine
from runner.errors import ServiceError, SeveranceError
from runner.telemetry.sink import said

__all__ = ["Answer", "Socket"]

_PATIENCE_S = 10  # to open, and between two signs of life
_LARGEST = 4 << 20  # bytes of one message: a form with everything in it is a few hundred thousand
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 8.0  # before it is opened anew
_log = logging.getLogger("severance.chat")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an envelope is answered with."""

    acknowledgement: Mapping[str, Any]
    follows: Callable[[], None]
    """Done once it was sent: its own view must not come into a form after what we then show there."""


class Socket:
    """One socket at a time, and a thread that reads it."""

    def __init__(
        self,
        line: ChatLine,
        answer: Callable[[Mapping[str, Any]], Answer | None],
        logger: logging.Logger,
    ) -> None:
        """Open nothing yet.

        answer: given an envelope, returns its answer, None for none. logger: of the library.
        """
        self._line, self._answer, self._logger = line, answer, logger
        self._current: ClientConnection | None = None
        self._readers: list[threading.Thread] = []
        self._lock, self._closing = threading.Lock(), threading.Event()

    def open(self) -> None:
        """Open it. Raises CredentialsError, and ServiceError when Slack does not answer."""
        self._read_from(self._opened())

    def close(self) -> None:
        """Close it for good; returns when nothing more is read."""
        self._closing.set()
        with self._lock:
            if self._current:
                self._current.close()
            readers = list(self._readers)
        for each in readers:
            each.join()

    def _opened(self) -> ClientConnection:
        url = str(self._line.client.apps_connections_open(app_token=self._line.app_token)["url"])
        secure = url.startswith("wss://")
        if not secure and str(self._line.client.base_url).startswith("https://"):
            raise ServiceError("Slack named a socket without TLS", where=self._line.chat.service)
        try:
            opening = connect(
                url,
                ssl=self._line.client.ssl if secure else None,
                proxy=None,  # the library would take the environment's
                compression=None,
                max_size=_LARGEST,
                open_timeout=_PATIENCE_S,
                ping_interval=_PATIENCE_S,
                ping_timeout=_PATIENCE_S,
                close_timeout=1,
                logger=self._logger,
            )
            return ExitStack().enter_context(opening)  # its reader, a thread, closes it
        except (OSError, WebSocketException) as wrong:
            where = self._line.chat.service
            raise ServiceError(f"the socket could not be opened: {wrong}", where=where) from wrong

    def _read_from(self, connection: ClientConnection) -> None:
        reader = threading.Thread(target=self._read, args=(connection,), name="chat-socket", daemon=True)
        self._current = connection
        self._readers = [*(each for each in self._readers if each.is_alive()), reader]
        reader.start()

    def _read(self, connection: ClientConnection) -> None:
        """Answer what comes until it ends, then see to another; told to leave, it is read to its end."""
        try:
            for text in connection:
                if not self._answered(connection, text):
                    self._replace(connection)
        except ConnectionClosed:
            pass
        finally:
            connection.close()
        self._replace(connection)

    def _answered(self, connection: ClientConnection, text: str | bytes) -> bool:
        """Acknowledge a message, if it is an envelope; returns whether the connection is to last."""
        try:
            envelope = json.loads(text)
            if not isinstance(envelope, dict):
                return True
            if envelope.get("type") == "disconnect":
                return False
            answer = self._answer(envelope)
        except Exception as error:  # noqa: BLE001  nothing that is sent to us may end the reading, or be printed
            _log.debug("what came over the socket was no envelope", extra=said(error=error))
            return True
        if answer is not None:
            connection.send(json.dumps(answer.acknowledgement))
            answer.follows()
        return True

    def _replace(self, old: ClientConnection) -> None:
        """Open another in the place of this one, as soon as Slack lets us; once for each."""
        pause_s = 0.0
        while not self._closing.wait(pause_s):
            with self._lock:
                if old is not self._current or self._closing.is_set():
                    return
                try:
                    self._read_from(self._opened())
                except SeveranceError as error:
                    _log.warning("the socket is not open", extra=said(error=error))
                else:
                    return
            pause_s = min(max(2 * pause_s, _FIRST_PAUSE_S), _LONGEST_PAUSE_S)

"""Takes what Slack sends: acknowledged at once, whatever the runner does, then handed to workers.

An acknowledgement depends on nothing but the kind of payload. So it is the same for all, and nobody learns
from it, or from how long it takes, whether they may do what they tried.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from runner.chat.cards.modals import loading
from runner.chat.payloads import Delivery, fits, read
from runner.chat.socket_mode import Answer, Socket
from runner.desk.chat_line import ChatLine
from runner.telemetry.sink import said

__all__ = ["Receiver"]

_WORKERS = 16
_log = logging.getLogger("severance.chat")


class Receiver:
    """Bolt over Socket Mode; one middleware stands before everything, and nothing comes after it."""

    def __init__(self, line: ChatLine, work: Callable[[Delivery], None]) -> None:
        """work: does what was delivered; called from several threads. Opens nothing yet."""
        self._work = work
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="chat")
        self._app = App(
            name="severance", client=line.client, authorize=_authorized(line), logger=_quiet_logger()
        )
        self._app.use(self._receive)
        self._socket = Socket(line, self._answer, _quiet_logger())

    def connect(self) -> None:
        """Open the socket. Raises CredentialsError, and ServiceError when Slack does not answer."""
        self._socket.open()

    def close(self) -> None:
        """Close the socket, and let what was acknowledged be done."""
        self._socket.close()
        self._workers.shutdown(wait=True)

    def _answer(self, envelope: Mapping[str, Any]) -> Answer | None:
        """Return what an envelope is answered with, and what follows; None for what Slack would not send."""
        request = SocketModeRequest.from_dict(dict(envelope)) if fits(envelope) else None
        if request is None:
            return None
        answer = self._app.dispatch(BoltRequest(mode="socket_mode", body=request.payload))
        if answer.status != 200:
            return None
        told = json.loads(answer.body) if answer.body else None
        delivery = read(request.payload)
        follows = (lambda: self._hand_on(delivery)) if delivery else (lambda: None)
        return Answer(SocketModeResponse(request.envelope_id, told).to_dict(), follows)

    def _hand_on(self, delivery: Delivery) -> None:
        self._workers.submit(self._do, delivery)

    def _receive(self, req: BoltRequest) -> BoltResponse:
        return BoltResponse(status=200, body=_acknowledgement(req.body))

    def _do(self, delivery: Delivery) -> None:
        try:
            self._work(delivery)
        except Exception as error:  # noqa: BLE001  one fault must not end the chat, nor print the payload
            told = said(delivery=delivery.kind, error=error)
            _log.exception("a delivery was not done: a defect of severance", extra=told)


def _acknowledgement(payload: Mapping[str, Any]) -> str:
    """Return what Slack is told: a form stays open, and shows that something is being done."""
    if payload.get("type") == "view_submission":
        return json.dumps({"response_action": "update", "view": loading("One moment")})
    return ""


def _authorized(line: ChatLine) -> Callable[..., AuthorizeResult]:
    def authorize() -> AuthorizeResult:
        """Say whose token answers; one workspace, and its id is judged by the guard."""
        return AuthorizeResult(enterprise_id=None, team_id=line.chat.team, bot_token=line.client.token)

    return authorize


def _quiet_logger() -> logging.Logger:
    """Return a logger for the libraries: they print payloads at DEBUG, and tracebacks for a broken one.

    What Slack sends could else fill the log; what matters of it, the receiver says itself.
    """
    logger = logging.getLogger("severance.chat.library")
    logger.setLevel(logging.CRITICAL)
    return logger

"""Reads what is added to every journal, for a server: its metrics, its traces, and its log on stderr.

Everything comes from the journals, whoever wrote them, so every server over one store tells the same.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from runner.actions.contract import ACTIONS
from runner.actions.registry import discover
from runner.casefile.state import STATES
from runner.clock import now
from runner.database.journal import Record, read
from runner.desk.observing import log_of_server
from runner.desk.office import Office
from runner.desk.standing import in_order_of_need
from runner.errors import SeveranceError, UsageError
from runner.telemetry.counting import Counts, Seen
from runner.telemetry.sink import said
from runner.telemetry.spans import Span, Spans
from runner.telemetry.telling import Telling
from runner.telemetry_settings import Metrics

__all__ = ["Watching", "observed"]

Send = Callable[[Span], None]
LOOK_EVERY_S = 1.0
_STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_log = logging.getLogger("severance.cases")


@dataclass(slots=True)
class _Case:
    """What was read of one case."""

    counts: Counts
    spans: Spans
    telling: Telling
    read: int = 0
    """The last record taken."""
    held_back: list[Span] = field(default_factory=list)
    """Spans of a case that is silent yet."""


class Watching:
    """Follows every journal of an office; safe to share between threads."""

    def __init__(self, office: Office, *, tell: bool = False, send: Send | None = None) -> None:
        """tell: logs every record. send: gets every span.

        What was recorded before is not told again, nor sent; but a case that was silent is sent whole once it
        is heard.
        """
        self._office, self._tell, self._send = office, tell, send
        self._before = office.heads()
        self._cases: dict[str, _Case] = {}
        self._lock = threading.Lock()
        discover()

    def look(self) -> None:
        """Read what was added. Raises StorageError."""
        with self._lock:
            for code, last in self._office.heads().items():
                if code not in self._cases:
                    self._cases[code] = self._opened(code)
                case = self._cases[code]
                for record in read(self._office.database, code, case.read) if case.read < last else ():
                    self._take(code, case, record)

    def seen(self) -> Seen:
        """Return what may be counted now. Raises StorageError."""
        self.look()
        found = Seen()
        with self._lock:
            heard = {code: each.counts for code, each in self._cases.items() if each.counts.heard}
        for code, state in in_order_of_need(self._office, heard):
            found.states[state.word] += 1
            _count(found, self._office, code, heard[code])
        return found

    def _opened(self, code: str) -> _Case:
        covert = any(phase.covert for phase in self._office.playbook(self._office.case(code)).phases)
        services = self._office.settings.services
        telling = Telling(code, self._before.get(code, 0))
        return _Case(Counts(covert), Spans(code, services), telling)

    def _take(self, code: str, case: _Case, record: Record) -> None:
        case.read = record["seq"]
        case.counts.take(record)
        if self._tell:
            case.telling.take(record)
        if self._send:
            case.held_back += case.spans.take(record)
            if case.counts.heard:
                new = record["seq"] > self._before.get(code, 0)
                for span in case.held_back if new else ():
                    self._send(span)
                case.held_back = []


def _count(found: Seen, office: Office, code: str, counts: Counts) -> None:
    case = office.case(code)
    found.doors += Counter(door.verdict for door in case.doors.values())
    for (service, action, outcome), count in counts.operations.items():
        kind = ACTIONS[action].kind if action in ACTIONS else "other"
        found.operations[service, kind, outcome] += count
    found.windows_s += counts.windows_s
    found.spreads_s += counts.spreads_s
    expiring = [datetime.fromisoformat(each.data["expires"]) for each in case.open_requests()]
    found.requests_open += len(expiring)
    found.requests_overdue += sum(each <= now() for each in expiring)
    found.executors |= {counts.executor} if counts.executor and office.held(code) else set()


@contextmanager
def observed(office: Office, listen: str | None = None) -> Iterator[None]:
    """Log, count and trace what a server does, as the settings say, for the length of the block.

    listen: HOST:PORT of the metrics, instead of the settings'. Raises SettingsError and UsageError.
    """
    metrics = _listening(listen, office.settings.metrics)
    with log_of_server(office.settings), ExitStack() as standing:
        # The threads hear no signal that the server waits for: it waits in one place.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
        try:
            _stand(standing, office, metrics)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        yield


def _stand(standing: ExitStack, office: Office, metrics: Metrics | None) -> None:
    log, traces = office.settings.log, office.settings.traces
    tell, export = log is not None and log.on_stderr, None
    if traces:
        from runner.telemetry.export import by_otlp  # noqa: PLC0415  an extra

        export = by_otlp(traces)
        standing.callback(export.close)
    if not (tell or metrics or export):
        return
    watching = Watching(office, tell=tell, send=export.send if export else None)
    if metrics:
        from runner.telemetry.exposition import Exposition  # noqa: PLC0415  an extra

        standing.callback(Exposition(metrics, watching.seen, STATES).close)
    if tell or export:
        standing.enter_context(_looking(watching))


def _listening(listen: str | None, metrics: Metrics | None) -> Metrics | None:
    if listen is None:
        return metrics
    try:
        return Metrics(listen=listen, beyond_loopback=bool(metrics and metrics.beyond_loopback))
    except ValidationError:
        raise UsageError(
            "expected HOST:PORT", where="--metrics", remedy="for example --metrics 127.0.0.1:9464"
        ) from None


@contextmanager
def _looking(watching: Watching) -> Iterator[None]:
    """Look around again and again, in a thread, for the length of the block; and once more at its end."""
    over = threading.Event()

    def look_forever() -> None:
        while not over.wait(LOOK_EVERY_S):
            _look(watching)
        _look(watching)

    thread = threading.Thread(target=look_forever, name="watching", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _look(watching: Watching) -> None:
    try:
        watching.look()
    except SeveranceError as error:
        _log.warning("the cases cannot be read", extra=said(error=error))
    except Exception as error:  # noqa: BLE001  a defect with one record must not end the looking
        _log.exception("a record was not told: a defect of severance", extra=said(error=error))

"""The metrics as Prometheus fetches them; the only importer of `prometheus_client` (extra `metrics`).

Names follow https://prometheus.io/docs/practices/naming/: base units, `_total` for counters. No label holds a
code name or a word about a person: labels are states, verdicts, kinds, outcomes, and the settings' services.
"""

from __future__ import annotations

import logging
import socket
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any, get_args
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from runner.actions.values import Verdict
from runner.errors import SettingsError
from runner.loopback import is_loopback
from runner.telemetry.counting import Seen
from runner.telemetry.sink import said
from runner.telemetry_settings import Metrics

try:
    from prometheus_client import CollectorRegistry, make_wsgi_app
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
        Metric,
    )
    from prometheus_client.registry import Collector
except ImportError:
    raise SettingsError(
        "prometheus_client is not installed", where="metrics", remedy="pip install 'severance[metrics]'"
    ) from None

__all__ = ["Exposition", "families"]

_log = logging.getLogger("severance.metrics")
_WINDOW_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_SPREAD_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 10.0)


def families(seen: Seen, states: Iterable[str]) -> Iterator[Metric]:
    """Yield every metric of one moment; states: all there are, so that one without a case reads 0."""
    yield _gauge("severance_cases", "Cases by state", "state", {each: seen.states[each] for each in states})
    for state in ("stranded", "dead-lettered"):
        name = f"severance_cases_{state.replace('-', '_')}"
        yield GaugeMetricFamily(name, f"Cases that are {state}: a person must act", seen.states[state])
    verdicts = {each: seen.doors[each] for each in get_args(Verdict)}
    yield _gauge("severance_doors", "Doors by verdict", "verdict", verdicts)
    operations = CounterMetricFamily(
        "severance_operations", "Outcomes of operations", labels=("service", "kind", "outcome")
    )
    for labels, count in sorted(seen.operations.items()):
        operations.add_metric(labels, count)
    yield operations
    yield GaugeMetricFamily("severance_requests_open", "Requests not answered yet", seen.requests_open)
    yield GaugeMetricFamily("severance_requests_overdue", "Of these, past their time", seen.requests_overdue)
    yield GaugeMetricFamily("severance_workers", "Processes that run a case", len(seen.executors))
    window = "First write to last confirmed close of a lockdown"
    yield _histogram("severance_lockdown_window_seconds", window, _WINDOW_S, seen.windows_s)
    spread = "First to last arrival of the first writes of a lockdown"
    yield _histogram("severance_lockdown_spread_seconds", spread, _SPREAD_S, seen.spreads_s)


def _gauge(name: str, about: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=(label,))
    for value, count in counts.items():
        family.add_metric((value,), count)
    return family


def _histogram(name: str, about: str, bounds: Sequence[float], values: Sequence[float]) -> Metric:
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_left(bounds, value)] += 1  # a bucket holds what is at most its bound
    named = [*map(str, bounds), "+Inf"]
    family = HistogramMetricFamily(name, about)
    family.add_metric((), list(zip(named, accumulate(counts), strict=True)), sum(values))
    return family


class Exposition:
    """Serves the metrics over HTTP until it is closed."""

    def __init__(self, settings: Metrics, look: Callable[[], Seen], states: Iterable[str]) -> None:
        """Listen. look: counts, anew at each fetch.

        Raises SettingsError for an address beyond loopback that the settings do not allow, and one in use.
        """
        host, _, port = settings.listen.rpartition(":")
        host = host.strip("[]")
        if not (is_loopback(host) or settings.beyond_loopback):
            remedy = "listen on 127.0.0.1, or say `metrics: {beyond_loopback: true}` in the settings"
            raise SettingsError("others could read the metrics there", where=settings.listen, remedy=remedy)
        registry = CollectorRegistry()
        registry.register(_Collector(look, tuple(states)))
        kind = _Server6 if ":" in host else _Server
        try:
            self._server = make_server(
                host, int(port), _guarded(make_wsgi_app(registry)), kind, handler_class=_Quiet
            )
        except (OSError, OverflowError) as error:
            why = f"cannot listen there: {error}"
            raise SettingsError(why, where=settings.listen, remedy="name a free port") from None
        self.port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Collector(Collector):
    def __init__(self, look: Callable[[], Seen], states: tuple[str, ...]) -> None:
        self._look, self._states = look, states

    def describe(self) -> Iterator[Metric]:
        """Yield what there will be, so that registering it looks at no case."""
        yield from families(Seen(), self._states)

    def collect(self) -> Iterator[Metric]:
        """Yield every metric as it is now."""
        yield from families(self._look(), self._states)


def _guarded(app: Any) -> Any:
    """Return an application that answers 503 where the counts cannot be read, instead of a traceback."""

    def guarded(environ: Any, start_response: Any) -> Any:
        try:
            return app(environ, start_response)
        except Exception as error:  # noqa: BLE001  whatever it was, the server goes on
            _log.warning("the metrics could not be read", extra=said(error=error))
            start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b""]

    return guarded


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of who fetched."""

"""Let a request leave only when the gate agrees and it goes to the pinned origin, whoever built it."""

from __future__ import annotations

import ssl
from functools import cache

import httpcore2
import httpx2

from integrations.addresses import origin_of
from integrations.deadline import Punctual
from runner.actions.gate import Gate
from runner.errors import ServiceError

__all__ = ["GATE_PATH", "Pinned"]

GATE_PATH = "severance.gate_path"
"""The extension of a request whose address does not say what it does: the path the gate is asked about."""
_CONNECTIONS = 128  # one a head of the barrier, so that no write waits for another's connection
_KEPT_S = 45  # heads may wait 10 s at the barrier; servers usually hang up after 60


@cache
def _trust() -> ssl.SSLContext:
    """Return the context that verifies every service; loading the system's authorities takes 0.1 s, once."""
    return httpx2.create_ssl_context(trust_env=False)


class _Inner(httpx2.HTTPTransport):
    """The library's transport over a pool of our own: it has no setting for the network beneath."""

    def __init__(self, answer_s: float) -> None:
        super().__init__(verify=_trust(), trust_env=False)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_trust(),
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=_KEPT_S,
            retries=0,
            network_backend=Punctual(answer_s),
        )


class Pinned(httpx2.BaseTransport):
    """A transport of httpx2 with one origin, one gate, and no retries."""

    def __init__(
        self, origin: tuple[str, str, int], hosts: frozenset[str], gate: Gate, *, answer_s: float
    ) -> None:
        """origin: scheme, host, port. hosts: where a GET without credentials may go besides.

        answer_s: longest whole answer.
        """
        self._origin, self._hosts, self._gate = origin, hosts, gate
        self._inner = _Inner(answer_s)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, or raise WriteForbidden, or ServiceError for a foreign origin."""
        url = request.url
        at_home = origin_of(str(url)) == self._origin
        if not at_home and not (
            request.method == "GET" and url.netloc.decode("ascii").lower() in self._hosts
        ):
            raise ServiceError("a request to another host was stopped", where=self._origin[1])
        path = request.extensions.get(GATE_PATH) or url.raw_path.decode("ascii").partition("?")[0]
        self._gate.check(request.method, path)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

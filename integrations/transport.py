"""Let a request leave only when the gate agrees and it goes to the pinned origin, whoever built it."""

from __future__ import annotations

import ssl
from functools import cache

import httpx2

from integrations.addresses import origin_of
from runner.actions.gate import Gate
from runner.errors import ServiceError

__all__ = ["Pinned"]

_LIMITS = httpx2.Limits(
    max_connections=128,  # one a head of the barrier, so that no write waits for another's connection
    max_keepalive_connections=128,
    keepalive_expiry=45,  # heads may wait 10 s at the barrier; servers usually hang up after 60
)


@cache
def _trust() -> ssl.SSLContext:
    """Return the context that verifies every service; loading the system's authorities takes 0.1 s, once."""
    return httpx2.create_ssl_context(trust_env=False)


class Pinned(httpx2.BaseTransport):
    """A transport of httpx2 with one origin, one gate, and no retries."""

    def __init__(self, origin: tuple[str, str, int], hosts: frozenset[str], gate: Gate) -> None:
        """origin: scheme, host, port. hosts: where a GET without credentials may go besides."""
        self._origin, self._hosts, self._gate = origin, hosts, gate
        self._inner = httpx2.HTTPTransport(verify=_trust(), trust_env=False, retries=0, limits=_LIMITS)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, or raise WriteForbidden, or ServiceError for a foreign origin."""
        url = request.url
        at_home = origin_of(str(url)) == self._origin
        if not at_home and not (
            request.method == "GET" and url.netloc.decode("ascii").lower() in self._hosts
        ):
            raise ServiceError("a request to another host was stopped", where=self._origin[1])
        self._gate.check(request.method, url.raw_path.decode("ascii").partition("?")[0])
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

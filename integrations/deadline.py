"""Connections on which an answer ends in time: whole some seconds after its request, or given up on.

A timeout of a socket bounds the silence between two bytes; a service that sends a byte a second never trips
it, neither in the body nor in the headers (CWE-400; "slow-loris").
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore2

__all__ = ["Punctual"]


class _Stream(httpcore2.NetworkStream):
    """A connection of HTTP/1.1: one request, then its answer, then the next."""

    def __init__(self, inner: httpcore2.NetworkStream, answer_s: float) -> None:
        self._inner, self._answer_s = inner, answer_s
        self._ends = time.monotonic() + answer_s

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the answer took too long")
        return self._inner.read(max_bytes, left if timeout is None else min(timeout, left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)
        self._ends = time.monotonic() + self._answer_s

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._answer_s)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Punctual(httpcore2.SyncBackend):
    """The library's network, with a limit on the time of a whole answer."""

    def __init__(self, answer_s: float) -> None:
        """answer_s: seconds from the end of a request to the end of its answer."""
        self._answer_s = answer_s

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect. Raises what the library raises."""
        stream = super().connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._answer_s)

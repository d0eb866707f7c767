"""Carry a request that is already built to one service, and its whole answer back; judge neither.

`Http` stands on it, and so do the libraries of vendors: they sign, spell and parse, and send nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

import httpx2

from integrations.addresses import origin_of
from integrations.answers import Answer, lost, unreached
from integrations.transport import GATE_PATH, Pinned
from runner.actions.gate import Gate
from runner.actions.opening import undated

__all__ = ["Carrier", "head_of"]

_MOST_BYTES = 32 * 1024 * 1024  # one page of any API we call is under a few MiB
_CONNECT_S = 10.0
_UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
_BROKEN = (httpx2.RequestError, httpx2.StreamError, httpx2.InvalidURL)


class Carrier:
    """One origin's connections; safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        *,
        service: str,
        gate: Gate,
        silence_s: float,
        answer_s: float,
        dated: Callable[[str], None] = undated,
        hosts: frozenset[str] = frozenset(),
    ) -> None:
        """Pin the origin of `base_url`; nothing is sent.

        service: the configured name, for errors. silence_s: longest silence. answer_s: longest whole answer.
        dated: see `Opening`. hosts: where a GET without credentials may go besides.
        """
        self.service, self._dated = service, dated
        origin = origin_of(base_url)
        self._transport = Pinned(origin, hosts, gate, answer_s=answer_s)
        self._timeout = httpx2.Timeout(silence_s, connect=min(_CONNECT_S, silence_s)).as_dict()

    def carry(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes,
        *,
        reads: bool = False,
        path: str = "",
    ) -> Answer:
        """Send once and read the whole body; `json` of the answer is None, whatever its status.

        reads: it changes nothing, whatever its method. path: for the gate and for errors, where the address
        does not say what is asked. Raises NotReached, AnswerLost, ServiceError, WriteForbidden.
        """
        request = httpx2.Request(method, url, headers=headers, content=content)
        request.headers["Accept-Encoding"] = "identity"  # whatever the library would rather have
        with self.sent(request, reads=reads, path=path) as response:
            body = b"".join(self.pieces(request, response, reads=reads, path=path))
        return head_of(response, body)

    @contextlib.contextmanager
    def sent(
        self, request: httpx2.Request, *, reads: bool = False, path: str = ""
    ) -> Iterator[httpx2.Response]:
        """Yield the answer to a request whose body is still to be read. Raises as `carry`."""
        shown = path or urlsplit(str(request.url)).path
        request.extensions = {**request.extensions, "timeout": self._timeout, GATE_PATH: path}
        try:
            response = self._transport.handle_request(request)
            response.request = request
            self._dated(response.headers.get("date", ""))
            with contextlib.closing(response):
                yield response
        except _UNSENT as wrong:
            raise unreached(self.service, request.url.netloc.decode("ascii")) from wrong
        except _BROKEN as wrong:
            why = "the connection broke or fell silent"
            raise lost(self.service, request.method, shown, why, reads=reads) from wrong

    def pieces(
        self,
        request: httpx2.Request,
        response: httpx2.Response,
        most: int = _MOST_BYTES,
        *,
        reads: bool = False,
        path: str = "",
    ) -> Iterator[bytes]:
        """Yield the body, `most` bytes at most. Raises as `carry`."""
        size = 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > most:
                shown = path or urlsplit(str(request.url)).path
                raise lost(self.service, request.method, shown, "the answer is too long", reads=reads)
            yield piece

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()


def head_of(response: httpx2.Response, body: bytes = b"") -> Answer:
    """Return an answer as it came, its body not understood."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, None, headers, body)

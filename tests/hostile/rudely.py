"""A server that answers as no service does: one way for every connection, over a real socket."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Self

__all__ = ["MOST", "WAYS", "Rude"]

Answer = Iterator[bytes]
MOST = 80 << 20  # bytes after which the server gives up what would have no end: more than anybody is to take


def _whole(head: str, body: bytes = b"", status: str = "200 OK") -> Callable[[bytes], Answer]:
    length = f"Content-Length: {len(body)}\r\n" if "length" not in head.lower() and "chunked" not in head else ""
    text = f"HTTP/1.1 {status}\r\n{length}{head}\r\n".encode("latin-1") + body
    return lambda _request: iter([text])


def _echo(status: str) -> Callable[[bytes], Answer]:
    """Answer with all that was sent, credentials and all."""

    def answer(request: bytes) -> Answer:
        said = request.decode("latin-1").replace("\\", "\\\\").replace('"', '\\"').replace("\r\n", " | ")
        body = f'{{"ok": false, "error": "{said}", "message": "{said}", "errorSummary": "{said}", "detail": "{said}"}}'.encode()
        yield f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    return answer


def _endless(head: bytes, piece: bytes) -> Callable[[bytes], Answer]:
    def answer(_request: bytes) -> Answer:
        yield head
        for _ in range(MOST // len(piece)):
            yield piece

    return answer


_JSON = "Content-Type: application/json\r\n"
_CHUNK = b"10000\r\n" + b"1," * 32768 + b"\r\n"
WAYS: dict[str, Callable[[bytes], Answer]] = {
    "redirect-elsewhere": _whole("Location: http://evil.example/api\r\n", status="302 Found"),
    "redirect-to-http": _whole("Location: http://169.254.169.254/latest\r\n", status="301 Moved Permanently"),
    "login-page": _whole("Content-Type: text/html\r\n", b"<html>Please sign in</html>", "401 Unauthorized"),
    "html-instead": _whole("Content-Type: text/html\r\n", b"<html>Welcome</html>"),
    "nothing-at-all": lambda _request: iter([]),
    "gzip-bomb": _whole(f"{_JSON}Content-Encoding: gzip\r\n", gzip.compress(b"[" + b"1," * 25_000_000 + b"1]", 9)),
    "longer-than-said": _whole(f"{_JSON}Content-Length: 2\r\n", b'{"ok": true, "id": "evil"}'),
    "endless-chunks": _endless(f"HTTP/1.1 200 OK\r\n{_JSON}Transfer-Encoding: chunked\r\n\r\n10000\r\n[".encode() + b" " * 65535 + b"\r\n", _CHUNK),
    "endless-headers": _endless(b"HTTP/1.1 200 OK\r\n", b"X-Long: " + b"x" * 60_000 + b"\r\n"),
    "body-after-204": lambda _request: iter([b'HTTP/1.1 204 No Content\r\n\r\n{"ok": true}']),
    "no-http": lambda _request: iter([b"SSH-2.0-OpenSSH_9.6\r\n"]),
    "half-a-pair": _whole(_JSON, b'{"ok": true, "id": "\\ud800", "user": "\\ud800", "error": "\\ud800"}'),
    "broken-utf-8": _whole(_JSON, b'{"ok": true, "id": "\xff\xfe"}'),
    "utf-16-json": _whole(_JSON, '{"ok": true}'.encode("utf-16")),
    "status-of-letters": _whole(_JSON, b"{}", "OK 200"),
    "status-999": _whole(_JSON, b"{}", "999 Blocked"),
    "two-lengths": _whole(f"{_JSON}Content-Length: 2\r\nContent-Length: 30\r\n", b"{}"),
    "nul-in-a-header": _whole(f"{_JSON}X-A: a\0b\r\n", b"{}"),
    "long-header-line": _whole(f"{_JSON}Link: <{'x' * 200_000}>; rel=next\r\n", b"[]"),
    **{f"echo-{status[:3]}": _echo(status) for status in ("200 OK", "400 Bad Request", "401 Unauthorized", "403 Forbidden", "500 Error")},
}
"""By the name the corpus gives them."""


class Rude:
    """Listens on loopback for the length of a block."""

    def __init__(self, way: str) -> None:
        self._way = WAYS[way]
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.sent = 0
        """Bytes that were taken of one answer."""
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(10)
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request and (more := connection.recv(65536)):
            request += more
        sent = 0
        for piece in self._way(request):
            connection.sendall(piece)
            sent += len(piece)
            self.sent = max(self.sent, sent)
        # An orderly end, though the rest of the request was never read: a reset would hide what was sent.
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(0.1)
        while connection.recv(65536):
            pass

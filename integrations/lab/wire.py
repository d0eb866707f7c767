"""Carry HTTP/1.1 between loopback sockets and a stand-in, and break connections when a fault says so.

`http.server` parses; answers leave in one packet, Nagle off, connections stay open (RFC 9112).
"""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Mapping
from http.client import responses
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from integrations.lab.exchange import Reply, Request
from integrations.lab.faults import Fault
from integrations.lab.spoiling import spoilt

__all__ = ["Wire"]

Serve = Callable[[Request], tuple[Reply, Fault | None]]
_BREATH_S = 0.01  # between two pieces of a body without an end: enough for any cap, and no load


class Wire:
    """A listening socket with one thread a connection."""

    def __init__(self, serve: Serve, port: int) -> None:
        """Listen on 127.0.0.1 at once; port 0 takes a free one."""
        self._server = _Server(serve, port)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the listener and every connection; returns when no thread is left."""
        self._server.shutdown()
        self._thread.join()
        self._server.drop_all()
        self._server.server_close()


class _Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    request_queue_size = 256  # a lockdown opens many connections in the same instant

    def __init__(self, serve: Serve, port: int) -> None:
        self.serve = serve
        self.connections: dict[threading.Thread, socket.socket] = {}
        super().__init__(("127.0.0.1", port), _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection on a thread of its own, remembered for `drop_all`."""

        def serve() -> None:
            try:
                self.process_request_thread(request, client_address)
            finally:
                self.connections.pop(thread, None)

        # Daemon: a forgotten stand-in must not keep a process alive.
        thread = threading.Thread(target=serve, daemon=True)
        self.connections[thread] = request
        thread.start()

    def drop_all(self) -> None:
        for thread, connection in list(self.connections.items()):
            with contextlib.suppress(OSError):  # the client was faster
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def finish(self) -> None:
        with contextlib.suppress(OSError):  # the client hung up while we answered
            super().finish()

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # a killed runner leaves half a request behind
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the signature is http.server's
        """Say nothing: the ledger is the log."""

    def _vendor(self) -> None:
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length)
        if len(body) < length:  # the client died half way: a server does not act on half a request
            self.close_connection = True
            return
        request = Request(self.command, path, parse_qs(query, keep_blank_values=True), headers, body, query)
        reply, fault = self.server.serve(request)
        self._send(spoilt(reply, fault), fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _vendor  # noqa: N815  # http.server finds them by these names

    def _send(self, reply: Reply, fault: Fault | None) -> None:
        spoil = fault.kind if fault else ""
        if spoil in {"lose-answer", "reset"}:
            self._break()
            return
        body, status = reply.content(), reply.status
        kind = {"Content-Type": "application/json"} if body else {}
        head = self._head(status, {**kind, **reply.headers}, body)
        if spoil == "endless":
            self._flow(status)
            return
        sent = b"" if self.command == "HEAD" or status == 204 else body
        if spoil == "truncate":
            self.wfile.write(head + sent[: len(sent) // 2] if sent else head[: len(head) // 2])
            self.close_connection = True
        elif fault and spoil in {"drip", "drip-body"}:
            at_once = len(head) if spoil == "drip-body" else 0
            self.wfile.write(head[:at_once])
            self._drip((head + sent)[at_once:], fault.seconds)
        else:
            self.wfile.write(head + sent)

    def _head(self, status: int, headers: Mapping[str, str], body: bytes) -> bytes:
        # RFC 9110 section 8.6: no Content-Length in a 204
        length = {} if status == 204 else {"Content-Length": str(len(body))}
        lines = [f"HTTP/1.1 {status} {responses.get(status, 'Other')}"]
        lines += [f"{name}: {value}" for name, value in {**headers, **length}.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _drip(self, answer: bytes, seconds: float) -> None:
        """Send a byte at a time, for as long as somebody listens."""
        for at in range(len(answer)):
            if self._hung_up(seconds):
                return
            self.wfile.write(answer[at : at + 1])

    def _flow(self, status: int) -> None:
        """Send a body without an end (RFC 9112 section 7.1), for as long as somebody listens."""
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.wfile.write(head.encode() + b"1\r\n[\r\n")
        piece = b"1," * 0x8000
        while not self._hung_up(_BREATH_S):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    def _hung_up(self, within_s: float) -> bool:
        """Wait, and return at once when the other side closes (or sends what nobody asked for)."""
        if not select.select([self.connection], [], [], within_s)[0]:
            return False
        self.close_connection = True
        return True

    def _break(self) -> None:
        """Reset the connection (RST) instead of closing it in order."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

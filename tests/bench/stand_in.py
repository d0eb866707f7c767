"""A service of so many doors that answers each write after exactly so long, and writes down when.

Run as a process of its own it prints its URL on stdout and serves until its standard input closes.

| request | answer |
| --- | --- |
| POST /doors/N | closes door N, after the latency of a write |
| POST /after/N | notes a call that follows, after the latency of a write |
| GET /doors/N | the door as it stands, after the latency of a read |
| GET /ledger | what was received so far; never in the ledger itself |

A request begins when all of it has arrived, and ends when its answer is handed to the system. One loop serves
all connections: nothing here waits for a thread, so 64 answers that fall due together leave together.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2

from runner.actions.values import Json
from tests.bench.table import ROOT

__all__ = ["Call", "StandIn", "stand_in"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as the stand-in saw it."""

    method: str
    path: str
    began: float
    """Unix time in seconds."""
    ended: float


@dataclass(frozen=True, slots=True)
class StandIn:
    """The process, as its parent sees it."""

    url: str

    def calls(self) -> list[Call]:
        """Return what it received, in the order the requests arrived."""
        lines: list[Json] = httpx2.get(f"{self.url}/ledger", trust_env=False).json()
        return sorted((Call(**each) for each in lines), key=lambda call: call.began)


@contextmanager
def stand_in(write_ms: float, read_ms: float = 0) -> Iterator[StandIn]:
    """Run one beside this process for the length of the block. write_ms, read_ms: how long an answer takes."""
    command = [sys.executable, "-m", "tests.bench.stand_in", str(write_ms), str(read_ms)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout
        try:
            yield StandIn(process.stdout.readline().strip())
        finally:
            process.terminate()


class _World:
    """The doors, the latencies, and the ledger."""

    def __init__(self, write_s: float, read_s: float) -> None:
        self.write_s, self.read_s = write_s, read_s
        self.shut: set[str] = set()
        self.ledger: list[Json] = []

    def latency_s(self, method: str, path: str) -> float:
        if path == "/ledger":
            return 0
        return self.read_s if method == "GET" else self.write_s

    def answer(self, method: str, path: str) -> Json:
        if path == "/ledger":
            return self.ledger
        if method == "POST":
            self.shut.add(path)
        return {"id": path, "open": path not in self.shut}


class _Connection(asyncio.Protocol):
    """One connection of HTTP/1.1, kept open (RFC 9112); bodies come with Content-Length."""

    def __init__(self, world: _World) -> None:
        self._world, self._received = world, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end].decode("latin-1").split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
            whole = end + 4 + int(headers.get("content-length", 0))
            if len(self._received) < whole:
                return
            self._received = self._received[whole:]
            method, path, _ = head[0].split(" ", 2)
            self._take(method, path)

    def _take(self, method: str, path: str) -> None:
        loop, began, clock = asyncio.get_running_loop(), time.time(), time.monotonic()
        due = clock + self._world.latency_s(method, path)

        def reply() -> None:
            if (left := due - time.monotonic()) > 0:  # the loop's timers may fire a clock tick early
                loop.call_later(left, reply)
                return
            body = json.dumps(self._world.answer(method, path)).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self._transport.write(head.encode() + body)
            if path != "/ledger":
                took = time.monotonic() - clock
                self._world.ledger.append({"method": method, "path": path, "began": began, "ended": began + took})

        if due > clock:
            loop.call_at(loop.time() + (due - clock), reply)
        else:
            reply()


async def _serve(write_ms: float, read_ms: float) -> None:
    world = _World(write_ms / 1000, read_ms / 1000)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(world), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)  # a parent that died closes it: nothing stays behind


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), float(sys.argv[2])))

"""Keeping a long System Log, beside a bare httpx2 loop that writes the same bytes to the same disk.

Both read the same small server, which only sends bytes made beforehand, and each runs in a process of its own,
so that its peak memory is its own. Ours is the product's own `okta.keep_log`, through the live context, the
journal and the store. The bare loop follows the links, and writes, syncs and renames one file a page.
"""

from __future__ import annotations

import json
import os
import resource
import secrets
import socketserver
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from runner.actions.contract import ACTIONS, SERVICES
from runner.actions.registry import discover
from runner.actions.values import Account, Json
from runner.casefile.folding import fold
from runner.cases.operations import Operations, Task
from runner.cases.services import Services
from runner.database.journal import Journal
from runner.database.opening import open_database
from runner.evidence.folder import Folder
from runner.redaction import redact
from tests.bench.table import ROOT, Row, python

__all__ = ["rows"]

SMALL, LARGE, PAGE = 10_000, 1_000_000, 1_000
TIMES = 3
CASE, USER = "amber-falcon-7", "00u" + "7" * 17
_EVENT = {
    "uuid": "5e2c1d00-0000-11f1-8000-000000000000",
    "published": "2026-11-20T09:14:00.000Z",
    "eventType": "user.session.start",
    "severity": "INFO",
    "displayMessage": "User login to Okta",
    "actor": {"id": USER, "type": "User", "alternateId": "jonas.weber@fjordlight.example", "displayName": "Jonas Weber"},
    "client": {
        "ipAddress": "203.0.113.77", "zone": "null", "device": "Computer",
        "userAgent": {"rawUserAgent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101", "os": "Linux", "browser": "FIREFOX"},
        "geographicalContext": {"city": "Trieste", "country": "Italy", "postalCode": "34121"},
    },
    "outcome": {"result": "SUCCESS"},
    "target": [{"id": "0oa1gjh63g214q0Hq0g4", "type": "AppInstance", "displayName": "github_enterprise"}],
    "authenticationContext": {"authenticationStep": 0, "externalSessionId": "idxsY2lQwGzS2mHkO0pZQ"},
    "request": {"ipChain": [{"ip": "203.0.113.77", "version": "V4", "source": None}]},
}  # fmt: skip


def rows() -> Iterator[Row]:
    """Keep a short and a long log, both ways in turns; yields the rate and the memory."""
    ours, bare = [], []
    with _serving(SMALL) as url:
        small = _child("ours", url)
    with _serving(LARGE) as url:
        for _ in range(TIMES):
            bare.append(_child("bare", url))
            ours.append(_child("ours", url))
    assert {(each["bytes"], each["pages"]) for each in ours} == {
        (each["bytes"], each["pages"]) for each in bare
    }
    rate, base = (LARGE / statistics.median(each["seconds"] for each in them) for them in (ours, bare))
    peak, least = max(each["peak_mib"] for each in ours), small["peak_mib"]
    size = f"{LARGE} events, {ours[0]['bytes'] / 2**20:.0f} MiB, pages of {PAGE}, median of {TIMES}"
    yield Row(
        f"keeping a log ({size})", f"{rate:.0f} events/s = {rate / base:.2f} x",
        f"{base:.0f} events/s, a bare httpx2 loop", ">= 0.7 x",
    )  # fmt: skip
    yield Row(
        "peak memory of that", f"{peak:.0f} MiB = {peak / least:.2f} x", f"{least:.0f} MiB for {SMALL} events",
        "<= 1.2 x",
    )  # fmt: skip


def _child(which: str, url: str) -> Json:
    with tempfile.TemporaryDirectory(prefix="severance-bench-") as folder:
        return json.loads(python("-m", "tests.bench.keeping", which, url, folder).stdout)


@contextmanager
def _serving(events: int) -> Iterator[str]:
    """Run the server in a process of its own for the length of the block; yields its URL."""
    command = [sys.executable, "-m", "tests.bench.keeping", "serve", str(events // PAGE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


class _Pages(socketserver.StreamRequestHandler):
    """Answers a GET of page N; every page has bytes of its own, made of the same ones and its number."""

    disable_nagle_algorithm = True
    pages = 0
    page = json.dumps([_EVENT] * PAGE).encode()
    mark = page.index(b"-000000000000")

    def handle(self) -> None:
        """Answer until the client hangs up."""
        while line := self.rfile.readline():
            asked = line.split()[1].decode()
            while self.rfile.readline().strip():
                pass
            self.connection.sendall(self._answer(int(asked.partition("after=")[2] or 0)))

    def _answer(self, number: int) -> bytes:
        body = self.page[: self.mark] + f"-{number:012d}".encode() + self.page[self.mark + 13 :]
        url = f"http://127.0.0.1:{self.server.server_address[1]}/api/v1/logs?after={number + 1}"
        more = f'Link: <{url}>; rel="next"\r\n' if number + 1 < self.pages else ""
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{more}Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def serve(pages: int) -> None:
    """Serve until terminated; prints the URL."""
    _Pages.pages = pages
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Pages) as listening:
        sys.stdout.write(f"http://127.0.0.1:{listening.server_address[1]}\n")
        sys.stdout.flush()
        listening.serve_forever()


def ours(url: str, folder: Path) -> int:
    """Keep the log as a run does; returns how many pages were kept."""
    settings = SERVICES["okta"].settings(url=url, token="env:X")
    services = Services({"okta": "okta"}, lambda _: settings, lambda _: secrets.token_hex(20), CASE)
    journal, store = Journal(open_database(folder / "state"), CASE, redact=redact), Folder(folder / "case")
    operations = Operations(fold(journal.read()), services, journal, store)
    account = Account("okta", USER, "jonas.weber@fjordlight.example")
    outcome = operations.perform(Task(f"{CASE}/quiet/keep", ACTIONS["okta.keep_log"], "okta", account))
    assert outcome["outcome"] == "kept", outcome
    return len(outcome["after"])


def bare(url: str, folder: Path) -> int:
    """Follow the links, each page into a file of its own, synced and then renamed; returns how many."""
    pages, where = 0, os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    following = f"{url}/api/v1/logs"
    with httpx2.Client(trust_env=False, headers={"Accept-Encoding": "identity"}) as client:
        while following:
            answer = client.get(following)
            pages += 1
            with (folder / ".part").open("wb", buffering=0) as file:
                file.write(answer.content)
                os.fsync(file.fileno())
            (folder / ".part").rename(folder / f"{pages:04d}.json")
            os.fsync(where)
            following = answer.links.get("next", {}).get("url", "")
    os.close(where)
    return pages


def measure(do: Callable[[str, Path], int], url: str, folder: Path) -> Json:
    """Return what one way of keeping the log takes, measured in this process."""
    began, before = time.perf_counter(), time.process_time()
    pages = do(url, folder)
    took, processor = time.perf_counter() - began, time.process_time() - before
    size = sum(path.stat().st_size for path in folder.rglob("*.json"))
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes there, kilobytes on Linux
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    return {"seconds": took, "processor_s": processor, "pages": pages, "bytes": size, "peak_mib": peak}


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        discover()  # no part of keeping
        way = {"ours": ours, "bare": bare}[sys.argv[1]]
        sys.stdout.write(json.dumps(measure(way, sys.argv[2], Path(sys.argv[3]))))
        sys.stdout.flush()
        os._exit(0)  # the journal's thread is not ours to wait for

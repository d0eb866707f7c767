"""Who closes the same doors: severance, the peers as their documentation has them used, and the limit.

A contestant is set up first, unmeasured; what is measured is the one command that its user would then give.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.bench.doored_company import FOLLOWING, approved
from tests.bench.peers.environments import Environment
from tests.bench.table import ROOT, Command

__all__ = ["CONTESTANTS", "Contestant"]

PROGRAMS = Path(__file__).parent / "programs"
_UP_WITHIN_S = 120


Prepare = Callable[[Path, str, int], Command]
"""(an empty folder, the stand-in's URL, how many doors) -> the command that closes them."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to close the doors."""

    name: str
    prepare: Prepare
    environment: Environment | None = None
    """None for what runs in ours."""
    read_ms: float = 0
    """How long the stand-in takes to answer a read; peers make none."""
    beside: Callable[[Path], AbstractContextManager[object]] = lambda _: nullcontext()
    """What must run meanwhile, with a folder of its own; started before, and unmeasured."""


def _severance(folder: Path, url: str, doors: int) -> Command:
    return approved(folder / "company", url, doors).command()


def _bare(folder: Path, url: str, doors: int) -> Command:
    words = [sys.executable, str(PROGRAMS / "bare_loop.py"), url, str(doors), str(FOLLOWING)]
    return Command(words, folder, {"PYTHONPATH": str(ROOT)})


ANSIBLE = Environment("ansible-core")
PREFECT = Environment("prefect", ">=3,<4")
LUIGI = Environment("luigi")


def _ansible(playbook: str) -> Prepare:
    def prepare(folder: Path, url: str, doors: int) -> Command:
        told = [f"service={url}", f"doors={doors}", f"following={FOLLOWING}"]
        extra = [word for each in told for word in ("-e", each)]
        words = [ANSIBLE.program("ansible-playbook"), *extra, str(PROGRAMS / playbook)]
        return Command(words, folder, {"ANSIBLE_HOME": str(folder / "home"), "LC_ALL": "C.UTF-8"})

    return prepare


def _luigi(folder: Path, url: str, doors: int) -> Command:
    words = [
        LUIGI.program("luigi"), "--module", "luigi_tasks", "FollowUp", "--url", url, "--doors", str(doors),
        "--number", str(FOLLOWING), "--path", f"/after/{FOLLOWING}", "--workers", str(doors), "--local-scheduler",
    ]  # fmt: skip
    return Command(words, folder, {"PYTHONPATH": str(PROGRAMS)})


def _prefect_settings(home: Path) -> dict[str, str]:
    return {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}


def _prefect(folder: Path, url: str, doors: int) -> Command:
    """Return the flow, run without a server of its own: it starts one for itself, on a database that is there."""
    home = PREFECT.folder / "home"
    words = [PREFECT.program("python"), str(PROGRAMS / "prefect_flow.py"), url, str(doors), str(FOLLOWING)]
    return Command(words, folder, _prefect_settings(home))


def _prefect_served(folder: Path, url: str, doors: int) -> Command:
    bare = _prefect(folder, url, doors)
    return Command(bare.words, folder, {**bare.variables, "PREFECT_API_URL": (PREFECT.folder / "api").read_text()})


@contextmanager
def _prefect_server(folder: Path) -> Iterator[None]:
    """Run `prefect server start` for the length of the block, as its documentation has it for a host of one's own."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    api = f"http://127.0.0.1:{port}/api"
    (PREFECT.folder / "api").write_text(api)
    words = [PREFECT.program("prefect"), "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    variables = {**os.environ, **_prefect_settings(folder / "home")}
    with (
        (folder / "server.log").open("w") as log,
        subprocess.Popen(words, cwd=folder, env=variables, stdout=log, stderr=log) as server,
    ):
        try:
            _wait_for(f"{api}/health", server)
            yield
        finally:
            server.terminate()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + _UP_WITHIN_S
    while time.monotonic() < ends and server.poll() is None:
        try:
            if httpx2.get(url, trust_env=False).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.2)
    raise SystemExit(f"nothing answered at {url}")


CONTESTANTS = (
    Contestant("severance run", _severance),
    Contestant("severance run, its own reads take as long", _severance, read_ms=250),
    Contestant("Ansible, uri one after the other", _ansible("sequential.yaml"), ANSIBLE),
    Contestant("Ansible, uri with async and poll 0", _ansible("asynchronous.yaml"), ANSIBLE),
    Contestant("Prefect, a server that runs already", _prefect_served, PREFECT, beside=_prefect_server),
    Contestant("Prefect, as `python flow.py`", _prefect, PREFECT),
    Contestant("Luigi, a worker a door (not durable)", _luigi, LUIGI),
    Contestant("asyncio and httpx2 (not durable, the limit)", _bare),
)

"""Makes calls that a ledger holds once more, with nothing between us and the service but httpx2."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx2

from runner.actions.values import Json

__all__ = ["replay", "url_of"]


def replay(settings: Path, calls: list[Json], ready: Callable[[], object] = lambda: None) -> None:
    """Make calls of one service one after the other, over one warm connection.

    settings: of the lab to call. calls: lines of a ledger. ready: called once the connection is open.
    """
    service = calls[0]["service"]
    token = (settings.parent / "secrets" / service).read_text().strip()
    headers = {"User-Agent": "bench", "Authorization": f"SSWS {token}"}
    if service.startswith("github"):
        headers |= {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
    with httpx2.Client(
        base_url=url_of(settings, service), headers=headers, trust_env=False, timeout=30
    ) as client:
        client.head("/")
        ready()
        for call in calls:
            client.request(call["method"], f"{call['path']}?{call['query']}", content=call["body"].encode())


def url_of(settings: Path, service: str) -> str:
    """Return the base URL a lab's settings give a service."""
    lines = settings.read_text().splitlines()
    line = next(each for each in lines if each.startswith(f"  {service}: "))
    return str(json.loads(line.partition(": ")[2])["url"])

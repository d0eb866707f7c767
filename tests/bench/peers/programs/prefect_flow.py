"""A flow as Prefect's documentation writes them: a task a call, `map` for those that go together, then a chain."""

from __future__ import annotations

import sys

import httpx
from prefect import flow, task

CLIENT = httpx.Client(timeout=30, limits=httpx.Limits(max_connections=None))


@task
def call(address: str) -> None:
    CLIENT.post(address).raise_for_status()


@flow
def lockdown(url: str, doors: int, following: int) -> None:
    call.map([f"{url}/doors/{door}" for door in range(1, doors + 1)]).result()
    for number in range(1, following + 1):
        call(f"{url}/after/{number}")


if __name__ == "__main__":
    lockdown(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

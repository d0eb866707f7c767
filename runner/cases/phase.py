"""The phase interpreter: steps of a phase together, each when what it comes after is through.

Written against a small port addressed by name (`declare step map`), so that the order in which calls
happen to be made never decides anything; `engine.py` implements the port on DBOS.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from runner.actions.values import Json

__all__ = ["Node", "Port", "run_phase"]


class Port(Protocol):
    """What a durable engine offers."""

    def declare(self, names: list[str]) -> None:
        """Fix the identity of every named step, before any runs."""
        ...

    async def step(self, name: str, body: Callable[[], Awaitable[Json]]) -> Json:
        """Run a declared step once durably: a recorded result is returned and the body not run."""
        ...


@dataclass(frozen=True, slots=True)
class Node:
    """A step as the interpreter sees it."""

    name: str
    after: tuple[str, ...]
    body: Callable[[Mapping[str, Json]], Awaitable[Json]]
    """Gets the results of all earlier steps of the phase; returns JSON and never raises."""


async def run_phase(port: Port, nodes: list[Node]) -> dict[str, Json]:
    """Run nodes, given in topological order; returns the result of each by name."""
    results: dict[str, Json] = {}
    tasks: dict[str, asyncio.Task[None]] = {}
    port.declare([node.name for node in nodes])

    async def run(node: Node) -> None:
        for name in node.after:
            await tasks[name]
        results[node.name] = await port.step(node.name, lambda: node.body(dict(results)))

    for node in nodes:
        tasks[node.name] = asyncio.ensure_future(run(node))
    await asyncio.gather(*tasks.values())
    return results

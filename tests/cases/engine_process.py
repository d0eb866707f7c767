"""A process that runs one durable phase on the real engine, so that a test can kill it.

`python -m tests.cases.engine_process STATE '{"run": NAME, "nodes": {NAME: [AFTER…]}, "hang": [NAME…], "slow": {NAME: S}}'`:
every node that runs adds a line to STATE/ran; a node that hangs says so on stdout; the result goes to stdout as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from runner.cases.engine import Engine
from runner.cases.phase import Node
from runner.database.opening import Server, open_database


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def node_of(folder: Path, given: dict[str, Any], name: str) -> Node:
    async def body(results: Any) -> Any:
        with (folder / "ran").open("a") as file:
            file.write(f"{os.getpid()} {given['run']} {name}\n")
        if name in given.get("hang", ()):
            say(f"hanging {name}")
            await asyncio.Event().wait()
        await asyncio.sleep(given.get("slow", {}).get(name, 0))
        return {"by": name, "saw": {each: results[each]["by"] for each in sorted(results)}}

    return Node(name, tuple(given["nodes"][name]), body)


async def main(folder: Path, given: dict[str, Any]) -> Any:
    server = Server(given["server"]) if given.get("server") else None
    engine = Engine(open_database(folder, server))
    engine.launch()
    if given["run"] is None:
        say(f"launched {engine.executor}")
        await asyncio.to_thread(sys.stdin.read)  # stands by until its input ends
        return None
    nodes = [node_of(folder, given, name) for name in given["nodes"]]
    return {"executor": engine.executor, "result": await engine.run(given["run"], lambda: nodes)}


if __name__ == "__main__":
    say(json.dumps(asyncio.run(main(Path(sys.argv[1]), json.loads(sys.argv[2])))))
    os._exit(0)  # the engine's threads need a second to end, and hold nothing that is not durable

"""The durable engine: the phase interpreter's port on DBOS, and the only importer of `dbos`.

Traps of DBOS 3.4 this module answers, each met in tests: call order decides step ids (ids are
reserved by name first); the default serializer is pickle (JSON only, and pickle itself is refused);
the default executor id is shared (ours is unique); the default version is a hash of the code (ours is
raised by hand); recovered runs go to a queue any process may drain (ours is this process's own).
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa
from dbos import (
    DBOS,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    SetWorkflowID,
    _serialization as dbos_serialization,  # the one private part: tests/cases/test_engine.py watches over it
)

from runner.actions.values import Json
from runner.cases.phase import Node, run_phase
from runner.database.opening import in_words
from runner.database.stored import FORMAT
from runner.errors import StorageError

__all__ = ["FORMAT", "Engine"]

_RUNS: dict[str, Callable[[], list[Node]]] = {}
"""How to build the nodes of a run, by workflow id: functions do not cross a checkpoint, names do."""


def _refuse_pickle(*_: object, **__: object) -> Any:
    raise _tampered("the database holds a pickled row, which could run code")


def _tampered(what: str) -> StorageError:
    return StorageError(what, remedy="treat the database as tampered with")


# DBOS reads each row by the serializer the row names, whatever is configured (dbos-transact-py #485), and has
# no setting to read fewer kinds: whoever can write to the database could run code in all our processes.
dbos_serialization.DefaultSerializer.serialize = _refuse_pickle  # type: ignore[method-assign]
dbos_serialization.DefaultSerializer.deserialize = _refuse_pickle  # type: ignore[method-assign]


class _Port:
    """Runs declared steps at ids that are a function of the plan, not of timing."""

    def declare(self, names: list[str]) -> None:
        self._slots = {name: DBOS.reserve_step() for name in names}

    async def step(self, name: str, body: Callable[[], Awaitable[Json]]) -> Json:
        async def run() -> Json:
            return await body()

        return await self._slots[name].run_async({"name": name}, run)


@DBOS.workflow(name="severance.phase", max_recovery_attempts=1000)
async def _phase(run: str) -> Json:
    return await run_phase(_Port(), _RUNS[run]())


class Engine:
    """DBOS, launched in this process for the length of a run."""

    def __init__(self, database: sa.Engine) -> None:
        """database: from `open_database`; the journal's own."""
        self.executor = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._database = database
        self._queue = f"run-{self.executor}"

    def launch(self) -> None:
        """Start DBOS; call it inside the running event loop, whose workflows then share that loop.

        Raises StorageError.
        """
        config: DBOSConfig = {
            "name": "severance",
            "system_database_engine": self._database,
            "system_database_url": str(self._database.url),
            "application_version": FORMAT,
            "executor_id": self.executor,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
        }
        quiet_library()
        DBOS(config=config)
        DBOS.listen_queues([self._queue])
        with in_words(f"the engine's tables, {self._database.url.database}"):
            DBOS.launch()

    async def run(self, name: str, nodes: Callable[[], list[Node]]) -> Json:
        """Run nodes as the durable workflow `name`, or go on with it, or return its recorded result.

        Only the holder of the case's lock calls this, so a run found unfinished has no living owner.
        Raises StorageError when what is stored is not what was written, or the disk takes no more.
        """
        with in_words(f"the engine's record of {name}, {self._database.url.database}"):
            return await self._run(name, nodes)

    async def _run(self, name: str, nodes: Callable[[], list[Node]]) -> Json:
        _RUNS[name] = nodes
        status = await DBOS.get_workflow_status_async(name)
        if status is None:
            with SetWorkflowID(name):
                handle = await DBOS.start_workflow_async(_phase, name)
        elif status.input != {"args": (name,), "kwargs": {}}:  # the queue would only log it
            raise _tampered("a stored run is not as it was written")
        elif status.app_version != FORMAT:  # the queue would leave it lying, and say nothing
            raise StorageError(
                f"this run is stored as {status.app_version}, and this version reads {FORMAT}",
                where=name,
                remedy="go on with the version of severance that began it",
            )
        elif status.status in ("SUCCESS", "ERROR"):
            handle = await DBOS.retrieve_workflow_async(name)
        else:
            await DBOS.register_queue_async(self._queue, polling_interval_sec=0.1)
            handle = await DBOS.resume_workflow_async(name, queue_name=self._queue)
        return await handle.get_result(polling_interval_sec=0.1)


def quiet_library() -> None:
    """Let DBOS speak through our log alone, where there is one; what fails is raised, in our words."""
    library = logging.getLogger("dbos")
    library.handlers, library.propagate = [logging.NullHandler()], True
    library.setLevel(logging.WARNING)


async def parked() -> Json:
    """Never return: what was stopped must stay unfinished, so that `resume` goes on with it."""
    await asyncio.Event().wait()

"""In which format the runs of open cases are stored; told without starting the engine.

The engine takes up only runs of its own version (dbos-transact-py, `_sys_db.py`: recovery filters by
`application_version`): a run of another version would wait for ever, and say nothing.
"""

from __future__ import annotations

import sqlalchemy as sa

from runner.database.opening import in_words

__all__ = ["FORMAT", "strange_runs"]

FORMAT = "phase-1"
"""Version of what is stored for an open case. Raised only when the interpreter can no longer read it."""
_RUNS, _COLUMNS = "workflow_status", ("workflow_uuid", "status", "application_version")
_ENDED = ("SUCCESS", "ERROR", "CANCELLED")


def strange_runs(engine: sa.Engine, case: str | None = None) -> dict[str, str]:
    """Return the formats, not ours, in which runs that have not ended are stored, by case.

    case: this one alone. Raises StorageError.
    """
    schema = None if engine.dialect.name == "sqlite" else "dbos"  # where the engine puts its tables
    runs = sa.table(_RUNS, *map(sa.column, _COLUMNS), schema=schema)
    strange = runs.c.status.not_in(_ENDED) & (runs.c.application_version != FORMAT)
    if case is not None:
        strange &= runs.c.workflow_uuid.startswith(f"{case}/", autoescape=True)
    with in_words("the engine's tables"), engine.connect() as connection:
        if not sa.inspect(connection).has_table(_RUNS, schema=schema):
            return {}  # nothing was ever run
        asked = sa.select(runs.c.workflow_uuid, runs.c.application_version).where(strange)
        return {str(run).partition("/")[0]: str(version) for run, version in connection.execute(asked)}

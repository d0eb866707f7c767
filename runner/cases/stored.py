"""In which format the runs of open cases are stored; told without starting the engine.

The engine takes up only runs of its own version (dbos-transact-py, `_sys_db.py`: recovery filters by
`application_version`): a run of another version would wait for ever, and say nothing.
"""

from __future__ import annotations

import sqlalchemy as sa

from runner.cases.database import in_words

__all__ = ["FORMAT", "strange_runs"]

FORMAT = "phase-1"
"""Version of what is stored for an open case. Raised only when the interpreter can no longer read it."""
_RUNS, _COLUMNS = "workflow_status", ("workflow_uuid", "status", "application_version")
_ENDED = ("SUCCESS", "ERROR", "CANCELLED")


def strange_runs(engine: sa.Engine, case: str) -> str:
    """Return the format, not ours, in which a run of a case that has not ended is stored; "" for none.

    Raises StorageError.
    """
    schema = None if engine.dialect.name == "sqlite" else "dbos"  # where the engine puts its tables
    runs = sa.table(_RUNS, *map(sa.column, _COLUMNS), schema=schema)
    mine = runs.c.workflow_uuid.startswith(f"{case}/", autoescape=True) & runs.c.status.not_in(_ENDED)
    with in_words("the engine's tables"), engine.connect() as connection:
        if not sa.inspect(connection).has_table(_RUNS, schema=schema):
            return ""  # nothing was ever run
        strange = sa.select(runs.c.application_version).where(mine & (runs.c.application_version != FORMAT))
        return str(connection.execute(strange).scalar() or "")

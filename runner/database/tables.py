"""The tables of a store: the journal, and how far each case's goes, who runs it, whom it is about."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

__all__ = ["CASES", "JOURNAL", "RATES", "SUBJECTS", "create", "insert_if_new"]

_TABLES = sa.MetaData()
JOURNAL = sa.Table(
    "severance_journal",
    _TABLES,
    sa.Column("case_code", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("record", sa.Text, nullable=False),
)
CASES = sa.Table(
    "severance_cases",
    _TABLES,
    sa.Column("number", sa.Integer, primary_key=True),  # oldest case first
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("seq", sa.Integer, nullable=False, server_default="0"),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("owner", sa.Text, nullable=False, server_default=""),
    sa.Column("held_until", sa.Float, nullable=False, server_default="0"),
)
"""One row a case: `seq`, of its last record, below zero once it was deleted; `fence`, raised by whoever takes
it to run; `owner`, who that was; `held_until`, on PostgreSQL, the second of the server's clock (Unix time) at
which others may take it."""

SUBJECTS = sa.Table(
    "severance_subjects",
    _TABLES,
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("case_code", sa.Text, nullable=False, index=True),
)
"""By immutable id on a service, the one case that may close this account's doors."""

RATES = sa.Table(
    "severance_rates",
    _TABLES,
    sa.Column("service", sa.Text, primary_key=True),
    sa.Column("used_up", sa.Float, nullable=False, server_default="0"),
)
"""By service, when what was dealt out of its budget of requests is used up; seconds of Unix time."""

_CREATING = 7_359_861_002  # any number of ours: PostgreSQL's advisory locks are told apart by a number


def insert_if_new(connection: sa.Connection, table: sa.Table, **row: str) -> None:
    """Insert a row unless one with its key is there; both databases spell it alike.

    Not by SQLAlchemy's own constructs: they load every driver of PostgreSQL, a tenth of a second a start.
    """
    columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    adding = f"INSERT INTO {table.name} ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING"  # noqa: S608  ours
    connection.execute(sa.text(adding), row)


def create(engine: sa.Engine, tables: sa.MetaData | None = None) -> None:
    """Make tables that are missing (the journal's when none are named). Raises what the database raises.

    Not by `create_all`, which looks first and makes then: of two processes one would fail. On PostgreSQL,
    `CREATE TABLE IF NOT EXISTS` in two sessions at once can fail on a catalogue's index; they
    queue for a lock that ends with the transaction.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATING)))
        for table in (tables or _TABLES).sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))

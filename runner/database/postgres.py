"""The store's database on a PostgreSQL server: for several machines that share the cases.

What the server is asked for, with its documentation: a commit is on its disk when it answers
(`synchronous_commit` stays on); a session whose client fell silent ends in seconds, so that it holds no row
(https://www.postgresql.org/docs/current/runtime-config-connection.html); nobody waits for a lock for ever.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import sqlalchemy as sa

__all__ = ["Answered", "Server", "ask", "postgres_at"]

_SESSION = {
    "application_name": "severance",
    "statement_timeout": "30s",
    "lock_timeout": "15s",
    "idle_in_transaction_session_timeout": "15s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}
_CLIENT = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
_LOST_AFTER_MS = 8_000  # sent and not acknowledged; less than the lease of a case


@dataclass(frozen=True, slots=True)
class Server:
    """Where the shared database is."""

    url: str
    """`postgresql://user@host:port/name?sslmode=verify-full`, as libpq takes it, without a password."""
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answered:
    """How the server answered just now."""

    version: str
    took_ms: float
    """One round trip on an open connection."""
    ahead_s: float
    """By how much its clock is ahead of this machine's."""


def ask(engine: sa.Engine) -> Answered:
    """Ask the server how it is. Raises what the database raises."""
    moment = sa.select(sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float))
    with engine.connect() as connection:
        version = str(connection.execute(sa.text("SHOW server_version")).scalar_one())
        began, by_the_wall = time.monotonic(), time.time()
        theirs = float(connection.execute(moment).scalar_one())
        took_s = time.monotonic() - began
    return Answered(version, took_s * 1000, theirs - by_the_wall - took_s / 2)


def postgres_at(server: Server) -> sa.Engine:
    """Return the engine for a server; nothing is connected yet."""
    url = sa.make_url(server.url).set(drivername="postgresql+psycopg")
    if server.password is not None:
        url = url.set(password=server.password)
    options = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    given = {**_CLIENT, "tcp_user_timeout": _LOST_AFTER_MS, "options": options}
    return sa.create_engine(url, pool_size=6, max_overflow=14, pool_pre_ping=True, connect_args=given)

"""The two databases a store may have, each new: a file, and a real PostgreSQL from PyPI."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.postgres import postgres_url

__all__ = ["DATABASES"]

DATABASES: Mapping[str, Callable[[], str]] = {"SQLite": str, "PostgreSQL": postgres_url}
"""By name, what makes a database and returns its URL for the settings; empty for a file in the store."""

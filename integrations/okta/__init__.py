"""Okta: suspend a person, end what they hold, read it back, and give it back.

Facts are those of Okta's management API, version 2026.06 (https://developer.okta.com/docs/api/). What
destroys or cannot be undone (deactivating or deleting a user or a device, unassigning an app) exists
here as no action.
"""

from __future__ import annotations

from integrations.okta import (
    apps,
    connection,
    devices,
    grants,
    keeping,
    people,
    roles,
    sessions,
    tokens,
    users,
)

__all__ = [
    "apps", "connection", "devices", "grants", "keeping", "people", "roles", "sessions", "tokens", "users",
]  # fmt: skip

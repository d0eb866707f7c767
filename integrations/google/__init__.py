"""Google Workspace: suspend a person, end what they hold, hold their data, read it back, and give it back.

Facts are those of the Directory, Reports, Vault and Cloud Identity APIs, from their discovery documents of
late 2026. What destroys, cannot be undone or shows live secrets exists here as no action: deleting a user
or a hold, wiping a device, listing backup codes, resetting a password.
"""

from __future__ import annotations

from integrations.google import (
    access,
    activities,
    app_passwords,
    apps,
    connection,
    devices,
    grants,
    holds,
    keeping,
    observing,
    paging,
    people,
    recovery,
    roles,
    sessions,
    users,
)

__all__ = [
    "access", "activities", "app_passwords", "apps", "connection", "devices", "grants", "holds", "keeping",
    "observing", "paging", "people", "recovery", "roles", "sessions", "users",
]  # fmt: skip

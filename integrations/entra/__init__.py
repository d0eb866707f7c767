"""Microsoft Entra ID: block a person, end what they hold, read it back, and give it back.

Facts are those of Microsoft Graph v1.0 (https://learn.microsoft.com/graph/api/overview). What destroys or
starts a clock (deleting a user, taking a licence away, wiping or retiring a device) exists here as no action;
a hold in Purview eDiscovery is not made here.
"""

from __future__ import annotations

from integrations.entra import (
    apps,
    connection,
    devices,
    grants,
    key_closing,
    keys,
    links,
    logs,
    methods,
    people,
    roles,
    sessions,
    state,
    users,
)

__all__ = [
    "apps", "connection", "devices", "grants", "key_closing", "keys", "links", "logs", "methods", "people",
    "roles", "sessions", "state", "users",
]  # fmt: skip

"""GitHub Enterprise Cloud: close the ways into an organisation's code, and keep what that destroys.

Facts: GitHub's REST description for Enterprise Cloud (docs.github.com/enterprise-cloud@latest/rest),
API version 2022-11-28. Nothing here erases a person: managed users (EMU) cannot be deleted from here.
"""

from __future__ import annotations

from integrations.github import audit_log, collaborators, credentials, forks, keys, membership, people, state
from integrations.github.connection import GitHub, Settings, connect

__all__ = [
    "GitHub",
    "Settings",
    "audit_log",
    "collaborators",
    "connect",
    "credentials",
    "forks",
    "keys",
    "membership",
    "people",
    "state",
]

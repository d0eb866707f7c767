"""Jira Cloud through the `jira` library: tickets and comments, never read by more people than meant."""

from __future__ import annotations

from integrations.jira.connection import Jira, Settings, connect
from integrations.jira.issues import comment, open_issue

__all__ = ["Jira", "Settings", "comment", "connect", "open_issue"]

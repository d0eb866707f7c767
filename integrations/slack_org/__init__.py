"""Slack as a target: the company's organisation, where people are signed out, deactivated and kept.

The sibling `slack` only tells, often in another workspace with another token. Facts are those of
https://docs.slack.dev/reference (Web API, SCIM 2.0, audit logs, legal holds) and of Slack's help centre.
What deletes conversations, and what releases a hold, exists here as no action.
"""

from __future__ import annotations

from integrations.slack_org import (
    account,
    apps,
    connection,
    holds,
    installations,
    legacy,
    log,
    members,
    pages,
    people,
    roles,
    sessions,
    sharing,
    state,
    way_back,
)

__all__ = [
    "account", "apps", "connection", "holds", "installations", "legacy", "log", "members", "pages", "people",
    "roles", "sessions", "sharing", "state", "way_back",
]  # fmt: skip

"""Says of an invitation that it waits for the person, and for how long it can."""

from __future__ import annotations

from runner.actions.values import Json

__all__ = ["waiting"]


def waiting(standing: Json) -> Json:
    """Return a membership or a role with, while it is an invitation, what it waits for.

    Invitations expire after seven days (GitHub Docs: Inviting users to join your organization; GitHub REST,
    Add a repository collaborator), and nothing tells us of it.
    """
    if not standing or (standing.get("state") != "pending" and standing.get("type") != "invitation"):
        return standing
    return {**standing, "waits_for": "the person accepts the invitation GitHub mailed", "waits_within": "7d"}

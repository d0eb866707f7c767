"""How a person says who they are; imports nothing, so that every face can make one at once."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Claim"]


@dataclass(frozen=True, slots=True)
class Claim:
    """How a person says who they are."""

    name: str | None
    """A name, id or mail: taken at its word only where the settings claim people (a lab on loopback)."""
    signature: str | None
    """The armoured `ssh-keygen -Y` signature over this very act."""
    account: str = ""
    """The immutable id, in the chat's workspace, of whom the chat itself has recognised; no typed word."""

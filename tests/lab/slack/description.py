"""How Slack's own description of its Web API is read by a judge of requests and answers."""

from __future__ import annotations

from typing import Any

__all__ = ["understood"]


def understood(part: Any) -> Any:
    """Return a schema as judges read it: Slack writes a choice as a list of `items` without a type."""
    if isinstance(part, list):
        return [understood(each) for each in part]
    if not isinstance(part, dict):
        return part
    read = {name: understood(each) for name, each in part.items()}
    if isinstance(read.get("items"), list):
        read["anyOf"] = read.pop("items")
    return read

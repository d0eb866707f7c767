"""Which documents a case made, and how each stands: drafted, approved by counsel, sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["documents"]

_KEPT = ("document", "name", "title", "version", "missing", "to", "sha256")


def documents(seen: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each document of these records as it last stood, without its text."""
    known: dict[str, dict[str, Any]] = {}
    for each in seen:
        data = each["data"]
        if each["kind"] == "document.made":
            kept = {key: data[key] for key in _KEPT}
            known[data["document"]] = {**kept, "status": "DRAFT", "sent_at": "", "by": ""}
        elif each["kind"] == "document.approved":
            known[data["document"]].update(status="APPROVED", by=data["by"])
        elif each["kind"] == "document.sent":
            known[data["document"]].update(status="SENT", by=data["by"], to=data["to"], sent_at=each["at"])
    return list(known.values())

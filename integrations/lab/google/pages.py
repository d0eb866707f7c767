"""Pages of the simulated Google's lists, each with the token of the next; and its two kinds of refusals."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from integrations.lab.exchange import Reply, Request
from runner.actions.values import Json

__all__ = ["Shape", "paged", "refusal", "since"]


@dataclass(frozen=True, slots=True)
class Shape:
    """How one list is given out."""

    field: str
    """Of the rows; an empty list has no such field."""
    usual: int
    """Rows a page where nothing is asked for."""
    most: int
    kind: str = ""
    """Of the older APIs, which refuse too long a page (`maxResults`); the newer ones cut it (`pageSize`)."""


def refusal(status: int, reason: str, message: str, headers: dict[str, str] | None = None) -> Reply:
    """Return an error in the form of the Directory and the Reports API (Resolve errors)."""
    error = {"message": message, "domain": "global", "reason": reason}
    return Reply(status, {"error": {"code": status, "message": message, "errors": [error]}}, headers or {})


def since(status: int, word: str, message: str) -> Reply:
    """Return an error in the form of Google's newer APIs (AIP-193): Vault, Cloud Identity."""
    return Reply(status, {"error": {"code": status, "message": message, "status": word}})


def paged(request: Request, rows: Sequence[Json], shape: Shape) -> Reply:
    """Return one page. A token serves the very same question and no other."""
    size = int(request.asked("maxResults" if shape.kind else "pageSize", str(shape.usual)))
    if shape.kind and not 1 <= size <= shape.most:
        said = f"Invalid value '{size}'. Values must be within the range: [1, {shape.most}]"
        return refusal(400, "invalid", said)
    size, start, question = min(size, shape.most), 0, _question(request)
    if token := request.asked("pageToken"):
        asked, _, at = base64.urlsafe_b64decode(token).decode(errors="replace").partition("/")
        if asked != question or not at.isdigit():
            return refusal(400, "invalid", "Invalid Input: pageToken")
        start = int(at)
    body: dict[str, Json] = {"kind": shape.kind, "etag": '"e"'} if shape.kind else {}
    if shown := list(rows[start : start + size]):
        body[shape.field] = shown
    if start + size < len(rows):
        body["nextPageToken"] = base64.urlsafe_b64encode(f"{question}/{start + size}".encode()).decode()
    return Reply(200, body)


def _question(request: Request) -> str:
    asked = sorted(f"{name}={values}" for name, values in request.query.items() if name != "pageToken")
    return hashlib.sha256(f"{request.path}?{asked}".encode()).hexdigest()[:16]

"""What a client sent to a stand-in, and what the stand-in answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from runner.actions.values import Json

__all__ = ["Reply", "Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    """As sent, still percent-encoded, without the query."""
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    raw_query: str = ""

    def json(self) -> Json:
        """Return the parsed body. Raises ValueError (answered with 400) when it is no JSON."""
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        """Return an `application/x-www-form-urlencoded` body; the last value of a name wins."""
        fields = parse_qs(self.body.decode(), keep_blank_values=True)
        return {name: values[-1] for name, values in fields.items()}

    def asked(self, name: str, default: str = "") -> str:
        """Return the last value of a query parameter."""
        return self.query.get(name, [default])[-1]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the vendor answers, and whether its world changed by it."""

    status: int = 200
    body: Json | bytes | None = None
    """JSON, or bytes sent as they are; None for no body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    changed: str | None = None
    """A key of the new state ("user 00u1 status SUSPENDED"), only when this very request brought it about."""

    def content(self) -> bytes:
        """Return the body as sent."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()

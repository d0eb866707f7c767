"""What `severance.yaml` says of logs, metrics and traces; each is off until it is written."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from runner.written import Part, Text

__all__ = ["Log", "Metrics", "Traces"]


class Log(Part):
    """One JSON object a line, for machines."""

    to: Text
    """A file, relative to the settings' folder; or `stderr`, where servers alone write their log."""
    level: Literal["info", "warning", "error"] = "info"
    """`info` tells every record of a journal, `warning` only what went wrong."""

    @property
    def on_stderr(self) -> bool:
        """True when the log goes where a server's complaints go."""
        return self.to == "stderr"


class Metrics(Part):
    """Prometheus (extra `metrics`): what a server's counts are fetched from."""

    listen: Annotated[str, Field(pattern=r"^(\[[0-9a-f:]+\]|[a-z0-9.-]+):[0-9]{1,5}$")]
    """HOST:PORT; without `beyond_loopback` a loopback address."""
    beyond_loopback: bool = False
    """Whoever reaches the port reads the counts: nothing asks who they are."""


class Traces(Part):
    """OpenTelemetry (extra `traces`): where a case's phases, steps and operations are sent as spans."""

    to: Annotated[str, Field(pattern=r"^https?://[^\s@]+$", max_length=300)]
    """An OTLP endpoint over HTTP, with its path: `http://127.0.0.1:4318/v1/traces`."""

"""What a vendor's `connect` is given to open its service with, and how long its answers may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runner.actions.gate import Gate

__all__ = ["ANSWER_S", "SILENCE_S", "Opening", "undated"]

SILENCE_S = 30.0
ANSWER_S = 300.0  # 32 MiB, the most of one answer, at the pace of a bad mobile network


def undated(_date: str) -> None:
    """Take no notice of what time it is at the service."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What `connect` gets besides its settings."""

    name: str
    """The configured service name."""
    gate: Gate
    """Judges every request of this connection."""
    user_agent: str
    """Names us and the case, so that the vendor's own log tells our acts from the subject's."""
    secret: Callable[[str], str]
    """Resolves a secret reference (`env:`, `file:`, …) from the settings."""
    silence_s: float = SILENCE_S
    """How long the service may send nothing before its answer is given up on."""
    answer_s: float = ANSWER_S
    """How long a whole answer may take, however steadily it comes."""
    dated: Callable[[str], None] = undated
    """Told the Date header of an answer (RFC 9110 section 6.6.1), in the moment in which it came."""

"""Makes text fit to be shown, at the sink: secrets taken out, control and direction characters escaped.

What a face shows comes from subjects, vendors and files; none of them may steer a terminal or a reader.
"""

from __future__ import annotations

from runner.language.problems import safe, visible
from runner.redaction import redact

__all__ = ["guarded", "scrubbed", "shown"]


def shown(text: str) -> str:
    """Return text fit for a terminal; its lines stay lines.

    Secrets are known here, so none is guessed: a door's `token: e-mail` is no secret and stays legible.
    """
    return "\n".join(visible(line) for line in redact(text).split("\n"))


def guarded(text: str) -> str:
    """Return text as `shown`, with all that looks like a secret masked: for words nobody has vouched for."""
    return "\n".join(safe(line) for line in redact(text).split("\n"))


def scrubbed(text: str) -> str:
    """Return text without any secret this process knows, for machines: nothing else is changed."""
    return redact(text)

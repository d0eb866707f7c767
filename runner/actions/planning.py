"""The planning context: an action's own code, up to the first thing it would change.

Reads go out for real; the first write or kept item is described instead of made, and ends the
action there. The gate of every connection stays shut meanwhile (see `gate.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from runner.actions.contract import Action
from runner.actions.live import Patience, reading, typed
from runner.actions.values import Item, Json, Refused, Unchanged

__all__ = ["Planning", "foresee"]

T = TypeVar("T")
C = TypeVar("C")


class _WouldWrite(Exception):
    """Carries the described write out of the action."""

    def __init__(self, what: str, before: Json) -> None:
        super().__init__(what)
        self.what, self.before = what, before


@dataclass(frozen=True, slots=True)
class Planning:
    """A `Context` that changes nothing."""

    case: str
    key: str
    service: str
    opened: object
    patience: Patience

    def connection(self, kind: type[C]) -> C:
        """Return the open connection, checked to be a `kind`."""
        return typed(self.opened, kind, self.service)

    def read(self, call: Callable[[], T]) -> T:
        """Make a reading call, with the same patience as live."""
        return reading(call, self.patience)

    def write(self, what: str, call: Callable[[], T], *, before: Json = None) -> NoReturn:  # noqa: ARG002
        """Describe the write, and end the action here."""
        raise _WouldWrite(what, before)

    def keep(self, name: str, content: bytes | Iterable[bytes], *, media: str = "application/json") -> Item:  # noqa: ARG002
        """Describe what would be kept, and end the action here."""
        raise _WouldWrite(f"keep {name}", None)


def foresee(action: Action, context: Planning, *arguments: object, **named: object) -> dict[str, Json]:
    """Run an action under planning and say what it would do.

    Returns `{"would": "write"|"nothing"|"refuse", "what": str, "before": JSON}`; `before` is the state now.
    Raises what the action's reads raise.
    """
    try:
        outcome = action.run(context, *arguments, **named)
    except _WouldWrite as planned:
        return {"would": "write", "what": planned.what, "before": planned.before}
    if isinstance(outcome, Refused):
        return {"would": "refuse", "what": outcome.why, "before": None}
    why = outcome.why if isinstance(outcome, Unchanged) else "nothing to do"
    return {"would": "nothing", "what": why, "before": getattr(outcome, "state", None)}

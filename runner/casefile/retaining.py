"""How long a closed case is still to be kept, whether it is held, and whether anybody asked to delete it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from runner.database.journal import Record

__all__ = ["ASKED_FOR", "Standing", "standing"]

_ASKED, _CONFIRMED = "deletion.asked", "deletion.confirmed"
_HELD, _RELEASED = "case.held", "case.released"
_NO_WORK = frozenset({_HELD, _RELEASED, _ASKED, _CONFIRMED, "store.restored", "run.started", "run.ended"})
"""Records that make a case no younger: nothing happened in it."""
ASKED_FOR = timedelta(days=14)
"""How long a request to delete a case may be confirmed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What records say of a case's retention."""

    last_at: datetime
    """When something last happened in it."""
    held: Record | None
    """The legal hold on it, which no later record released."""
    asked: Record | None
    """The latest request to delete it; a hold since then ended it."""
    confirmed: Record | None
    """Its confirmation: the deletion has begun."""


def standing(records: Sequence[Record]) -> Standing:
    """Read the standing of a case from its records, of which there is one at least."""
    worked = [each for each in records if each["kind"] not in _NO_WORK]
    held = _latest(records, _HELD, _RELEASED)
    asked = _latest(records, _ASKED, _HELD)
    return Standing(
        last_at=datetime.fromisoformat((worked or records)[-1]["at"]),
        held=held if held and held["kind"] == _HELD else None,
        asked=asked if asked and asked["kind"] == _ASKED else None,
        confirmed=_latest(records, _CONFIRMED),
    )


def _latest(records: Sequence[Record], *kinds: str) -> Record | None:
    return next((each for each in reversed(records) if each["kind"] in kinds), None)

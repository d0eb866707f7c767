"""Logs the records of a case as they come; each line is a kind, its numbers, and how long something took."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from runner.telemetry.fields import milliseconds, of_record
from runner.telemetry.sink import logged

__all__ = ["Telling"]

_log = logging.getLogger("severance.cases")
_LOUD = {"case.dead_lettered": logging.ERROR} | dict.fromkeys(
    ("page.failed", "task.late", "ask.silent", "approval.expired", "emergency.unreviewed"), logging.WARNING
)
_WRONG = {"failed", "unknown"}
_BEGINS = {"run.started": "run", "phase.started": "phase", "step.started": "step"}
_ENDS = {"run.ended": "run", "phase.finished": "phase", "step.finished": "step"}


class Telling:
    """Tells the records of one case, in order; those up to `after` only say when something began."""

    def __init__(self, case: str, after: int) -> None:
        """after: the number of the last record that is history."""
        self._case, self._after = case, after
        self._begun: dict[tuple[str, ...], str] = {}

    def take(self, record: Mapping[str, Any]) -> None:
        """Log one record; at INFO, and louder where something went wrong."""
        fields = {"case": self._case, **of_record(record), **self._lasted(record)}
        if record["seq"] > self._after:
            _log.log(_level(record["kind"], fields), "recorded", extra=logged(fields))

    def _lasted(self, record: Mapping[str, Any]) -> dict[str, int]:
        kind, data = record["kind"], record["data"]
        what = _BEGINS.get(kind) or _ENDS.get(kind, "")
        key = (what, str(data.get("phase", "")), str(data.get("step", "")))
        if kind in _BEGINS:
            self._begun[key] = record["at"]
        elif begun := self._begun.get(key):
            return {"ms": milliseconds(begun, record["at"])}
        return {}


def _level(kind: str, fields: Mapping[str, Any]) -> int:
    wrong = _WRONG & {fields.get(each) for each in ("outcome", "status", "verdict")}
    return _LOUD.get(kind, logging.WARNING if wrong else logging.INFO)

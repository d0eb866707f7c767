"""What a line of the log, and a span, may hold: a closed list of fields, each with all it may say.

The rule: **words of the program, of the settings and of the playbook, code names, numbers and times; never a
word that came from a service, a person or a message.** A subject's name, login, mail or account id therefore
has no field it could stand in, in a covert case or in any other. It is not a filter: what is not in the list
is not looked at, and what does not look as its field must is withheld whole, without a digest, because an
insider who reads the log could try their own name against one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, get_args

from runner.actions.values import Layer, Verdict
from runner.errors import ServiceRefused, SeveranceError

__all__ = ["WITHHELD", "allowed", "code", "milliseconds", "of_error", "of_record"]

WITHHELD = "[withheld]"
"""Stands where a value does not look as its field must."""

_OUTCOMES = ("changed", "unchanged", "refused", "failed", "unknown", "kept")
_STATUSES = ("done", "failed", "skipped", "finished")
_NAME, _KIND = r"[a-z][a-z0-9_-]{0,63}", r"[a-z]+([._][a-z]+)*"


def _shaped(pattern: str) -> Callable[[Any], bool]:
    shape = re.compile(pattern)
    return lambda value: isinstance(value, str) and len(value) <= 100 and shape.fullmatch(value) is not None


def code(name: str) -> str:
    """Return a name out of somebody's code, such as a logger's, where it looks like one."""
    return name if _CODE(name) else WITHHELD


def _one_of(words: Collection[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in words


_CODE = _shaped(r"[A-Za-z0-9_.<>:]+")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FIELDS: Mapping[str, Callable[[Any], bool]] = {
    "case": _shaped(r"[a-z]+-[a-z]+-[0-9]+"),
    "kind": _shaped(_KIND),
    "seq": _number,
    "phase": _shaped(_NAME),
    "step": _shaped(rf"{_NAME}(/{_NAME}){{0,2}}"),
    "service": _shaped(_NAME),
    "action": _shaped(r"[a-z0-9_]+\.[a-z0-9_]+"),
    "layer": _one_of(get_args(Layer)),
    "outcome": _one_of(_OUTCOMES),
    "verdict": _one_of(get_args(Verdict)),
    "status": _one_of(_STATUSES),
    "attempt": _number,
    "bytes": _number,
    "need": _number,
    "count": _number,
    "ms": _number,
    "spread_ms": _number,
    "window_ms": _number,
    "delivery": _shaped(r"[a-z]+"),
    "error": _shaped(r"[A-Za-z_][A-Za-z0-9_]*"),
    "exit": _number,
    "http": _number,
}
"""Field: whether a value is one it may hold. `service` is a name of the settings; `phase` and `step` (of a
door `phase/step`, or a recheck of it) are words of the playbook, which people accepted by its digest."""

_COPIED = ("phase", "step", "service", "action", "layer", "outcome", "verdict", "status", "attempt", "bytes",
           "need", "spread_ms", "window_ms")  # fmt: skip
_COUNTED = {
    "subject.resolved": "accounts", "subject.sees": "views", "link.confirmed": "accounts",
    "lockdown.fired": "heads", "accepted": "doors",
}  # fmt: skip
"""Kinds of which one list is told, by how long it is."""


def allowed(fields: Mapping[str, Any], services: Collection[str] = ()) -> dict[str, Any]:
    """Return the fields that are in the list, in its order.

    services: the configured ones, where known.
    """
    told = {name: fields[name] for name in _FIELDS if fields.get(name) not in (None, "")}
    return {name: value if _may(name, value, services) else WITHHELD for name, value in told.items()}


def _may(name: str, value: Any, services: Collection[str]) -> bool:
    return _FIELDS[name](value) and (name != "service" or not services or value in services)


def of_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may be told of one record of a journal, besides its case."""
    kind, data = record["kind"], record["data"]
    return {"kind": kind, "seq": record["seq"], **dict(_of_data(kind, data))}


def _of_data(kind: str, data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((name, data[name]) for name in _COPIED if data.get(name) not in (None, ""))
    if counted := _COUNTED.get(kind):
        yield "count", len(data[counted])
    if data.get("write_at") and data.get("confirmed_at"):
        yield "ms", milliseconds(data["write_at"], data["confirmed_at"])


def milliseconds(begin: str, end: str) -> int:
    """Return the time between two moments, RFC 3339."""
    passed = datetime.fromisoformat(end) - datetime.fromisoformat(begin)
    return round(passed.total_seconds() * 1000)


def of_error(error: BaseException) -> dict[str, Any]:
    """Return what may be told of an error: class, our exit code, a service's status; none of its words."""
    told: dict[str, Any] = {"error": type(error).__name__}
    if isinstance(error, SeveranceError):
        told["exit"] = int(error.exit)
    if isinstance(error, ServiceRefused):
        told["http"] = error.status
    return told

"""The points at which a process can be killed, by what it is about to write down or has just written down.

In the journal, of a mutating operation: `before write.intent OP` nothing is durable; `intent OP` what is about to be
sent is durable, nothing is sent; `sent OP` it is on its way, or done, and no answer came; `answered OP` the service
acted and we have its answer, and no record of it; `outcome OP` the record is durable, and nobody has heard of it.
`before KIND NAME` and `KIND NAME`: any other record of the kinds below, about to be written, or durable and unheard.

In files: `item …`, `bundle …` and `report …`, as a new file is opened, half written (the system kills the process in
the middle of a write, by a limit on the size of files), read back, and given its final name.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

__all__ = ["NOBODY", "Choice", "Point", "Side", "about_to_write", "of_file", "sent", "written"]

Side = Literal["runner", "people"]
Names = tuple[str, ...]

_RUNNER: dict[str, tuple[Names, Names]] = {
    "subject.resolved": ((), ()),
    "phase.planned": (("phase", "step"), ()),
    "phase.started": (("phase",), ()),
    "phase.finished": (("phase",), ()),
    "step.finished": (("phase",), ("step",)),
    "approval.asked": (("request",), ()),
    "approval.used": (("request",), ()),
    "approval.expired": ((), ("request",)),
    "ask.asked": (("request",), ()),
    "ask.closed": (("request",), ()),
    "ask.silent": ((), ("request",)),
    "task.set": (("phase",), ("request",)),
    "task.late": ((), ("request",)),
    "request.reminded": (("moment",), ("request",)),
    "demand.near": (("mark",), ()),
    "clock.proposed": ((), ("request",)),
    "link.proposed": ((), ()),
    "link.confirmed": ((), ()),
    "lockdown.fired": (("phase",), ()),
    "lockdown.measured": (("phase",), ()),
    "door.verdict": (("step",), ("service", "layer", "account")),
    "standing.set": (("order",), ()),
    "standing.done": (("order",), ()),
    "item.kept": (("action",), ("account",)),
    "page.sent": (("moment", "via"), ("request",)),
    "document.made": ((), ("document",)),
    "ticket.made": ((), ()),
    "told": (("what",), ()),
    "undo.judged": ((), ()),
    "task.withdrawn": ((), ("request",)),
    "accepted": ((), ()),
}
"""Fields that tell what sort of point a record is, and the further ones that tell it from others of its sort."""

_PEOPLE: dict[str, tuple[Names, Names]] = {
    "case.opened": ((), ()),
    "approval.given": (("request",), ()),
    "ask.answered": ((), ("request",)),
    "task.done": ((), ("request",)),
    "clock.started": ((), ("request",)),
    "clock.stopped": ((), ("request",)),
    "item.kept": (("action",), ("source",)),
    "document.sent": ((), ("document",)),
}
_BEFORE = {"item.kept", "document.made", "approval.used", "ask.closed", "standing.done", "phase.planned", *_PEOPLE}
_HANDED_IN = ("answer", "demand")
"""What people's items say as their action."""
_PART = re.compile(r"\.part-[0-9a-f]+")
_BUNDLE = re.compile(r"/\.bundle-[0-9a-f]+(?:/(.*))?$")
_MANY = re.compile(r"(?<=^data/items)/.*|(?<=^data/plans)/.*|(?<=^data/documents)/.*")
_AGAIN = re.compile(r"-\d+$")  # of a request that is made once more
_REPORT = re.compile(r"/(report\.[a-z]+|[a-z]+\.csv)\.part$")


@dataclass(frozen=True)
class Point:
    """A point, what sort it is of, and of which kind its death is."""

    sort: str
    name: str
    half: bool = False
    """Whether the death comes in the middle of the next write."""


@dataclass(frozen=True)
class Choice:
    """Which points are died at: each sort once, or each point once, and of them all or a share."""

    by: Literal["sort", "name"] = "sort"
    share: float = 1.0
    seed: str = "0"
    only: tuple[str, ...] = ()
    """Sorts; all when none is named."""

    def key(self, point: Point) -> str:
        """Return what is died at once."""
        return point.sort if self.by == "sort" else point.name

    def takes(self, point: Point) -> bool:
        """Tell whether a point is one of those that are died at."""
        if self.only:
            return point.sort in self.only
        return self.drawn(self.key(point)) < self.share

    def drawn(self, text: str) -> float:
        """Return a number from 0 to 1 that is always the same for a text."""
        return int.from_bytes(hashlib.sha256(f"{self.seed}/{text}".encode()).digest()[:4]) / 2**32


NOBODY = Choice(only=("nothing",))
"""No point at all."""


def written(record: dict[str, Any], side: Side) -> Point | None:
    """Return the point that a durable record is, None for none. record: of the journal."""
    data, kind = record["data"], record["kind"]
    if side == "runner" and kind in ("write.intent", "write.outcome"):
        return _of_operation(kind.partition(".")[2], data)
    return _of_kind("", record, side)


def about_to_write(record: dict[str, Any], side: Side) -> Point | None:
    """Return the point that is reached when a record is about to be written, None for none."""
    data, kind = record["data"], record["kind"]
    if side == "runner" and kind == "write.intent":
        return _of_operation("before write.intent", data)
    if side == "runner" and kind == "write.outcome":
        return _of_operation("answered", data) if data["outcome"] in ("changed", "kept") else None
    return _of_kind("before ", record, side) if kind in _BEFORE else None


def sent(record: dict[str, Any]) -> Point | None:
    """Return the point after an intent at which its request is on its way, None for other records."""
    return _of_operation("sent", record["data"]) if record["kind"] == "write.intent" else None


def of_file(event: str, path: str, flags: int) -> list[Point]:
    """Return the points that are reached when a file is opened, or renamed from this path, in order."""
    if _PART.fullmatch(Path(path).name):
        about = ("item", "item")
    elif found := _BUNDLE.search(path):
        inside = found[1] or "itself"
        about = (f"bundle {_MANY.sub('', inside)}", f"bundle {inside}")
    elif found := _REPORT.search(path):
        about = (f"report {found[1]}",) * 2
    else:
        return []
    if event == "open" and not flags & (os.O_WRONLY | os.O_RDWR):
        return [_file("read back", *about)] if about[0] == "item" else []
    if event == "open":
        return [_file("opened", *about), _file("half written", *about, half=True)]
    return [_file("renamed", *about)]


def _file(what: str, sort: str, name: str, *, half: bool = False) -> Point:
    return Point(f"{sort} {what}", f"{name} {what}", half)


def _of_operation(what: str, data: dict[str, Any]) -> Point:
    return Point(f"{what} {_short(data['op'])}", f"{what} {data['op']}")


def _of_kind(before: str, record: dict[str, Any], side: Side) -> Point | None:
    data, kind = record["data"], record["kind"]
    known = _RUNNER if side == "runner" else _PEOPLE
    handed_in = kind == "item.kept" and data["action"] in _HANDED_IN
    if kind not in known or (kind == "item.kept" and handed_in != (side == "people")):
        return None
    sort, further = known[kind]
    whose = "a person's " if side == "people" else ""
    words = [f"{before}{whose}{kind}", *(_short(str(data.get(each) or "-")) for each in sort)]
    return Point(" ".join(words), " ".join([*words, *(str(data.get(each) or "-") for each in further)]))


def _short(op: str) -> str:
    """Return an operation without its account and its thing: each action of each step is one sort."""
    where, at, rest = op.partition("@")
    if not at:
        return _AGAIN.sub("", op)
    if where.startswith("page/"):
        return f"page/{where.rpartition('/')[2]}@{rest}"
    late = "/after-lag" if rest.endswith("/after-lag") else ""
    return f"{where}{at}{rest.partition('/')[0]}{late}"

"""Doors: one way in each, (service, layer, account), and what is known about it.

A door is left (and its case not done) unless it is closed, or a person answered for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from runner.actions.values import Json, Verdict

__all__ = ["Door", "DoorKey", "doors_of"]

DoorKey = tuple[str, str, str]
"""Service, layer, account id."""


@dataclass(frozen=True, slots=True)
class Door:
    """A door as the journal last saw it."""

    service: str
    layer: str
    account: str
    login: str
    verdict: Verdict
    why: str
    reach: str = "subject"
    things: tuple[Mapping[str, Json], ...] = ()
    proof: str = ""
    closed_at: str = ""
    answered: bool = False
    """A person answered for it: with an item (`by-hand`), by accepting it (`inferred`), by undo (`open`)."""
    undone: bool = False
    """An undo gave it back, or let it be: open is right from then on."""

    @property
    def key(self) -> DoorKey:
        """What makes it this door and no other."""
        return (self.service, self.layer, self.account)

    @property
    def left(self) -> bool:
        """True while the case cannot be called done because of this door."""
        return self.verdict != "closed" and not self.answered


def doors_of(records: list[dict[str, Json]]) -> dict[DoorKey, Door]:
    """Fold `door.seen`, `door.verdict`, `task.done` and `accepted` records into doors, in order met."""
    doors: dict[DoorKey, Door] = {}
    hand_tasks: dict[str, DoorKey] = {}
    for record in records:
        data = record["data"]
        if record["kind"] in ("door.seen", "door.verdict"):
            _see(doors, data)
        elif record["kind"] == "task.set" and data.get("door"):
            hand_tasks[data["request"]] = _key(data["door"])
        elif record["kind"] == "task.done" and data["request"] in hand_tasks:
            key = hand_tasks[data["request"]]
            doors[key] = replace(
                doors[key], answered=True, proof=f"item {str(data['item'])[:12]}", closed_at=record["at"]
            )
        elif record["kind"] == "accepted":
            for key in map(_key, data["doors"]):
                doors[key] = replace(doors[key], answered=True)
    return doors


def _key(door: Json) -> DoorKey:
    return (door["service"], door["layer"], door["account"])


def _see(doors: dict[DoorKey, Door], data: Mapping[str, Json]) -> None:
    key = _key(data)
    known = doors.get(key) or Door(*key, data.get("login", ""), data["verdict"], data["why"])
    closed_at = data.get("closed_at") or (
        known.closed_at if data["verdict"] in ("closed", "inferred") else ""
    )
    undone = known.undone or bool(data.get("reopened"))
    doors[key] = replace(
        known,
        undone=undone,
        verdict=data["verdict"],
        why=data["why"],
        reach=data.get("reach", known.reach),
        things=tuple(data.get("things", known.things)),
        proof=data.get("proof", known.proof),
        closed_at=closed_at,
        answered=(undone and data["verdict"] in ("open", "held", "by-hand"))
        or (known.answered and data["verdict"] == known.verdict),
    )

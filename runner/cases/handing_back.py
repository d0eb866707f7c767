"""The tasks of an undo: what only people can give back. One task a thing, set once.

A key or token comes back only as a new one, made by its owner; the old one is never made to work again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Sequence

from runner.actions.doors import Door, DoorKey
from runner.actions.values import Json
from runner.casefile.course import undo_phase
from runner.cases.asking import task
from runner.cases.reading_back import Reading, verdict_entry
from runner.cases.reopenings import Closed
from runner.cases.work import Work
from runner.database.journal import Entry
from runner.language.playbook import UNDO, TaskStep

__all__ = ["give_back", "hand_back", "let_be", "make_anew", "reopen_by_hand", "set_task"]

ANEW = ("key", "token", "app")
"""Layers whose things come back only as new ones; a session or a consent comes with the next sign-in."""
_UNTOUCHED = ("open", "held", "by-hand")
NEVER = "Make a new one where it is needed; never make the old one work again"


def make_anew(work: Work, closed: Iterable[Closed], refused: Iterable[tuple[Closed, str]]) -> list[str]:
    """Set a task for each key, token and app that comes back only as a new one; returns their names.

    refused: what a service would not reopen, and why: an access key, a secret that is shown once.
    """
    gone = [(each, each.action.no_undo) for each in closed if not each.action.undo]
    return [
        set_task(work, "anew", each.op, f"{each.where}: {why}. {NEVER}", _doers(work))
        for each, why in [*gone, *refused]
        if each.action.layer in ANEW
    ]


def hand_back(work: Work, operation: Json, outcome: Json) -> list[str]:
    """Set a task for what a reopening left to people (channels to invite to); returns its name, if any."""
    after = outcome.get("after")
    things = after.get("by_hand") if isinstance(after, dict) else None
    if not things:
        return []
    named = ", ".join(str(each["name"] or each["id"]) for each in things)
    text = f"{operation['service']} {operation['login']} was not given back all: invite them again to {named}"
    return [set_task(work, "invite", operation["op"], text, _doers(work))]


def give_back(work: Work, gone: Sequence[Reading]) -> list[str]:
    """Set a task for each door that does not come back by itself; its people are woken."""
    return [
        set_task(work, "again", "/".join(each.key), f"Give back by hand: {each.named}", _doers(work))
        for each in gone
    ]


def reopen_by_hand(work: Work, doors: Iterable[Door]) -> list[str]:
    """Set a task for each door that a person closed, and that no action of ours opens."""
    text = "Reopen {} {} for {} by hand, as it was closed by hand: {}"
    return [
        set_task(
            work, "again", "/".join(door.key), text.format(*door.key[:2], door.login, door.why), _doers(work)
        )
        for door in doors
    ]


def let_be(work: Work, read: Container[DoorKey]) -> None:
    """Leave every door that this case left open as it is, and take back the tasks to close one by hand.

    read: doors that were reopened just now.
    """
    case = work.case()
    tasks = [each for each in case.open_requests() if each.data.get("door") and each.data["phase"] != UNDO]
    why = "the case is being undone"
    work.journal.append(*(Entry("task.withdrawn", {"request": each.id, "why": why}) for each in tasks))
    untouched = [
        door
        for door in case.doors.values()
        if door.key not in read and door.left and door.verdict in _UNTOUCHED
    ]
    work.journal.append(*(_left_alone(door) for door in untouched))


def _left_alone(door: Door) -> Entry:
    why = "stands as it is: this case did not close it, and is undone"
    return verdict_entry(Reading(door.key, door.login, door.verdict, why, "", door.proof))


def set_task(work: Work, kind: str, about: str, text: str, roles: Sequence[str], **more: Json) -> str:
    """Set one task of the undo, once however often it is asked for; returns the request's name.

    about: what it is about, the same on every attempt. more: the document handed out with it.
    """
    name = f"{kind}-{hashlib.sha256(about.encode()).hexdigest()[:8]}"
    step = TaskStep.model_validate({"id": name, "task": text[:10_000], "by": list(roles), **more})
    return task(work, undo_phase(work.playbook, 1), step)


def _doers(work: Work) -> list[str]:
    return list(dict.fromkeys([*work.playbook.people.start, *work.playbook.people.decide]))

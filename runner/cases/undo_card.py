"""The approval card of an undo, five lines like any other.

Who; what reopens; what must be back in time; what cannot return; what stays shut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from runner.actions.contract import Action
from runner.actions.values import Json
from runner.casefile.contents import CaseFile
from runner.cases.reopenings import Closed, Limit, limits, lost

__all__ = ["gone_since", "in_time", "undo_lines"]

Lookup = Callable[[str], Action]


def undo_lines(
    operations: Sequence[Json], action: Lookup, closed: Sequence[Closed], case: CaseFile, moment: datetime
) -> tuple[str, ...]:
    """Return the five lines of an undo's plan.

    closed: what the case closed. moment: by which a limit is over or not.
    """
    back = [each for each in operations if action(each["action"]).kind == "reopen"]
    doors = dict.fromkeys(f"{each['service']} {action(each['action']).layer}" for each in back)
    told = [f"{each['service']} {each['args']['about']}" for each in operations if each not in back]
    who = dict.fromkeys(f"{each.data['service']}: {each.login}" for each in closed)
    corrects = f" (and corrects {', '.join(told)})" if told else ""
    timed = limits(closed)
    never = [*gone_since(timed, moment), *lost(closed)]
    return (
        f"Who: {_listed(who, 'nobody: nothing was closed')}",
        f"Reopens: {_listed(doors, 'nothing')}{corrects}",
        f"In time: {_listed(in_time(timed, moment), 'nothing that time takes away')}",
        f"Cannot return: {_listed(never, 'everything can be reopened')}",
        f"Stays shut: {_listed(_by_hand(case), 'nothing we know of')}",
    )


def in_time(timed: Iterable[Limit], moment: datetime) -> list[str]:
    """Return what must be back by when, or it is gone."""
    return [f"{each.what}: only until {each.until}" for each in timed if not each.over(moment)]


def gone_since(timed: Iterable[Limit], moment: datetime) -> list[str]:
    """Return what is gone because its time is over, and since when."""
    return [f"{each.what}: gone since {each.until}" for each in timed if each.over(moment)]


def _by_hand(case: CaseFile) -> list[str]:
    return [
        f"{door.service} {door.layer} of {door.login}, closed by hand: reopen it by hand"
        for door in case.doors.values()
        if door.verdict == "by-hand" and door.closed_at
    ]


def _listed(parts: Iterable[str], otherwise: str) -> str:
    return "; ".join(parts) or otherwise

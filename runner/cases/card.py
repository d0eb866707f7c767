"""The approval card: five lines for a person at night, and what the subject could notice.

Who; what closes; what breaks; what cannot return; what stays open. The same on every surface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from runner.actions.contract import Action
from runner.actions.doors import Door
from runner.actions.values import Json
from runner.casefile.contents import CaseFile

__all__ = ["five_lines", "noticed"]

Lookup = Callable[[str], Action]


def five_lines(
    operations: Sequence[Json], action: Lookup, later: Iterable[str], case: CaseFile
) -> tuple[str, ...]:
    """Return the five lines of a plan.

    action: finds an action by its name. later: doors this plan leaves to another one, in words.
    """
    actions = [action(name) for name in dict.fromkeys(each["action"] for each in operations)]
    accounts = dict.fromkeys(f"{each['service']}: {each['login']}" for each in operations if each["login"])
    closing = [each for each in actions if each.kind == "close"]
    layers = dict.fromkeys(f"{each.vendor} {each.layer}" for each in closing)
    machines = [door for door in case.doors.values() if any(thing["shared"] for thing in door.things)]
    lost = [*(f"{each.name}: {each.no_undo}" for each in closing if not each.undo), *_lost_in_time(closing)]
    return (
        f"Who: {_listed(accounts, 'nobody yet')}",
        f"Closes: {_listed(layers, 'nothing')}{_besides(actions)}",
        f"Breaks: {_listed([_shared(door) for door in machines], 'nothing that others or machines use')}",
        f"Cannot return: {_listed(lost, 'everything can be reopened')}",
        f"Stays open: {_listed([*later, *_staying(case)], 'nothing we know of')}",
    )


def noticed(operations: Iterable[Json], action: Lookup, case: CaseFile) -> Iterator[str]:
    """Yield what the subject could notice, each once, and how.

    Where they, or a possible other account of theirs, read a service's admin or audit views, everything done
    there counts as noticed at once, reading included.
    """
    pairs = dict.fromkeys((each["action"], each["service"]) for each in operations)
    for name, service in pairs:
        seen_by = case.sees.get(service, "")
        if seen_by:
            yield f"{name} on {service}: at-once, since {seen_by}"
        elif action(name).noticed != "none":
            yield f"{name}: {action(name).noticed}"


def _lost_in_time(closing: Iterable[Action]) -> list[str]:
    limited = [each for each in closing if each.undo and each.undo_within]
    return [f"{each.name}: all of it only within {each.undo_within}" for each in limited]


def _besides(actions: Iterable[Action]) -> str:
    others = [each.name for each in actions if each.kind != "close"]
    return f" (and runs {', '.join(others)})" if others else ""


def _shared(door: Door) -> str:
    labels = ", ".join(str(thing["label"]) for thing in door.things if thing["shared"])
    return f"{door.service} {door.layer} ({labels}), held unless this plan names it"


def _staying(case: CaseFile) -> list[str]:
    by_hand = [
        f"{door.service} {door.layer}, by hand" for door in case.doors.values() if door.verdict == "by-hand"
    ]
    mine = {f"{each.service}/{each.id}" for each in [*case.accounts, *case.linked, *case.rows]}
    unlinked = [
        f"{account.login} (not confirmed)" for key, account in case.candidates.items() if key not in mine
    ]
    protected = [f"{each['service']} {each['login']}: {each['why']}" for each in case.protected]
    left_out = [f"{each['service']}: {each['why']}" for each in case.left_out]
    return [*dict.fromkeys(by_hand), *unlinked, *protected, *left_out]


def _listed(parts: Iterable[str], otherwise: str) -> str:
    return "; ".join(parts) or otherwise

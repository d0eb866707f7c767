"""Looks again at reopened doors that are not open yet, as standing orders, until each one is or cannot be.

A door that does not come back by itself becomes a task, which wakes its people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runner.actions.doors import DoorKey
from runner.actions.values import Account, Json
from runner.cases.handing_back import give_back
from runner.cases.reading_back import Reading, accounts_of, foreseen, proof_of, verdict_entry, waits_for
from runner.cases.reopenings import UNDO_OPS, door_of
from runner.cases.threads import each_at_once
from runner.cases.work import Work
from runner.clock import stamp
from runner.database.journal import Entry
from runner.errors import SeveranceError
from runner.language.durations import duration

__all__ = ["LOOK", "look_again", "order_looks"]

LOOK = "look-again"
"""The kind of these standing orders."""
LOOKS = ("15m", "24h", "72h", "7d")
"""When after the undo; while something still waits, every week from then on."""
_UNSETTLED = ("pending", "unknown")


def order_looks(work: Work, backs: Iterable[tuple[Json, Json]], read: Sequence[Reading]) -> None:
    """Set a standing order for each time at which doors that are not open yet are read again, once."""
    unsettled = {each.key for each in read if each.verdict in _UNSETTLED}
    waiting = [each for each, _ in backs if door_of(each, work.services) in unsettled]
    known = work.case().orders
    names = {f"{UNDO_OPS}look-{after}": after for after in LOOKS if waiting}
    orders = [_order(work, name, after, waiting) for name, after in names.items() if name not in known]
    work.journal.append(*orders)


def _order(work: Work, name: str, after: str, waiting: list[Json]) -> Entry:
    data = {
        "order": name,
        "kind": LOOK,
        "what": f"look whether access is back, after {after}",
        "due": stamp(work.later(duration(after))),
        "operations": waiting,
    }
    return Entry("standing.set", data)


def look_again(work: Work, order: Json) -> Json:
    """Read again what was not open yet; returns `{back, waiting, not_back}`, doors in words."""
    case, by_door = work.case(), dict[DoorKey, list[Json]]()
    for operation in order["operations"]:
        door = door_of(operation, work.services)
        if case.doors[door].verdict in _UNSETTLED:
            by_door.setdefault(door, []).append(operation)
    accounts = accounts_of(work)
    read = each_at_once(lambda door: _look(work, accounts[(door[0], door[2])], door, by_door[door]), by_door)
    changed = [each for each in read if each.verdict != case.doors[each.key].verdict]
    work.journal.append(*(verdict_entry(each) for each in changed))
    give_back(work, [each for each in read if each.gone])
    waiting = [each for each in read if each.verdict in _UNSETTLED and not each.gone]
    _go_on(work, order, [operation for each in waiting for operation in by_door[each.key]])
    return {
        "back": [each.named for each in read if each.verdict == "open" and not each.gone],
        "waiting": [each.named for each in waiting],
        "not_back": [each.named for each in read if each.gone],
    }


def _look(work: Work, account: Account, door: DoorKey, operations: Sequence[Json]) -> Reading:
    """Ask the reopenings what they would do now: nothing means that they stand."""
    login = operations[0]["login"]
    try:
        would_be = [foreseen(work, account, each) for each in operations]
    except SeveranceError as error:
        return Reading(door, login, "unknown", error.diagnostics())
    proof = proof_of(work, account, door[1])
    shown = str(proof.state or "")
    missing = next((each for each in would_be if each["would"] != "nothing"), None)
    if missing:
        why = f"not back, and it will not come by itself: {missing['what']}"
        return Reading(door, login, proof.verdict, why, "", shown, gone=True)
    waits = next((waiting for each in would_be if (waiting := waits_for(each["before"]))), "")
    if waits or proof.verdict != "open":
        return Reading(door, login, "pending", f"not open yet: {waits or proof.why}", "", shown)
    return Reading(door, login, "open", "reopened by this case's undo, and read back", "", shown)


def _go_on(work: Work, order: Json, waiting: list[Json]) -> None:
    """Call off the looks that are left once nothing waits; set one more when the last one found something.

    After a long stop they are all due at once, so none may go by what the others have done by now.
    """
    left = [
        each
        for each in work.case().orders.values()
        if each.data["kind"] == LOOK and not each.done and each.id != order["order"]
    ]
    if not waiting:
        called_off: Json = {"back": [], "waiting": [], "not_back": []}
        work.journal.append(
            *(Entry("standing.done", {"order": each.id, "result": called_off}) for each in left)
        )
    elif order["order"].startswith(f"{UNDO_OPS}look-{LOOKS[-1]}"):
        work.journal.append(_order(work, f"{order['order']}+", LOOKS[-1], waiting))

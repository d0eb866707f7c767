"""`doors.prove`: reads every door back, from outside the action that closed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from runner.actions.doors import Door, DoorKey, doors_of
from runner.actions.values import Account, Json, Proof, Verdict, as_json
from runner.casefile.contents import CaseFile
from runner.cases.paging import page, people_of
from runner.cases.plans import in_scope, place
from runner.cases.threads import each_by
from runner.cases.work import Work
from runner.clock import stamp
from runner.database.journal import Entry
from runner.errors import SeveranceError
from runner.language.durations import in_words
from runner.language.playbook import UNDO, DoStep, Phase

__all__ = ["by_hand", "order_rechecks", "prove", "prove_doors", "recheck"]


def prove_doors(work: Work, phase: Phase, step: DoStep) -> Json:
    """Read back every door of the accounts in scope.

    Returns the number of doors by verdict.
    """
    doors = prove(work, in_scope(step, work.case()), place(phase, step), [])
    counts: dict[str, int] = {}
    for door in doors:
        counts[door.verdict] = counts.get(door.verdict, 0) + 1
    return counts


def order_rechecks(work: Work, phase: Phase, step: DoStep) -> None:
    """Set a standing order for each time at which the step's doors are read back again, once."""
    case = work.case()
    orders = [
        {
            "order": f"{place(phase, step)}/recheck-{in_words(seconds)}",
            "kind": "recheck",
            "what": f"read doors back after {in_words(seconds)}",
            "due": stamp(work.later(seconds)),
            "accounts": [account.id for account in in_scope(step, case)],
        }
        for seconds in step.recheck or ()
    ]
    # A step that runs again, because its run was killed, moves no recheck and sets none that is through.
    work.journal.append(*(Entry("standing.set", each) for each in orders if each["order"] not in case.orders))


def recheck(work: Work, order: Json) -> Json:
    """Carry out a recheck; a door found open again pages the deciders at once."""
    case = work.case()
    if UNDO in case.phases:
        return {"doors": 0, "open_again": []}  # open is what an undo wants
    accounts = [each for each in [*case.accounts, *case.linked] if each.id in order["accounts"]]
    were = _shut_before(work, order["order"])
    doors = prove(work, accounts, order["order"], [])
    again = [door for door in doors if door.key in were and door.verdict in ("open", "unknown")]
    if again:
        text = f"Case {work.code}: {len(again)} finding(s) need you.\n\n    severance status {work.code}\n"
        page(work, order["order"], "now", people_of(work, work.playbook.people.decide), text)
    return {
        "doors": len(doors),
        "open_again": [f"{door.service} {door.layer} {door.login}" for door in again],
    }


def _shut_before(work: Work, order: str) -> set[DoorKey]:
    """Return the doors that were shut before a recheck began.

    A run that is killed once it has recorded a door open, and before it woke anybody, wakes them next time.
    """
    records = work.journal.read()
    begun = (
        place
        for place, each in enumerate(records)
        if each["kind"] == "door.verdict" and each["data"].get("step") == order
    )
    before = doors_of(records[: next(begun, None)])
    return {key for key, door in before.items() if door.verdict in ("closed", "inferred")}


def prove(work: Work, accounts: list[Account], where: str, late: Sequence[tuple[DoorKey, str]]) -> list[Door]:
    """Read doors back, journal each verdict, and return them.

    late: what was closed though it was not there yet when people approved, with its door.
    """
    case = work.case()
    by_id = {(account.service, account.id): account for account in accounts}
    mine = [door for door in case.doors.values() if door.account in {account.id for account in accounts}]
    judged = each_by(
        lambda door: door.service,
        lambda door: _judge(work, case, by_id.get((door.service, door.account)), door),
        mine,
    )
    work.journal.append(*(_verdict(door, where, late) for door in judged))
    return judged


def by_hand(case: CaseFile, accounts: list[Account]) -> list[Door]:
    """Return the doors of these accounts that no interface closes, or reads back."""
    mine = {account.id for account in accounts}
    return [door for door in case.doors.values() if door.account in mine and door.verdict == "by-hand"]


def _judge(work: Work, case: CaseFile, account: Account | None, door: Door) -> Door:
    if account is None or door.verdict == "by-hand" or door.undone:
        return door  # what an undo gave back is read by its own orders
    proof = _read_back(work, account, door)
    door = replace(door, things=_things(work, account, door)) if proof.verdict == "open" else door
    closed_at = _closed_at(case, door) if proof.verdict in ("closed", "inferred") else ""
    return replace(
        door,
        verdict=_held(case, account, door, proof),
        why=proof.why,
        closed_at=closed_at,
        proof=str(proof.state or ""),
    )


def _read_back(work: Work, account: Account, door: Door) -> Proof:
    action = work.services.layer_action(account.service, "prove", door.layer)
    if action is None:
        return Proof("inferred", "the service offers no way to read this layer back")
    try:
        found: Proof = action.run(work.services.planning(account.service), account)
    except SeveranceError as error:
        return Proof("unknown", error.diagnostics())
    return found


def _things(work: Work, account: Account, door: Door) -> tuple[Json, ...]:
    """List again what keeps a door open: what was seen before it was closed is no longer true."""
    finder = work.services.layer_action(account.service, "find", door.layer, "things")
    return tuple(as_json(work.services.find(account.service, finder, account))) if finder else ()


def _held(case: CaseFile, account: Account, door: Door, proof: Proof) -> Verdict:
    """Call a door held when what keeps it open was kept back on purpose."""
    protected = any((each["service"], each["id"]) == (account.service, account.id) for each in case.protected)
    shared = bool(door.things) and all(thing["shared"] for thing in door.things)
    return "held" if proof.verdict == "open" and (protected or shared) else proof.verdict


def _closed_at(case: CaseFile, door: Door) -> str:
    """Return when our last change of this door was confirmed; empty where nothing was to be changed."""
    times = [
        each.outcome["data"]["confirmed_at"]
        for each in case.operations.values()
        if each.outcome
        and (each.outcome["data"]["service"], each.outcome["data"]["account"]) == (door.service, door.account)
        and each.outcome["data"]["outcome"] == "changed"
        and each.outcome["data"].get("layer") == door.layer
    ]
    return max(times, default="") or door.closed_at


def _verdict(door: Door, where: str, late: Sequence[tuple[DoorKey, str]]) -> Entry:
    data = {
        "service": door.service,
        "layer": door.layer,
        "account": door.account,
        "login": door.login,
        "verdict": door.verdict,
        "why": door.why,
        "proof": door.proof,
        "closed_at": door.closed_at,
        "things": list(door.things),
        "step": where,
        "late": [label for key, label in late if key == door.key],
    }
    return Entry("door.verdict", data)

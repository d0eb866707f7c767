"""`doors.close`: fires the approved lockdown, reads every door back, and hands over what is left."""

from __future__ import annotations

from datetime import datetime

from runner.actions.doors import Door
from runner.actions.values import Json
from runner.casefile.contents import CaseFile
from runner.cases.asking import hand_over
from runner.cases.barrier import READY_WITHIN_S
from runner.cases.crowns import crown_unreadable
from runner.cases.lockdown import Closing, Lockdown
from runner.cases.plans import in_scope, place
from runner.cases.protecting import protected
from runner.cases.proving import by_hand, prove
from runner.cases.threads import meanwhile
from runner.cases.work import Work
from runner.database.journal import Entry
from runner.errors import RefusedError
from runner.language.playbook import DoStep, Phase

__all__ = ["close_doors"]


def close_doors(work: Work, phase: Phase, step: DoStep) -> Json:
    """Fire, measure, read back.

    Returns `{closed, inferred, open, held, by_hand, late, failed}`: counts, and what failed in words.
    Raises RefusedError when no approved plan covers the step.
    """
    case = work.case()
    accounts = in_scope(step, case)
    # A service that is down must not hold the others' doors: the barrier has seconds for it, and so have we.
    # What was kept back when the phase was planned is in no approved plan, whatever is read now.
    held = protected(work.settings, work.services, accounts, within_s=READY_WITHIN_S / 2)
    kept_back = {(each.service, each.id) for each in held}
    approved = [each for each in _approved(work, case, phase, step) if each.chain not in kept_back]
    lockdown = Lockdown(work, approved, _waived(case, phase, step))
    _open_quietly(work, lockdown)
    outcomes = lockdown.fire()
    if step.approve is None:
        work.journal.append(_measured(lockdown, outcomes))
    late = [
        ((each["service"], each["layer"], each["account"]), each["label"])
        for group in outcomes.values()
        for each in group
        if each["late"]
    ]
    with meanwhile(lambda: hand_over(work, phase, step, by_hand(case, accounts))) as handed:
        doors = prove(work, accounts, place(phase, step), late)
    handed.result()
    failed = [
        f"{each['op']}: {each['why']}" for group in outcomes.values() for each in group if _missed(each)
    ]
    counts = {
        verdict: _count(doors, verdict) for verdict in ("closed", "inferred", "open", "held", "by-hand")
    }
    return {**counts, "late": [label for _, label in late], "failed": failed}


def _approved(work: Work, case: CaseFile, phase: Phase, step: DoStep) -> list[Closing]:
    plan = case.plans.get((phase.phase, step.id if step.approve else None))
    if plan is None:
        raise RefusedError("no approved plan covers this step", where=place(phase, step))
    accounts = {(each.service, each.id): each for each in in_scope(step, case)}
    seen = frozenset(thing["id"] for door in case.doors.values() for thing in door.things)
    return [
        Closing(
            each["op"],
            work.services.by_name(each["action"]),
            accounts[(each["service"], each["account"])],
            each["cap"],
            bool(each["args"]["shared"]),
            seen,
        )
        for each in plan["operations"]
        if each["op"].startswith(f"{place(phase, step)}/")
        and work.services.by_name(each["action"]).kind == "close"
    ]


def _waived(case: CaseFile, phase: Phase, step: DoStep) -> frozenset[str]:
    """Return the operations whose missing evidence every approver of this plan waived by name."""
    wanted = (phase.phase, step.id if step.approve else None)
    votes = [
        frozenset(decision["data"].get("waive", ()))
        for request in case.requests.values()
        if request.kind == "approval" and (request.data["phase"], request.data["step"]) == wanted
        for decision in request.decisions
        if decision["kind"] == "approval.given"
    ]
    return frozenset.intersection(*votes) if votes else frozenset()


def _open_quietly(work: Work, lockdown: Lockdown) -> None:
    """Let doors that notify the subject fire too, at once unless a crown service cannot be read."""
    trouble = crown_unreadable(work, {closing.account.service for closing in lockdown.closings})
    if trouble is None:
        lockdown.quiet.set()
    else:
        lockdown.quiet = trouble  # set by a person's answer, or after two minutes


def _measured(lockdown: Lockdown, outcomes: dict[str, list[Json]]) -> Entry:
    """Return the window by our own clock; a lab's ledgers tell the same from the services' side."""
    written = [
        {**each, "name": f"{each['action']} {each['service']} {each['account']}"}
        for group in outcomes.values()
        for each in group
        if each["write_at"]
    ]
    heads = {closing.op for closing in lockdown.closings if not closing.action.comes_after}
    first_writes = {
        op: min(each["write_at"] for each in group if each["write_at"])
        for op, group in outcomes.items()
        if op in heads and any(each["write_at"] for each in group)
    }
    first, last = min(first_writes.values(), default=""), max(first_writes.values(), default="")
    confirmed = max((each["confirmed_at"] for each in written), default="")
    data = {
        "heads": list(first_writes),
        "first_write_at": first,
        "last_head_write_at": last,
        "last_confirmed_at": confirmed,
        "spread_ms": _between(first, last),
        "window_ms": _between(first, confirmed),
        "slowest_chain_calls": lockdown.longest_chain(),
        "operations": written,
    }
    return Entry("lockdown.measured", data)


def _between(first: str, last: str) -> int:
    """Return the milliseconds from one time to another; 0 where nothing was written."""
    if not first or not last:
        return 0
    return round((datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds() * 1000)


def _missed(outcome: Json) -> bool:
    return outcome["outcome"] in ("failed", "refused", "unknown")


def _count(doors: list[Door], verdict: str) -> int:
    return sum(door.verdict == verdict for door in doors)

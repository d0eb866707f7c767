"""Undo is a phase: planned, approved, newest change first; it gives back what this case closed.

What cannot return is named, with the reason and, where time takes it, since when. What only people can give
back, and whom they must correct outside, become tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from runner.actions.doors import Door
from runner.actions.values import Account, Json
from runner.cases.correcting import correct_made, correct_told
from runner.cases.handing_back import give_back, hand_back, let_be, make_anew, reopen_by_hand
from runner.cases.looking_again import order_looks
from runner.cases.plans import operations_of
from runner.cases.reading_back import Reading, accounts_of, read_back, read_besides
from runner.cases.reopenings import UNDO_OPS, Closed, Limit, closed_by_us, limits, lost, task_of
from runner.cases.undo_card import gone_since, in_time
from runner.cases.work import Work
from runner.clock import now
from runner.errors import SeveranceError
from runner.language.playbook import DoStep, Phase

__all__ = ["reopen_doors"]

_THROUGH = ("changed", "unchanged")
Tried = Sequence[tuple[Json, Json]]
"""Each operation of the plan with its outcome."""


def reopen_doors(work: Work, phase: Phase, step: DoStep) -> Json:
    """Reopen, in reverse order, what this case changed and nobody changed since; read back; hand on the rest.

    Returns `{reopened, left, until, tasks, failed}`: `left` names what cannot return, or is not ours any
    more, and why; `until` what must be back by when; `failed` what did not reopen, or reads as not back.
    """
    closed, planned = closed_by_us(work.case(), work.services), _planned(work, phase, step)
    accounts, timed = accounts_of(work), limits(closed)
    tried = [(each, _tried(work, each, accounts)) for each in planned]
    backs = [(each, outcome) for each, outcome in tried if each["account"] and outcome["outcome"] in _THROUGH]
    read = read_back(work, backs, [each for each in timed if not each.over(now())])
    order_looks(work, backs, read)
    left = list(dict.fromkeys([*_left(tried, closed), *gone_since(timed, now()), *lost(closed)]))
    until = in_time(_still_at_stake(timed, closed, read), now())
    tasks = _hand_on(work, closed, tried, read)
    work.write("undo.judged", left=left, until=until, tasks=tasks)
    failed = [f"{each['op']}: {outcome['why']}" for each, outcome in tried if _failed(outcome)]
    return {
        "reopened": [each["op"] for each, _ in backs],
        "left": left,
        "until": until,
        "tasks": tasks,
        "failed": [*failed, *(each.named for each in read if each.gone or each.verdict == "unknown")],
    }


def _planned(work: Work, phase: Phase, step: DoStep) -> list[Json]:
    return list(operations_of(phase, step, work.case(), work.services))


def _tried(work: Work, operation: Json, accounts: Mapping[tuple[str, str], Account]) -> Json:
    if not operation["account"]:
        return correct_made(work, operation)
    account = accounts[(operation["service"], operation["account"])]
    try:
        since = _changed_since(work, operation, account)
    except SeveranceError as error:
        return {"outcome": "failed", "why": error.diagnostics()}
    return since or work.operations.perform(task_of(operation, work.services, account))


def _changed_since(work: Work, operation: Json, account: Account) -> Json:
    """Return a refusal when the account is no longer as this case left it: that is not ours to undo.

    A reopening that is under way already, by our own unanswered intent, goes on.
    """
    known, after = work.operations.known(operation["op"]), operation["args"]["after"]
    layer = work.services.by_name(operation["action"]).layer or ""
    prove = work.services.layer_action(account.service, "prove", layer)
    if known or operation["args"]["thing"] or prove is None or not isinstance(after, dict):
        return None
    found = prove.run(work.services.planning(account.service), account).state
    if not isinstance(found, dict) or all(found.get(key, value) == value for key, value in after.items()):
        return None
    return {"outcome": "refused", "why": f"somebody changed its {layer} since: it stays as it is"}


def _failed(outcome: Json) -> bool:
    return outcome["outcome"] not in (*_THROUGH, "refused")


def _left(tried: Tried, closed: Iterable[Closed]) -> list[str]:
    """Return what was not reopened, or came back without all it had, each with the reason."""
    where, left = {f"{UNDO_OPS}doors/{each.op}": each.where for each in closed}, []
    for operation, outcome in tried:
        corrected = f"{operation['service']} {operation['args'].get('about', '')}"
        whose, after = where.get(operation["op"], corrected), outcome.get("after")
        if outcome["outcome"] == "refused":
            left.append(f"{whose}: {outcome['why']}")
        elif isinstance(after, dict) and after.get("gone"):
            left.append(f"{whose}: {after['gone']}")
    return left


def _still_at_stake(timed: Iterable[Limit], closed: Iterable[Closed], read: Iterable[Reading]) -> list[Limit]:
    """Return the limits of what is not back yet, or not by our undo alone."""
    back = {each.key for each in read if each.verdict == "open"}
    whole = {
        each.op
        for each in closed
        if not each.action.undo_lacks
        and (each.data["service"], each.action.layer, each.data["account"]) in back
    }
    return [each for each in timed if each.op not in whole]


def _hand_on(work: Work, closed: Sequence[Closed], tried: Tried, read: Sequence[Reading]) -> list[str]:
    """Set the tasks of what only people can do; returns their names."""
    by_op = {f"{UNDO_OPS}doors/{each.op}": each for each in closed}
    refused = [
        (by_op[each["op"]], outcome["why"])
        for each, outcome in tried
        if each["op"] in by_op and outcome["outcome"] == "refused" and "op" in outcome
    ]
    partly = [name for each, outcome in tried for name in hand_back(work, each, outcome)]
    besides = read_besides(work, read)
    let_be(work, {each.key for each in [*read, *besides]})
    return [
        *make_anew(work, closed, refused),
        *partly,
        *give_back(work, [each for each in read if each.gone]),
        *reopen_by_hand(work, _closed_by_hand(work, closed)),
        *correct_told(work),
    ]


def _closed_by_hand(work: Work, closed: Iterable[Closed]) -> list[Door]:
    """Return the doors that people closed, and whose state before nobody recorded."""
    known = {(each.data["service"], each.action.layer, each.data["account"]) for each in closed}
    adopted = {
        (each["data"]["service"], each["data"]["layer"], each["data"]["account"])
        for each in work.journal.read()
        if each["kind"] == "door.adopted"
    }
    doors = work.case().doors.values()
    answered = [each for each in doors if each.verdict == "by-hand" and each.closed_at]
    return [*answered, *(each for each in doors if each.key in adopted - known)]

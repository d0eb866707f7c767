"""Undo is a phase: planned, approved, newest change first; it reopens what this case closed."""

from __future__ import annotations

import inspect

from runner.actions.values import Account, Json, Thing
from runner.cases.journal import Entry
from runner.cases.operations import Task
from runner.cases.plans import operations_of
from runner.cases.work import Work
from runner.language.playbook import UNDO, DoStep, Phase

__all__ = ["reopen_doors"]


def reopen_doors(work: Work, phase: Phase, step: DoStep) -> Json:
    """Reopen, in reverse order, what this case changed and nobody changed since.

    Returns `{reopened, left, failed}`; `left` names what cannot return, or is not ours any more, and why.
    """
    case = work.case()
    accounts = {(each.service, each.id): each for each in [*case.accounts, *case.linked]}
    reopened, left, failed = [], _lost(work), []
    for operation in operations_of(phase, step, case, work.services):
        account = accounts[(operation["service"], operation["account"])]
        since = _changed_since(work, operation, account)
        outcome = since or work.operations.perform(_task(work, operation, account))
        if outcome["outcome"] in ("changed", "unchanged"):
            reopened.append(operation["op"])
            work.journal.append(_reopened(work, operation, account, outcome))
        elif outcome["outcome"] == "refused":
            left.append(f"{account.service} {account.login}: {outcome['why']}")
        else:
            failed.append(f"{operation['op']}: {outcome['why']}")
    return {"reopened": reopened, "left": list(dict.fromkeys(left)), "failed": failed}


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


def _task(work: Work, operation: Json, account: Account) -> Task:
    action = work.services.by_name(operation["action"])
    before = operation["args"]["before"]
    thing = Thing(operation["args"]["thing"], "", before) if operation["args"]["thing"] else None
    wanted = inspect.signature(action.run).parameters
    arguments = {"before": before} if "before" in wanted else {}
    return Task(operation["op"], action, operation["service"], account, thing, arguments)


def _reopened(work: Work, operation: Json, account: Account, outcome: Json) -> Entry:
    action = work.services.by_name(operation["action"])
    state = outcome["after"].get("state") if isinstance(outcome["after"], dict) else None
    waits = state == "pending"  # GitHub's word for an invitation nobody accepted yet
    data: Json = {
        "service": account.service,
        "layer": action.layer,
        "account": account.id,
        "login": account.login,
        "verdict": "pending" if waits else "open",
        "why": f"reopened by this case's undo{', once the person accepts' if waits else ''}",
        "proof": str(outcome["after"]),
        "closed_at": "",
        "step": UNDO,
        "late": [],
        "reopened": True,
    }
    return Entry("door.verdict", data)


def _lost(work: Work) -> list[str]:
    """Return what we changed and no action can bring back, each with the reason."""
    lost: list[str] = []
    for known in work.case().operations.values():
        data: Json = known.outcome["data"] if known.outcome else {"outcome": ""}
        action = work.services.by_name(data["action"]) if data["outcome"] == "changed" else None
        if action and action.kind == "close" and not action.undo:
            lost.append(f"{data['service']} {data['account']}: {action.no_undo}")
    return list(dict.fromkeys(lost))

"""`doors.keep`: what closing would destroy and every state, now; bulk logs as standing orders."""

from __future__ import annotations

from runner.actions.contract import Action
from runner.actions.values import Account, Json
from runner.casefile.contents import CaseFile
from runner.cases.finding import look, unseen
from runner.cases.operations import Task
from runner.cases.perishing import perishing
from runner.cases.plans import in_scope, place
from runner.cases.threads import each_by, each_within
from runner.cases.work import Work
from runner.clock import now, stamp
from runner.database.journal import Entry
from runner.language.playbook import SNAPSHOT, DoStep, Phase
from runner.language.retention import lag

__all__ = ["keep_doors", "keep_ordered", "keep_task", "kept"]

SNAPSHOT_S = 20.0  # an emergency closes doors in minutes; what takes longer to keep does not hold it up


def keep_doors(work: Work, phase: Phase, step: DoStep) -> Json:
    """Set bulk logs going, what is lost soonest first; beside them keep state and what closing destroys.

    Returns `{kept, items, failed, ordered}`; through when everything but the bulk logs is kept.
    """
    case = work.case()
    accounts = in_scope(step, case)
    look(work, unseen(case, accounts))
    sources = [
        (action, account) for account in accounts for action in work.services.actions(account.service, "keep")
    ]
    hush = {account.service for _, account in sources} if phase.phase == SNAPSHOT else set(case.sees)
    quiet = hush if phase.covert else set()
    where = place(phase, step)
    now_due = [
        keep_task(where, *each, quiet=each[1].service in quiet) for each in sources if not each[0].bulk
    ]
    ordered = _by_loss(work, [source for source in sources if source[0].bulk])
    orders = [_order(where, *source) for source in ordered]
    work.journal.append(*(each for each in orders if each.data["order"] not in case.orders))
    outcomes = _performed(work, phase, now_due)
    items = [len(each["after"]) for each in outcomes if _is_kept(each)]
    later = [_missed(each) for each in outcomes if each["outcome"] == "refused" and each["service"] in quiet]
    failed = [_missed(each) for each in outcomes if not _is_kept(each) and _missed(each) not in later]
    counts = {"kept": len(items), "items": sum(items), "ordered": len(ordered)}
    return {**counts, "failed": failed, "later": later}


def _performed(work: Work, phase: Phase, due: list[Task]) -> list[Json]:
    """Keep everything, or, in an emergency, what can be kept in seconds: the rest runs on by itself."""
    if phase.phase != SNAPSHOT:
        return each_by(lambda task: task.service, work.operations.perform, due)
    return each_within(SNAPSHOT_S, work.operations.perform, due)


def keep_task(where: str, action: Action, account: Account, *, quiet: bool = False) -> Task:
    """Return the operation that keeps one source of one account.

    quiet: it writes nothing; a source that needs a write (a hold, an export) is left for later, by name.
    """
    op = f"{where}/{action.name}@{account.service}/{account.id}"
    return Task(op, action, account.service, account, quiet=quiet)


def kept(work: Work, action: str, account: Account) -> bool:
    """Tell whether a `keep` action has stored what it keeps of this account, in this case."""
    wanted = (action, account.service, account.id)
    return any(
        (each.outcome["data"]["action"], each.outcome["data"]["service"], each.outcome["data"]["account"])
        == wanted
        for each in work.case().operations.values()
        if each.outcome and each.outcome["data"]["outcome"] == "kept"
    )


def _missed(outcome: Json) -> str:
    return f"{outcome['action']} of {outcome['service']}: {outcome['why']}"


def _is_kept(outcome: Json) -> bool:
    return bool(outcome["outcome"] == "kept")


def _by_loss(work: Work, bulk: list[tuple[Action, Account]]) -> list[tuple[Action, Account]]:
    """Return bulk sources, the one whose next record is lost soonest first."""
    sources = perishing(work.case(), work.services, now())
    place = {(each.action, each.service, each.account): turn for turn, each in enumerate(sources)}
    return sorted(bulk, key=lambda source: place[(source[0].name, source[1].service, source[1].id)])


def _order(where: str, action: Action, account: Account) -> Entry:
    data = {
        "order": f"{where}/{action.name}@{account.service}/{account.id}",
        "kind": "keep",
        "due": stamp(now()),
        "what": f"{action.name} of {account.service} {account.login}",
        "action": action.name,
        "service": account.service,
        "account": account.id,
    }
    return Entry("standing.set", data)


def keep_ordered(work: Work, order: Json) -> Json:
    """Carry out a standing order to keep a bulk source, and order it once more for when its lag is over.

    Returns the outcome in short; `new`: items whose bytes were not kept before.
    """
    case = work.case()
    accounts = {(each.service, each.id): each for each in [*case.accounts, *case.linked]}
    account = accounts[(order["service"], order["account"])]
    action = work.services.by_name(order["action"])
    outcome = work.operations.perform(Task(order["order"], action, order["service"], account))
    items = outcome["after"] or ()
    _once_more(work, order, action)
    new = len({each["sha256"] for each in items} - _kept_before(case, order))
    return {"outcome": outcome["outcome"], "items": len(items), "new": new, "why": outcome["why"]}


def _kept_before(case: CaseFile, order: Json) -> set[str]:
    """Return the digests of what other operations kept of the same source."""
    wanted = tuple(order[key] for key in ("action", "service", "account"))
    others = [
        each.outcome["data"]
        for each in case.operations.values()
        if each.outcome and each.op != order["order"]
    ]
    return {
        item["sha256"]
        for each in others
        if each["outcome"] == "kept" and (each["action"], each["service"], each["account"]) == wanted
        for item in each["after"]
    }


def _once_more(work: Work, order: Json, action: Action) -> None:
    """Set the order that keeps what the source did not show yet; once, and after the first is through."""
    again, behind = f"{order['order']}/after-lag", lag(action.lag).seconds
    if order.get("again") or not behind or again in work.case().orders:
        return
    what = f"{order['what']} once more, as the source lags: {action.lag}"
    data = {**order, "order": again, "due": stamp(work.later(behind)), "what": what, "again": True}
    work.journal.append(Entry("standing.set", data))

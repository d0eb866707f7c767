"""The case file: what the journal's records add up to, for whoever decides what happens next.

A pure fold. Nothing is kept beside the journal, so nothing can disagree with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from runner.actions.doors import Door, DoorKey, doors_of
from runner.actions.values import Account, Json
from runner.cases.journal import Record

__all__ = ["CaseFile", "Operation", "Order", "Request", "fold"]


Handler = Callable[["CaseFile", Record, Json], None]


@dataclass(slots=True)
class Request:
    """Something a person was asked: an approval, a question, a task, a clock."""

    id: str
    kind: str
    asked_at: str
    data: Json
    status: str = "open"
    """open, then one of: used, denied, expired (approvals); answered, silent (asks); done (tasks)."""
    decisions: list[Record] = field(default_factory=list)
    """The records that answer it, in order."""


@dataclass(slots=True)
class Operation:
    """One action on one object: its last intent and its outcome, if any."""

    op: str
    intent: Record | None = None
    outcome: Record | None = None
    attempts: int = 0

    @property
    def settled(self) -> bool:
        """True when the outcome is known: nothing is to be sent again."""
        return self.outcome is not None and self.outcome["data"]["outcome"] not in ("unknown", "failed")

    @property
    def unanswered(self) -> bool:
        """True when our own intent stands without a known outcome."""
        return self.intent is not None and not self.settled


@dataclass(slots=True)
class Order:
    """A standing order and, once carried out, its result."""

    id: str
    data: Json
    result: Json = None
    done: bool = False


@dataclass(slots=True)
class CaseFile:
    """Everything decided and done so far."""

    opened: Json = None
    opened_at: str = ""
    accounts: list[Account] = field(default_factory=list)
    linked: list[Account] = field(default_factory=list)
    candidates: dict[str, Account] = field(default_factory=dict)
    protected: list[Json] = field(default_factory=list)
    plans: dict[tuple[str, str | None], Json] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    objections: list[Record] = field(default_factory=list)
    phases: dict[str, str] = field(default_factory=dict)
    steps: dict[tuple[str, str], Json] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    doors: dict[DoorKey, Door] = field(default_factory=dict)
    items: list[Json] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)
    fired: bool = False
    stopped: bool = False
    undo: Json = None
    last: int = 0

    def open_requests(self) -> list[Request]:
        """Return what people are asked right now, oldest first."""
        return [each for each in self.requests.values() if each.status == "open"]

    def scope(self, names: Iterable[str] = ()) -> dict[str, Json]:
        """Return what references may name: the inputs, and the results of the named steps."""
        wanted = set(names)
        results = {
            step: data["result"] for (_, step), data in self.steps.items() if not wanted or step in wanted
        }
        return {"inputs": dict(self.opened["inputs"]), **results}

    def person_ids(self) -> dict[str, set[str]]:
        """Return the immutable ids of subject and linked accounts by service."""
        ids: dict[str, set[str]] = {}
        for account in [*self.accounts, *self.linked]:
            ids.setdefault(account.service, set()).add(account.id)
        return ids


def fold(records: list[Record]) -> CaseFile:
    """Fold records, in order, into a case file."""
    case = CaseFile()
    for record in records:
        handler = _HANDLERS.get(record["kind"])
        if handler:
            handler(case, record, record["data"])
        case.last = record["seq"]
    case.doors = doors_of(records)
    return case


def _opened(case: CaseFile, record: Record, data: Json) -> None:
    case.opened, case.opened_at = data, record["at"]


def _resolved(case: CaseFile, _record: Record, data: Json) -> None:
    case.accounts = [Account(**each) for each in data["accounts"]]
    case.protected = data["protected"]


def _protected(case: CaseFile, _record: Record, data: Json) -> None:
    case.protected = data["protected"]


def _proposed(case: CaseFile, _record: Record, data: Json) -> None:
    account = Account(**data["account"])
    case.candidates[f"{account.service}/{account.id}"] = account


def _confirmed(case: CaseFile, _record: Record, data: Json) -> None:
    case.linked = [Account(**each) for each in data["accounts"]]


def _planned(case: CaseFile, _record: Record, data: Json) -> None:
    case.plans[(data["phase"], data["step"])] = data


def _asked(case: CaseFile, record: Record, data: Json) -> None:
    kind = record["kind"].partition(".")[0]
    case.requests[data["request"]] = Request(data["request"], kind, record["at"], data)


def _decided(case: CaseFile, record: Record, data: Json) -> None:
    case.requests[data["request"]].decisions.append(record)


def _closes(status: str) -> Handler:
    def close(case: CaseFile, record: Record, data: Json) -> None:
        _decided(case, record, data)
        case.requests[data["request"]].status = status

    return close


def _objected(case: CaseFile, record: Record, _data: Json) -> None:
    case.objections.append(record)


def _phase(status: str) -> Handler:
    def set_status(case: CaseFile, _record: Record, data: Json) -> None:
        case.phases[data["phase"]] = status

    return set_status


def _step(case: CaseFile, _record: Record, data: Json) -> None:
    case.steps[(data["phase"], data["step"])] = data


def _intent(case: CaseFile, record: Record, data: Json) -> None:
    operation = case.operations.setdefault(data["op"], Operation(data["op"]))
    operation.intent, operation.outcome = record, None
    operation.attempts = data["attempt"]


def _outcome(case: CaseFile, record: Record, data: Json) -> None:
    case.operations.setdefault(data["op"], Operation(data["op"])).outcome = record


def _kept(case: CaseFile, _record: Record, data: Json) -> None:
    case.items.append(data)


def _set(case: CaseFile, _record: Record, data: Json) -> None:
    case.orders[data["order"]] = Order(data["order"], data)


def _ordered(case: CaseFile, _record: Record, data: Json) -> None:
    order = case.orders[data["order"]]
    order.done, order.result = True, data["result"]


def _fired(case: CaseFile, _record: Record, _data: Json) -> None:
    case.fired = True


def _stopped(*, flag: bool) -> Handler:
    def set_flag(case: CaseFile, _record: Record, _data: Json) -> None:
        case.stopped = flag

    return set_flag


def _undo(case: CaseFile, _record: Record, data: Json) -> None:
    case.undo = data


_HANDLERS: dict[str, Handler] = {
    "case.opened": _opened,
    "subject.resolved": _resolved,
    "subject.protected": _protected,
    "link.proposed": _proposed,
    "link.confirmed": _confirmed,
    "phase.planned": _planned,
    "approval.asked": _asked,
    "ask.asked": _asked,
    "task.set": _asked,
    "clock.proposed": _asked,
    "approval.given": _decided,
    "ask.answered": _decided,
    "request.reminded": _decided,
    "approval.denied": _closes("denied"),
    "approval.expired": _closes("expired"),
    "approval.used": _closes("used"),
    "ask.closed": _closes("answered"),
    "ask.silent": _closes("silent"),
    "task.done": _closes("done"),
    "clock.started": _closes("answered"),
    "clock.declined": _closes("answered"),
    "approval.objected": _objected,
    "approval.overruled": _objected,
    "phase.started": _phase("started"),
    "phase.finished": _phase("finished"),
    "step.finished": _step,
    "write.intent": _intent,
    "write.outcome": _outcome,
    "item.kept": _kept,
    "standing.set": _set,
    "standing.done": _ordered,
    "lockdown.fired": _fired,
    "stop.asked": _stopped(flag=True),
    "run.started": _stopped(flag=False),
    "undo.asked": _undo,
}

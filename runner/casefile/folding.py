"""Folds a journal's records, in order, into a case file: one small handler a kind of record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from runner.actions.doors import doors_of
from runner.actions.values import Account, Json
from runner.casefile.contents import CaseFile, Operation, Order, Request
from runner.database.journal import Record

__all__ = ["fold"]

Handler = Callable[[CaseFile, Record, Json], None]
_FROM_OUTSIDE = ("SIGTERM", "SIGHUP")
"""Why a runner stopped that the system ended, or whose terminal went away; Ctrl-C is a person's decision."""


def fold(records: list[Record]) -> CaseFile:
    """Fold records, in order, into a case file."""
    case = CaseFile()
    for record in records:
        handler = _HANDLERS.get(record["kind"])
        if handler:
            handler(case, record, record["data"])
        case.last, case.latest = record["seq"], record["at"]
    case.doors = doors_of(records)
    return case


def _opened(case: CaseFile, record: Record, data: Json) -> None:
    case.opened, case.opened_at, case.holder = data, record["at"], data["by"]


def _resolved(case: CaseFile, _record: Record, data: Json) -> None:
    case.accounts = [Account(**each) for each in data["accounts"]]
    case.views_known = False  # of somebody else, or of nobody: what they may read is to be looked at anew
    case.left_out = data["left_out"]
    case.protected = data["protected"]


def _protected(case: CaseFile, _record: Record, data: Json) -> None:
    case.protected = data["protected"]


def _sees(case: CaseFile, _record: Record, data: Json) -> None:
    case.views_known = True
    case.sees = {each["service"]: f"{each['login']} {each['why']}" for each in data["views"]}


def _proposed(case: CaseFile, _record: Record, data: Json) -> None:
    account = Account(**data["account"])
    key = f"{account.service}/{account.id}"
    case.candidates[key] = account
    case.behind[key] = [Account(**each) for each in data.get("accounts", [data["account"]])]


def _confirmed(case: CaseFile, _record: Record, data: Json) -> None:
    _add(case.linked, data["accounts"])
    _add(case.rows, data.get("rows", ()))


def _add(accounts: list[Account], confirmed: Iterable[Json]) -> None:
    known = {(each.service, each.id) for each in accounts}
    accounts += [Account(**each) for each in confirmed if (each["service"], each["id"]) not in known]


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


def _forgotten(case: CaseFile, _record: Record, _data: Json) -> None:
    case.deleted = True


def _kept(case: CaseFile, record: Record, data: Json) -> None:
    case.items.append({**data, "at": record["at"]})


def _received(case: CaseFile, _record: Record, data: Json) -> None:
    case.demands.append(data["demand"])


def _set(case: CaseFile, _record: Record, data: Json) -> None:
    case.orders[data["order"]] = Order(data["order"], data)


def _ordered(case: CaseFile, _record: Record, data: Json) -> None:
    order = case.orders[data["order"]]
    order.done, order.result = True, data["result"]


def _made(case: CaseFile, record: Record, data: Json) -> None:
    known = {key: value for key, value in data.items() if key != "text"}
    case.documents[data["document"]] = {**known, "status": "DRAFT", "made_at": record["at"], "sent_at": ""}


def _approved(case: CaseFile, record: Record, data: Json) -> None:
    yes = {"status": "APPROVED", "approved_at": record["at"], "approved_by": data["by"]}
    case.documents[data["document"]].update(yes)


def _sent(case: CaseFile, record: Record, data: Json) -> None:
    now_known = {key: data[key] for key in ("to", "by", "via")}
    case.documents[data["document"]].update(now_known, status="SENT", sent_at=record["at"])


def _delay(case: CaseFile, record: Record, data: Json) -> None:
    case.delays.append({**data, "at": record["at"]})


def _fired(case: CaseFile, _record: Record, _data: Json) -> None:
    case.fired = True


def _run(case: CaseFile, _record: Record, _data: Json) -> None:
    case.stopped, case.interrupted, case.dead_lettered = False, True, None
    case.under_way, case.ended = True, ""


def _stopped(case: CaseFile, _record: Record, data: Json) -> None:
    by_system = data["by"] == "signal" and data["because"] in _FROM_OUTSIDE
    case.stopped, case.interrupted = True, by_system


def _ended(case: CaseFile, _record: Record, data: Json) -> None:
    case.interrupted = case.interrupted and case.stopped
    case.under_way, case.ended = False, str(data["why"])


def _noted(name: Literal["closed", "dead_lettered", "emergency", "offered"]) -> Handler:
    def note(case: CaseFile, _record: Record, data: Json) -> None:
        setattr(case, name, data)

    return note


def _undo(case: CaseFile, _record: Record, data: Json) -> None:
    case.undo, case.closed = data, None  # what was done to the wrong person can be undone after all


def _near(case: CaseFile, _record: Record, data: Json) -> None:
    case.demand_marks.add((data["deadline"], data["mark"]))


def _taken(case: CaseFile, record: Record, data: Json) -> None:
    case.offered = None
    if record["kind"] == "handover.accepted":
        case.holder = data["by"]


_HANDLERS: dict[str, Handler] = {
    "case.opened": _opened,
    "subject.resolved": _resolved,
    "subject.protected": _protected,
    "subject.sees": _sees,
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
    "task.withdrawn": _closes("withdrawn"),
    "clock.started": _closes("running"),
    "clock.declined": _closes("declined"),
    "clock.stopped": _closes("stopped"),
    "approval.objected": _objected,
    "approval.overruled": _objected,
    "phase.started": _phase("started"),
    "phase.finished": _phase("finished"),
    "step.finished": _step,
    "write.intent": _intent,
    "write.outcome": _outcome,
    "item.kept": _kept,
    "case.forgotten": _forgotten,
    "document.made": _made,
    "document.approved": _approved,
    "document.sent": _sent,
    "delay.asked": _delay,
    "demand.received": _received,
    "standing.set": _set,
    "standing.done": _ordered,
    "lockdown.fired": _fired,
    "stop.asked": _stopped,
    "run.started": _run,
    "run.ended": _ended,
    "undo.asked": _undo,
    "case.closed": _noted("closed"),
    "case.dead_lettered": _noted("dead_lettered"),
    "emergency.declared": _noted("emergency"),
    "demand.near": _near,
    "handover.asked": _noted("offered"),
    "handover.accepted": _taken,
    "handover.declined": _taken,
}

"""Says in one sentence what a journal record means, for a reader who was not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

__all__ = ["tell"]

Data = Mapping[str, Any]

_GROUPS = {
    **dict.fromkeys(
        ("accepted", "approval", "ask", "deletion", "emergency", "link", "stop", "undo"), "decision"
    ),
    **dict.fromkeys(("door", "lockdown", "write"), "door"),
    **dict.fromkeys(("clock", "delay", "handover", "note", "page", "task", "ticket", "told"), "people"),
    "demand": "evidence",
    "document": "people",
    "item": "evidence",
    "request": "people",
}


def tell(kind: str, data: Data) -> tuple[str, str]:
    """Return the group of a record (decision, door, evidence, people, run) and its sentence.

    data: the record's own, with `login` (of its account) and `act` (what its write was to do) added.
    A kind, or a form of it, that this version does not know is named as it is, never dropped.
    """
    group = _GROUPS.get(kind.partition(".")[0], "run")
    try:
        return group, _SENTENCES[kind](data)
    except (KeyError, TypeError):
        return group, f"Record of kind {kind}"


def _list(values: Iterable[Any]) -> str:
    return ", ".join(str(value) for value in values)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _why(data: Data) -> str:
    return f": {data['why']}" if data.get("why") else ""


def _because(data: Data) -> str:
    return f": {data['because']}" if data.get("because") else ""


def _door(data: Data) -> str:
    return f"{data['service']} {data['layer']} of {data.get('login') or data['account']}"


def _written(data: Data) -> str:
    act = data["act"] or f"{data['action']} for {data['login'] or data['account'] or data['service']}"
    word = {
        "changed": "done",
        "unchanged": "nothing to do",
        "refused": "refused",
        "failed": "failed",
        "unknown": "the answer was lost, so the result is not known",
        "kept": "kept",
    }.get(data["outcome"], data["outcome"])
    return f"{data['service']}: {act}: {word}{_why(data)}"


def _demand(data: Data) -> str:
    read = data["demand"]
    due = read["deadline"]["utc"]
    sets = f"; it sets a deadline: {due}{' (assumed)' if read['deadline']['assumed'] else ''}" if due else ""
    danger = "; it mentions physical danger to people" if read["danger"] else ""
    return (
        f"Demand received ({read['kind']}) from {read['sender'] or 'a sender it does not name'}{sets}{danger}"
    )


def _called(people: Any) -> str:
    return people if isinstance(people, str) else _list(people) or "nobody"


def _asked_of(data: Data) -> str:
    return _list(dict.fromkeys((*data.get("of", ()), *data.get("each_of", ())))) or "a person"


def _result(result: Any) -> str:
    """Return a result in words: `closed 19, open 1`, what is empty left out."""
    if not isinstance(result, Mapping):
        return str(result)
    return ", ".join(f"{key} {value}" for key, value in result.items() if value) or "nothing found"


def _phase(data: Data) -> str:
    return f"phase {data['phase']}" + (f", step {data['step']}" if data.get("step") else "")


def _read(data: Data) -> str:
    rows = sum(each["rows"] for each in data["files"])
    files = f", {_count(rows, 'row')} of {_count(len(data['files']), 'file')}" if data["files"] else ""
    return f"{_list(data['services']) or 'no service'}, {_count(data['items'], 'kept item')}{files}"


def _verdict(data: Data) -> str:
    late = f"; closed though made after the approval: {_list(data['late'])}" if data.get("late") else ""
    return f"{_door(data)}: {data['verdict']}{_why(data)}{late}"


def _stragglers(data: Data) -> str:
    return f"; not ready in time, fired late: {_list(data['late_heads'])}" if data["late_heads"] else ""


_SENTENCES: dict[str, Callable[[Data], str]] = {
    "case.opened": lambda d: (
        f"Case opened with playbook {d['playbook'].get('shown_as') or d['playbook']['name']}"
    ),
    "subject.resolved": lambda d: f"{_count(len(d['accounts']), 'account')} of the subject found",
    "subject.protected": lambda d: f"{_count(len(d['protected']), 'account')} found to be protected",
    "subject.sees": lambda d: (
        f"The subject could watch what is done: {_list(each['service'] for each in d['views']) or 'nowhere'}"
    ),
    "clock.skewed": lambda d: str(d["said"])[:1].upper() + str(d["said"])[1:],
    "emergency.declared": lambda d: f"{d['by']} declared an emergency: {d['because']}",
    "emergency.unreviewed": lambda d: f"Nobody reviewed the emergency in time, by {d['since']}",
    "handover.asked": lambda d: f"{d['by']} offered the case to {d['to']}" + _because(d),
    "handover.accepted": lambda d: f"{d['by']} took the case over" + _because(d),
    "handover.declined": lambda d: f"{d['by']} declined the case" + _because(d),
    "door.adopted": lambda d: (
        f"{_door(d)}: closed by hand at {d['closed_at']}, says {d['by']}"
        + (f", with item {d['item'][:12]}" if d.get("item") else "")
        + _because(d)
    ),
    "link.searched": lambda d: (
        f"Searched for linked accounts, by {_count(sum(d['values'].values()), 'value')} of the subject: "
        f"{_read(d)}; {d['proposed']} proposed"
    ),
    "link.proposed": lambda d: f"Possible other account of the same person: {d['account']['login']}",
    "link.confirmed": lambda d: (
        f"Confirmed as the same person by {_list(d['by'])}: "
        f"{_list(a['login'] for a in (*d['accounts'], *d.get('rows', ())))}"
    ),
    "approval.asked": lambda d: (
        f"Approval asked for {_phase(d)}: {d['need']} of {_list(d['each_of'] or d['of'])}"
    ),
    "approval.given": lambda d: (
        f"{d['by']} approved" + (" in the chat" if d.get("account") else "") + _because(d)
    ),
    "approval.denied": lambda d: f"{d['by']} denied: {d['because']}",
    "approval.objected": lambda d: f"{d['by']} objected: {d['because']}",
    "approval.overruled": lambda d: f"{d['by']} overruled the objection: {d['because']}",
    "approval.expired": lambda _: "The approval expired unused",
    "approval.used": lambda _: "The quorum stood; the approval was used",
    "phase.started": lambda d: f"Phase {d['phase']} began",
    "phase.finished": lambda d: f"Phase {d['phase']} ended: {d.get('status') or 'done'}",
    "step.started": lambda d: f"{d['what'] or d['step']} began",
    "step.finished": lambda d: f"{d['what'] or d['step']}: {d['status']}{_why(d)}",
    "write.outcome": _written,
    "item.kept": lambda d: (
        f"Evidence item {d['sha256'][:12]} kept from {d['service']}: {d['name']} ({d['bytes']} bytes)"
    ),
    "demand.received": _demand,
    "door.verdict": _verdict,
    "lockdown.fired": lambda d: (
        f"Lockdown: {_count(len(d['heads']), 'close')} fired together{_stragglers(d)}"
    ),
    "lockdown.measured": lambda d: f"Lockdown confirmed: {_count(len(d['operations']), 'write')}",
    "ask.asked": lambda d: f"Asked: {d['question']}",
    "ask.answered": lambda d: f"{d['by']} answered: {d['value']}",
    "ask.closed": lambda _: "The question was closed: enough people answered",
    "ask.silent": lambda d: f"Nobody answered in time; the playbook's default was taken: {d['took']}",
    "task.set": lambda d: f"Task for {_asked_of(d)}: {d['text']}",
    "task.done": lambda d: (
        f"{d['by']} reported a task done" + (f": {d['value']}" if d.get("value", "done") != "done" else "")
    ),
    "request.reminded": lambda d: f"Reminded of {d['request']}: {d['moment']}",
    "document.made": lambda d: (
        f"Document drafted: {d['title']}"
        + (f"; {_count(len(d['missing']), 'field')} missing" if d.get("missing") else "")
    ),
    "document.approved": lambda d: f"{d['by']} approved the document {d['document']}, version {d['version']}",
    "document.sent": lambda d: f"Document {d['document']} sent to {_called(d['to'])}, told by {d['by']}",
    "task.withdrawn": lambda d: f"A task was taken back{_why(d)}",
    "task.late": lambda _: "A task was not done in time",
    "page.sent": lambda d: f"{_called(d['to'])} was called by {d['via']}",
    "page.failed": lambda d: f"{_called(d['to'])} could not be called{_why(d)}",
    "clock.proposed": lambda d: f"Legal deadline proposed: {d['clock']}, {d['about']}",
    "clock.started": lambda d: (
        f"{d['by']} started the legal deadline {d['request']}, which runs from {d['started_at']}"
        + (f" to {d['deadline']}" if d.get("deadline") else "")
        + (f": {d['basis']}" if d.get("basis") else "")
    ),
    "clock.declined": lambda d: f"{d['by']} declined the proposed legal deadline" + _because(d),
    "clock.stopped": lambda d: f"{d['by']} stopped the legal deadline {d['request']}" + _because(d),
    "delay.asked": lambda d: f"{d['agency']} ({d['contact']}) asked to wait until {d['until']}",
    "standing.set": lambda d: f"Standing order: {d['what']}",
    "standing.done": lambda d: f"Standing order carried out: {_result(d['result'])}",
    "told": lambda d: f"{d['to']} was told by {d['via']}: {d['what']}",
    "ticket.made": lambda d: f"Ticket {d['key']} opened in {d['service']}",
    "run.started": lambda d: f"The runner began on {d['host']}",
    "run.ended": lambda d: f"The runner ended{_why(d)}",
    "stop.asked": lambda d: f"{d['by']} asked to stop",
    "case.dead_lettered": lambda d: f"Given up after {_count(d['attempts'], 'run')}: {d['why']}",
    "case.closed": lambda d: f"{d['by']} ended the case: {d['because']}",
    "undo.asked": lambda d: f"{d['by']} asked to undo: {d['because']}",
    "undo.judged": lambda d: (
        f"Not given back by the undo: {'; '.join(d['left']) or 'nothing'}. "
        f"To be back in time: {'; '.join(d['until']) or 'nothing'}"
    ),
    "accepted": lambda d: (
        f"{_called(d['by'])} accepted {_count(len(d['doors']), 'door')} that could only be inferred"
    ),
    "note": lambda d: f"Note by {d['by']}: {d['text']}",
    "case.held": lambda d: f"{d['by']} put the case on legal hold" + _because(d),
    "case.released": lambda d: f"{d['by']} released the legal hold" + _because(d),
    "deletion.asked": lambda d: f"{d['by']} asked to have the case deleted" + _because(d),
    "deletion.confirmed": lambda d: f"{d['by']} confirmed that it be deleted",
    "store.restored": lambda d: (
        f"{d['by']} restored the store from the backup of {d['made_at']}; what was done later is missing"
    ),
}

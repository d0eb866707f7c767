"""What people were asked in a case, and what each of them said: approvals, questions, tasks, clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runner.reports.views import Answer, Request

__all__ = ["answers", "requests"]

Record = Mapping[str, Any]
Roles = Mapping[str, Sequence[str]]

_ASKS = {"approval.asked": "approval", "ask.asked": "ask", "task.set": "task", "clock.proposed": "clock"}
_STATUS = {
    "approval.denied": "denied",
    "approval.expired": "expired",
    "approval.used": "used",
    "ask.closed": "answered",
    "ask.silent": "silent",
    "clock.declined": "declined",
    "clock.started": "started",
    "clock.stopped": "stopped",
    "task.done": "done",
}
_WORDS = {
    "approval.given": "approved",
    "approval.denied": "denied",
    "ask.answered": "answered",
    "clock.declined": "declined",
    "clock.started": "started",
    "clock.stopped": "stopped",
    "task.done": "done",
}


def requests(seen: Sequence[Record], roles: Roles) -> list[Request]:
    """Return everything people were asked, with what they answered, in the order asked.

    roles: by person id; of them, an answer names those that were asked.
    """
    asked = {each["data"]["request"]: each for each in seen if each["kind"] in _ASKS}
    replies: dict[str, list[Record]] = {request: [] for request in asked}
    for each in seen:
        if each["kind"] in (*_STATUS, *_WORDS, "task.late") and _request(each) in replies:
            replies[_request(each)].append(each)
    return [_asked(record, replies[request], roles) for request, record in asked.items()]


def _request(record: Record) -> str:
    return str(record["data"].get("request", ""))


def _asked(record: Record, replies: list[Record], roles: Roles) -> Request:
    data, status, kind = record["data"], "open", _ASKS[record["kind"]]
    wanted = tuple(dict.fromkeys((*data.get("of", ()), *data.get("each_of", ()))))
    for each in replies:
        status = _STATUS.get(each["kind"], status)
    said = tuple(answers(replies, {who: [r for r in has if r in wanted] for who, has in roles.items()}))
    if kind == "ask" and status == "open" and len(said) >= data.get("need", 1):
        status = "answered"
    return Request(
        id=data["request"],
        kind=kind,
        at=record["at"],
        phase=data.get("phase", ""),
        step=data.get("step") or "",
        what=data.get("question") or data.get("text") or data.get("clock") or "",
        lines=tuple(data.get("lines", ())),
        digest=data.get("digest", ""),
        need=data.get("need", 1),
        of=wanted,
        due=data.get("expires", ""),
        about=data.get("about", ""),
        starts=data.get("starts", ""),
        within=data.get("within") or data.get("as_soon_as", "") if kind == "clock" else "",
        started_at=_last(replies, "started_at"),
        deadline=_last(replies, "deadline"),
        basis=_last(replies, "basis", "because") if kind == "clock" else "",
        source=data.get("source", ""),
        status=status,
        late=any(each["kind"] == "task.late" for each in replies),
        answers=said,
    )


def _last(replies: list[Record], *keys: str) -> str:
    """Return the last text that the replies hold under one of these keys."""
    said = [each["data"][key] for each in replies for key in keys if each["data"].get(key)]
    return str(said[-1]) if said else ""


def answers(records: Sequence[Record], roles: Roles, kinds: tuple[str, ...] = tuple(_WORDS)) -> list[Answer]:
    """Return what people said in the records of these kinds, in order."""
    return [
        Answer(
            at=each["at"],
            by=each["data"].get("by", ""),
            word=_WORDS.get(each["kind"], each["kind"].partition(".")[2]),
            text=str(
                each["data"].get("because") or each["data"].get("value") or each["data"].get("text") or ""
            ),
            signed=bool(each["data"].get("signed")),
            digest=each["data"].get("digest", ""),
            signature=str(each["data"].get("signature") or ""),
            role=", ".join(roles.get(each["data"].get("by", ""), ())),
            item=str(each["data"].get("item") or ""),
            account=str(each["data"].get("account") or ""),
        )
        for each in records
        if each["kind"] in kinds
    ]

"""The points at which a run can be killed, as the journal names them.

`intent OP`: what is about to be sent is durable, nothing is sent. `answered OP`: the service acted and we have its
answer, and no record of it. `outcome OP`: the record is durable, and nobody has heard of it. `KIND NAME`: any other
record of the kinds below, durable and unheard: a plan frozen, an approval asked or used, evidence kept, the heads of
a lockdown let go, a verdict, a task, a standing order.
"""

from __future__ import annotations

from typing import Any

__all__ = ["of_insert", "of_record"]

_NAMED_BY = {
    "phase.planned": ("phase", "step"),
    "phase.started": ("phase",),
    "phase.finished": ("phase",),
    "step.finished": ("phase", "step"),
    "approval.asked": ("request",),
    "approval.used": ("request",),
    "ask.asked": ("request",),
    "ask.closed": ("request",),
    "task.set": ("request",),
    "clock.proposed": ("request",),
    "link.confirmed": (),
    "lockdown.fired": ("phase",),
    "door.verdict": ("service", "layer", "account"),
    "standing.set": ("order",),
    "standing.done": ("order",),
    "item.kept": ("action", "account"),
    "page.sent": ("request",),
    "document.made": ("document",),
    "accepted": (),
}


def of_record(record: dict[str, Any]) -> str:
    """Return the point that a durable record is, "" for none. record: of the journal."""
    data, kind = record["data"], record["kind"]
    if kind in ("write.intent", "write.outcome"):
        return f"{kind.partition('.')[2]} {data['op']}"
    if kind not in _NAMED_BY:
        return ""
    return " ".join([kind, *(str(data.get(each) or "-") for each in _NAMED_BY[kind])])


def of_insert(record: dict[str, Any]) -> str:
    """Return the point that is reached when a record is about to be written, "" for none."""
    answered = record["kind"] == "write.outcome" and record["data"]["outcome"] in ("changed", "kept")
    return f"answered {record['data']['op']}" if answered else ""

"""Reads how a case was handled: emergency, demands, doors closed by hand, who led it, who could watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runner.reports.views import Request

__all__ = ["handling"]

Record = Mapping[str, Any]

_PHASE, _REVIEW = "emergency", "emergency-review"
_ENDS = {"handover.accepted": "accepted", "handover.declined": "declined"}
_OF_A_DEMAND = (
    "kind", "name", "sender", "sender_name", "subject", "received", "received_from", "received_trusted",
    "quote", "deadline", "deadlines", "amounts", "wallets", "memos", "mentions", "danger", "contacts",
    "links", "attachments", "checks", "doubts", "left_out", "asked",
)  # fmt: skip


def handling(seen: Sequence[Record], asked: Sequence[Request]) -> dict[str, Any]:
    """Return these parts of a `CaseReport`, by name. asked: what people were asked, of the same records."""
    return {
        "emergency": _emergency(seen, asked),
        "demands": tuple(_demands(seen)),
        "adopted": tuple(_adopted(seen)),
        "hand_overs": tuple(_hand_overs(seen)),
        "watched": tuple(_watched(seen)),
    }


def _emergency(seen: Sequence[Record], asked: Sequence[Request]) -> dict[str, Any] | None:
    """Return who declared an emergency, who confirmed and who reviewed it; None when nobody declared one."""
    declared = [each for each in seen if each["kind"] == "emergency.declared"]
    if not declared:
        return None
    said = declared[0]["data"]
    confirmed = [each for each in asked if each.kind == "approval" and each.phase == _PHASE]
    reviews = [each for each in asked if each.step == _REVIEW]
    late = [each for each in seen if each["kind"] == "emergency.unreviewed"]
    return {
        "at": declared[0]["at"],
        "by": said.get("by", ""),
        "because": said.get("because", ""),
        "confirmed": _how(confirmed),
        "confirmed_by": _who(confirmed),
        "review": _how(reviews),
        "reviewed_by": _who(reviews),
        "review_due": reviews[-1].due if reviews else "",
        "unreviewed_since": late[-1]["data"].get("since", "") if late else "",
    }


def _how(asked: Sequence[Request]) -> str:
    return asked[-1].status if asked else "not asked yet"


def _who(asked: Sequence[Request]) -> list[dict[str, str]]:
    return [
        {"at": each.at, "by": each.by, "role": each.role, "word": each.word, "text": each.text}
        for one in asked
        for each in one.answers
    ]


def _demands(seen: Sequence[Record]) -> list[dict[str, Any]]:
    """Return every message received, in order: who handed it in, and what of it a reader needs."""
    return [
        {
            "at": each["at"],
            **{key: each["data"].get(key, "") for key in ("by", "how", "item")},
            **{key: each["data"]["demand"][key] for key in _OF_A_DEMAND if key in each["data"]["demand"]},
        }
        for each in seen
        if each["kind"] == "demand.received"
    ]


def _adopted(seen: Sequence[Record]) -> list[dict[str, Any]]:
    """Return the doors that people say they closed by hand, each read back when they said so."""
    keys = ("service", "layer", "account", "login", "by", "because", "closed_at", "item")
    return [
        {"at": each["at"], **{key: each["data"].get(key) or "" for key in keys}}
        for each in seen
        if each["kind"] == "door.adopted"
    ]


def _hand_overs(seen: Sequence[Record]) -> list[dict[str, Any]]:
    """Return who offered the case to whom, and what came of it: accepted, declined, or nothing yet."""
    found: list[dict[str, Any]] = []
    for each in seen:
        data = each["data"]
        if each["kind"] == "handover.asked":
            keys = ("by", "to", "because")
            offered = {key: data.get(key, "") for key in keys}
            found.append({"at": each["at"], **offered, "ended": "", "ended_at": "", "reply": ""})
        elif each["kind"] in _ENDS and found:
            found[-1].update(ended=_ENDS[each["kind"]], ended_at=each["at"], reply=data.get("because", ""))
    return found


def _watched(seen: Sequence[Record]) -> list[dict[str, Any]]:
    """Return where the subject can read what administrators do, as last looked."""
    last = [each["data"]["views"] for each in seen if each["kind"] == "subject.sees"]
    return [{key: view.get(key, "") for key in ("service", "login", "why")} for view in (last or [[]])[-1]]

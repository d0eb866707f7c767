"""Cases in a few lines of plain text: how they stand, what the next one must know, what is to be decided."""

from __future__ import annotations

from collections import Counter

from runner.desk.chat_line import Json

__all__ = ["brief_text", "plan_text", "status_text"]

_MOST = 12  # lines of one kind; the rest is told at a terminal


def status_text(board: Json) -> str:
    """Return how a case stands, in a few lines. board: from the desk."""
    verdicts = Counter(each["verdict"] for each in board["doors"])
    doors = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()) or "none looked at yet"
    waiting = [each for each in board["requests"] if each["status"] == "open"]
    lines = [_head(board, str(board["code"])), f"Doors: {doors}"]
    lines += [_waiting(each) for each in waiting[:_MOST]]
    return "\n".join([*lines, *_more(len(waiting), board["code"])])


def _head(told: Json, code: str) -> str:
    return f"{code}: {told['outcome']}, phase {told['phase'] or 'none is left'}"


def _waiting(request: Json) -> str:
    who = " or ".join([*request["of"], *request["each_of"]])
    return f"Waits for {who}: {request['request']}, by {request['expires'][:16]}Z"


def brief_text(brief: Json, detail: str) -> str:
    """Return the one-minute hand-over of a case; at `codes`, where to read it."""
    if detail == "codes":
        return f"Read it at a terminal: severance brief {brief['case']}"
    emergency = [f"Emergency: {brief['emergency']}"] if brief["emergency"] else []
    due = [f"Overdue since {each['at'][:16]}Z: {each['what']}" for each in brief["overdue"][:_MOST]]
    due += [f"Next at {each['at'][:16]}Z: {each['what']}" for each in brief["next"][:3]]
    doors = [f"Still {each['verdict']}: {each['door']} of {each['login']}" for each in brief["open"][:_MOST]]
    return "\n".join(
        [
            f"{_head(brief, str(brief['case']))}, led by {brief['leads']}",
            *emergency,
            *due,
            *doors,
            *_more(len(brief["open"]), brief["case"]),
            "If they ring:",
            *(f"  {each}" for each in brief["if_they_ring"]),
        ]
    )


def plan_text(board: Json, detail: str) -> str:
    """Return the plans that are to be decided, in five lines each; no other plan is made here.

    detail: at `codes`, where to read them.
    """
    if detail == "codes":
        return f"Read it at a terminal: severance plan {board['code']}"
    asked = [each for each in board["requests"] if (each["kind"], each["status"]) == ("approval", "open")]
    parts = [f"{each['request']}, plan {each['digest'][:12]}\n" + "\n".join(each["lines"]) for each in asked]
    return "\n\n".join(parts) or f"Nothing is to be decided now. What comes: severance plan {board['code']}"


def _more(count: int, code: str) -> list[str]:
    return [f"… and {count - _MOST} more: severance status {code}"] if count > _MOST else []

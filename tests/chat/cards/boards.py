"""Boards as the desk tells them, small and made by hand: one for each way a case can stand."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

CODE = "amber-falcon-7"
DIGEST = "9f3c41d0a07d4be1c9a07d52f81e466687d8cd6b394cd2d9083ae8c478f29bbc"
NOW = datetime(2026, 11, 25, 9, 40, tzinfo=UTC)
SUBJECT = (
    "Jonas Weber",
    "jonas.weber@fjordlight.example",
    "jonas-weber-fjl",
    "milan.horvat@fjordlight.example",
)
"""How the person is called, and the logins; nothing below `full` may show one."""
NAMES = {
    "ingrid": "Ingrid Solheim", "maren": "Maren Vogt", "beatriz": "Beatriz Lima", "helene": "Helene Roux",
    "samuel": "Samuel Okafor",
}  # fmt: skip

LINES = [
    "Who: okta: jonas.weber@fjordlight.example; github: jonas-weber-fjl; okta: milan.horvat@fjordlight.example",
    "Closes: okta session; okta account; okta token; github key; github membership (and runs okta.end_sessions)",
    "Breaks: github key (deploy key mirror of payout-engine), held unless this plan names it",
    (
        "Cannot return: okta.end_sessions: a session cannot be given back; the person signs in again once "
        "unsuspended; github.remove_member: all of it only within 90d"
    ),
    "Stays open: miro app, by hand; elias.lindgren@fjordlight.example (not confirmed)",
]


def decision(kind: str, by: str, at: str, value: Any = "", because: str = "") -> dict[str, Any]:
    return {"kind": kind, "by": by, "at": f"2026-11-25T{at}:00.000Z", "value": value, "because": because}


def request(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "request": name,
        "kind": kind,
        "status": "open",
        "asked_at": "2026-11-25T09:16:00.000Z",
        "overdue": False,
        "question": "",
        "answer": "",
        "phase": "quiet",
        "expires": "2026-11-25T13:16:00.000Z",
        "need": 1,
        "of": ["security-leads"],
        "each_of": [],
        "command": f"severance answer {CODE} {name} done",
        "bring": "",
        "document": "",
        "digest": "",
        "options": [],
        "lines": [],
        "decisions": [],
        **more,
    }


def approval(**more: Any) -> dict[str, Any]:
    given = [decision("approval.given", "maren", "09:19", because="Weber's device records agree")]
    asked = {
        "phase": "lockdown",
        "need": 2,
        "of": [],
        "each_of": ["security-leads", "duty-managers"],
        "command": f"severance approve {CODE} --plan {DIGEST[:12]}",
        "digest": DIGEST,
        "lines": LINES,
        "decisions": given,
        "standing": "open",
        "counted": ["maren"],
        "missing": "1 more of security-leads, duty-managers; one person of their own for duty-managers",
    }
    return request("approval", "approve-lockdown", **{**asked, **more})


def candidates() -> dict[str, Any]:
    label = "milan.horvat@fjordlight.example on okta: the same authenticator Phone of Jonas Weber …Jxvn (strong device)"
    options = [
        {"key": "okta/00uNuJx4dgfOu6C7fZOH", "label": label},
        {
            "key": "okta/00uNznwijiQ25cEDzB0l",
            "label": "elias.lindgren@fjordlight.example on okta: phone number …0111",
        },
    ]
    return request(
        "ask", "same-person", question="Which of these accounts belong to the same person?", answer="choose",
        need=2, of=["ir-oncall", "security-leads"], options=options,
        command=f"severance answer {CODE} same-person 'okta/00uNuJx4dgfOu6C7fZOH|none'",
        decisions=[decision("ask.answered", "maren", "09:21", "okta/00uNuJx4dgfOu6C7fZOH")],
    )  # fmt: skip


def by_hand(**more: Any) -> dict[str, Any]:
    question = "Close miro for jonas.weber@fjordlight.example (its app, account 00um6Z2tuD5Hiir3Yj2y) by hand"
    name = "hand-miro-app-r3Yj2y"
    command = f"severance answer {CODE} {name} done --item FILE"
    return request(
        "task", name, question=question, bring="proof, as a file", of=["ir-oncall"], command=command, **more
    )


def clock(**more: Any) -> dict[str, Any]:
    lines = [
        "Runs: 72h",
        "From: When we became aware",
        "Owed by: The controller",
        "Source: Art. 33 GDPR (read)",
    ]
    asked = {
        "question": "Notify the supervisory authority of a personal data breach",
        "of": ["counsel"],
        "lines": lines,
        "command": f"severance answer {CODE} breach-clock 'start|decline'",
    }
    return request("clock", "breach-clock", **{**asked, **more})


def row(status: str) -> dict[str, Any]:
    return {
        "clock": "gdpr-33", "about": "Notify the supervisory authority of a personal data breach",
        "owed_by": "The controller", "starts": "When we became aware", "within": "72h", "as_soon_as": "",
        "days": "", "zone": "", "late": "", "source": "Art. 33 GDPR", "url": "", "confidence": "read",
        "checked": "2026-11-25", "note": "", "started_at": "", "started_by": "", "basis": "",
        "request": "breach-clock", "status": status, "local": "", "because": "",
        "deadline": "2026-11-28T09:30:00.000Z" if status == "running" else "",
        "command": f"severance answer {CODE} breach-clock stop --because TEXT",
    }  # fmt: skip


def door(
    service: str, layer: str, verdict: str, account: str = "00um6Z2tuD5Hiir3Yj2y", **more: str
) -> dict[str, Any]:
    told = {
        "service": service,
        "layer": layer,
        "account": account,
        "login": SUBJECT[1],
        "verdict": verdict,
        "why": "as read",
    }
    return {**told, **more}


def doors(*verdicts: str) -> list[dict[str, Any]]:
    places = [
        ("okta", "session"), ("okta", "account"), ("okta", "token"), ("github", "key"), ("github", "membership"),
        ("aws", "role"), ("google", "session"), ("miro", "app"),
    ]  # fmt: skip
    accounts = ["00um6Z2tuD5Hiir3Yj2y", *(f"00uNuJx4dgfOu6C7fZ{at}" for at in range(1, len(verdicts)))]
    return [door(*places[at % 8], verdict, accounts[at // 8]) for at, verdict in enumerate(verdicts)]


def board(*requests: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {
        "code": CODE,
        "shown_as": "Access review",
        "opened_at": "2026-11-25T09:10:00.000Z",
        "opened_by": "ingrid",
        "drill": False,
        "leads": "ingrid",
        "off": "",
        "people": {"ingrid": ["ir-oncall"], "maren": ["security-leads"], "beatriz": ["duty-managers"]},
        "deciders": ["maren", "beatriz"],
        "state": "waiting",
        "outcome": "waiting",
        "over": False,
        "exit": 5,
        "phase": "quiet",
        "accounts": 3,
        "services": 4,
        "requests": list(requests),
        "objections": [],
        "emergency": None,
        "fired": False,
        "doors": [],
        "clocks": [],
        "left": ["door okta session of jonas.weber@fjordlight.example: open"],
        "last": 41,
    }
    return copy.deepcopy({**made, **more})


OBJECTION = {
    **decision("approval.objected", "helene", "09:25", because="Weber's contract names an agency"),
    "request": "",
}
BOTH = [decision("approval.given", "maren", "09:19"), decision("approval.given", "beatriz", "09:24")]
DENIAL = [*BOTH[:1], decision("approval.denied", "beatriz", "09:24", because="Jonas Weber is on leave")]
YES_NO = request("ask", "conflict", question="Is anybody close to Jonas Weber on this team?", answer="yes-no")
MIXED = ("closed", "closed", "inferred", "closed", "pending", "unknown", "open", "by-hand")

SHAPES: dict[str, dict[str, Any]] = {
    "just opened": board(),
    "asking": board(
        YES_NO, candidates(), by_hand(), clock(), request("task", "desk", question="Brief the service desk"),
        request("ask", "ground", question="On what ground may access be paused?", answer="text"),
        request("ask", "who", question="Who is it?", answer="person"),
        request("ask", "close-failed-1", question="Step doors failed: jonas-weber-fjl is gone. What now?",
                answer="choose", options=[{"key": each, "label": each} for each in ("retry", "skip", "stop")]),
        clocks=[row("proposed")], doors=doors(*["open"] * 8),
    ),
    "decision wanted": board(approval(), phase="lockdown", doors=doors(*["open"] * 8)),
    "objected": board(approval(standing="paused"), objections=[OBJECTION]),
    "met": board(approval(standing="met", counted=["maren", "beatriz"], missing="", decisions=BOTH)),
    "approved": board(
        approval(status="used", standing="used", counted=["maren", "beatriz"], missing="", decisions=BOTH),
        phase="lockdown", fired=True, doors=doors(*MIXED), outcome="doors-open",
    ),
    "denied": board(approval(status="denied", standing="denied", decisions=DENIAL)),
    "denied a moment ago": board(approval(standing="denied", decisions=DENIAL)),
    "expired": board(approval(status="expired", standing="expired")),
    "past its time": board(approval(standing="expired", overdue=True)),
    "emergency": board(
        approval(phase="emergency", need=1, counted=[], decisions=[], missing="1 more of security-leads"),
        emergency={"by": "ingrid", "because": "clones by jonas-weber-fjl to a new host"},
    ),
    "answered": board(
        {**YES_NO, "status": "answered", "decisions": [decision("ask.answered", "maren", "09:20", "yes", "met Weber"),
                                                        decision("ask.closed", "", "09:20", "yes")]},
        {**candidates(), "status": "silent", "decisions": [decision("ask.silent", "", "13:16", "none")]},
        by_hand(status="done", decisions=[decision("task.done", "ingrid", "09:30", "done")]),
        request("task", "hr", status="withdrawn"),
        clock(status="running", decisions=[decision("clock.started", "helene", "09:31", "start")]),
        clocks=[row("running")],
    ),
    "stopped": board(outcome="stopped", exit=130),
    "done": board(
        approval(status="used", standing="used", counted=["maren", "beatriz"], missing="", decisions=BOTH),
        outcome="done", over=True, exit=0, phase="", fired=True, doors=doors(*["closed"] * 6, "inferred", "by-hand"), left=[],
    ),
    "sixty doors": board(fired=True, doors=doors(*MIXED * 8), outcome="doors-open"),
}  # fmt: skip
"""By what is going on in it."""

"""The legal clocks of a case as the journal has them.

A clock is proposed by the tool and moved by counsel alone (`runner/desk/legal.py`); here it is only read.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from runner.actions.values import Json
from runner.casefile.contents import CaseFile, Request

__all__ = ["active_delays", "card", "clocks", "running"]


def clocks(case: CaseFile) -> list[Json]:
    """Return every clock that was proposed: its row, and how it stands.

    `status` is proposed, running, declined or stopped; `deadline` is RFC 3339 UTC, "" while it does not run
    or where the law sets no length of time; `local` is the same moment where the row's days are counted;
    `command` stops it.
    """
    stop = f"severance answer {case.opened['code']} {{}} stop --because TEXT" if case.opened else "{}"
    found = [each for each in case.requests.values() if each.kind == "clock"]
    return [{**_clock(each), "command": stop.format(each.id)} for each in found]


def card(row: Json) -> list[str]:
    """Return what counsel should see of a clock before it is started."""
    read = f"{row['confidence']}, {row['checked']}" if row["checked"] else "nobody here has read it"
    told = (
        ("Runs", row["within"] or row["as_soon_as"]),
        ("From", row["starts"]),
        ("Owed by", row["owed_by"]),
        ("Late", row["late"]),
        ("Source", f"{row['source']} ({read})"),
        ("Note", row["note"]),
    )
    return [f"{name}: {text}" for name, text in told if text]


def running(case: CaseFile) -> list[Request]:
    """Return the clocks that counsel started and has not stopped."""
    return [each for each in case.requests.values() if each.kind == "clock" and each.status == "running"]


def active_delays(case: CaseFile) -> list[Json]:
    """Return the requests of the police to wait that have not ended; each ends by itself."""
    return [each for each in case.delays if datetime.fromisoformat(each["until"]) > case.present()]


def _clock(request: Request) -> Json:
    said: dict[str, Json] = {each["kind"]: each["data"] for each in request.decisions}
    started = said.get("clock.started", {})
    ended = said.get("clock.stopped") or said.get("clock.declined") or {}
    deadline = started.get("deadline", "")
    row = {key: request.data.get(key, "") for key in _OF_A_ROW}
    stands = {key: started.get(key, "") for key in ("started_at", "started_by", "basis")}
    return {
        **row,
        **stands,
        "request": request.id,
        "status": "proposed" if request.status == "open" else request.status,
        "deadline": deadline,
        "local": _local(deadline, row["zone"]),
        "because": ended.get("because", ""),
    }


_OF_A_ROW = (
    "clock", "about", "owed_by", "starts", "within", "as_soon_as", "days", "zone", "late", "source", "url",
    "confidence", "checked", "note",
)  # fmt: skip


def _local(deadline: str, zone: str) -> str:
    if not deadline or not zone:
        return ""
    return f"{datetime.fromisoformat(deadline).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"

"""Reads a case's journal into what a report shows: one pass, nothing asked of any service.

Only records of class `fact` are read, unless the reader may see what counsel wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runner.actions.doors import doors_of
from runner.reports.documents import documents
from runner.reports.handling import handling
from runner.reports.linked import links, searches
from runner.reports.requests import answers, requests
from runner.reports.sentences import tell
from runner.reports.spelling import milliseconds, named
from runner.reports.views import CaseReport, Circumstances, Event, Item, Lockdown, Operation, Order, Subject

__all__ = ["logins_of", "read"]

Record = Mapping[str, Any]

_QUIET = {"door.seen", "write.intent", "phase.planned"}
"""Left out of the timeline: the matrix, the outcome or the decision tells the same."""


def read(
    records: Sequence[Record], *, counsel: bool = False, around: Circumstances | None = None
) -> CaseReport:
    """Return the view of a case that every writer of this package starts from.

    records: the whole journal, in order. counsel: show records of class `counsel` too; never for
    anything that leaves the house. around: what no record holds; nothing of it is shown unless given.
    """
    seen = [each for each in records if counsel or each["class"] == "fact"]
    opened = next((each for each in seen if each["kind"] == "case.opened"), None)
    around = around or Circumstances()
    asked = requests(seen, around.roles)
    return CaseReport(
        **_opening(opened),
        as_of=records[-1]["at"] if records else "",
        records=len(records),
        withheld=len(records) - len(seen),
        last_digest=records[-1]["digest"] if records else "",
        subject=_subject(seen),
        links=tuple(links(seen)),
        searches=tuple(searches(seen)),
        doors=tuple(doors_of([dict(each) for each in seen]).values()),
        late=_late(seen),
        lockdown=_lockdown(seen),
        requests=tuple(asked),
        objections=tuple(answers(seen, around.roles, ("approval.objected", "approval.overruled"))),
        items=tuple(_items(seen)),
        orders=tuple(_orders(seen)),
        told=_rows(seen, "told"),
        tickets=_rows(seen, "ticket.made"),
        pages=tuple(_pages(seen)),
        steps=_rows(seen, "step.finished"),
        plans=tuple(each["data"] for each in seen if each["kind"] == "phase.planned"),
        writes=tuple(_writes(seen)),
        notes=_rows(seen, "note"),
        documents=tuple(documents(seen)),
        delays=_rows(seen, "delay.asked"),
        **handling(seen, asked),
        lacks=tuple(around.lacks),
        expiry=around.expiry,
        timeline=tuple(_timeline(seen)),
    )


def _opening(opened: Record | None) -> dict[str, Any]:
    start = opened["data"] if opened else {}
    return {
        "code": start.get("code", ""),
        "company": start.get("company", ""),
        "playbook": start.get("playbook", {}),
        "inputs": start.get("inputs", {}),
        "opened_at": opened["at"] if opened else "",
        "opened_by": start.get("by", ""),
        "drill": start.get("drill", False),
        "compress": start.get("compress", 1),
    }


def _rows(seen: Sequence[Record], kind: str) -> tuple[dict[str, Any], ...]:
    return tuple(_row(each) for each in seen if each["kind"] == kind)


def _pages(seen: Sequence[Record]) -> list[dict[str, Any]]:
    called = [each for each in seen if each["kind"].startswith("page.")]
    return [{"ok": each["kind"] == "page.sent", **_row(each)} for each in called]


def _row(record: Record) -> dict[str, Any]:
    return {"at": record["at"], **record["data"]}


def _subject(seen: Sequence[Record]) -> Subject:
    found: dict[str, Any] = {}
    for each in seen:
        if each["kind"] == "subject.resolved":
            found.update(each["data"])
        elif each["kind"] == "link.confirmed":
            known = found.setdefault("linked", [])
            known += [account for account in each["data"]["accounts"] if account not in known]
    return Subject(
        accounts=tuple(found.get("accounts", ())),
        linked=tuple(found.get("linked", ())),
        left_out=tuple(found.get("left_out", ())),
        protected=tuple(found.get("protected", ())),
    )


def _late(seen: Sequence[Record]) -> dict[str, tuple[str, ...]]:
    """Return the labels of things closed though they were made after the approval, by door."""
    verdicts = (each["data"] for each in seen if each["kind"] == "door.verdict")
    return {
        f"{d['service']}/{d['layer']}/{d['account']}": tuple(d["late"]) for d in verdicts if d.get("late")
    }


def _rounds(seen: Sequence[Record]) -> list[tuple[list[Record], Record]]:
    """Return what fired, and what was measured of it, for each lockdown; one that was killed fires twice."""
    rounds: list[tuple[list[Record], Record]] = []
    fired: list[Record] = []
    for each in seen:
        if each["kind"] == "lockdown.fired":
            fired.append(each)
        elif each["kind"] == "lockdown.measured" and fired:
            rounds.append((fired, each["data"]))
            fired = []
    return [*rounds, *([(fired, {})] if fired else [])]


def _lockdown(seen: Sequence[Record]) -> Lockdown | None:
    """Return the lockdown in which most doors fired; a case may have an emergency and a sweep besides."""
    rounds = _rounds(seen)
    if not rounds:
        return None
    fired, last = max(rounds, key=lambda each: sum(len(record["data"]["heads"]) for record in each[0]))
    stragglers = tuple(each for record in fired for each in record["data"]["stragglers"])
    heads = [head for record in fired for head in record["data"]["heads"]] + [
        each["name"] for each in stragglers
    ]
    return Lockdown(
        go=fired[0]["at"],
        prepared_ms=fired[0]["data"]["prepared_ms"],
        stragglers=stragglers,
        heads=tuple(heads),
        last_confirmed_at=last.get("last_confirmed_at", ""),
        spread_ms=milliseconds(last.get("first_write_at", ""), last.get("last_head_write_at", "")),
        window_ms=milliseconds(last.get("first_write_at", ""), last.get("last_confirmed_at", "")),
        slowest_chain_calls=last.get("slowest_chain_calls", 0),
        operations=tuple(_operation(each) for each in last.get("operations", ())),
    )


def _operation(data: Mapping[str, Any]) -> Operation:
    return Operation(
        head=data["head"] or data["op"],
        action=data["action"],
        service=data["service"],
        account=data["account"],
        write_at=data["write_at"],
        confirmed_at=data["confirmed_at"],
        outcome=data["outcome"],
    )


def _items(seen: Sequence[Record]) -> list[Item]:
    fields = (
        "sha256", "bytes", "name", "media", "action", "service", "account", "source", "retention", "lag",
    )  # fmt: skip
    kept = [each for each in seen if each["kind"] == "item.kept"]
    return [
        Item(item=number, at=each["at"], **{key: each["data"].get(key, "") for key in fields})
        for number, each in enumerate(kept, start=1)  # numbered here: two processes may keep at once
    ]


def _orders(seen: Sequence[Record]) -> list[Order]:
    done = {each["data"]["order"]: each for each in seen if each["kind"] == "standing.done"}
    return [
        Order(
            id=each["data"]["order"],
            what=each["data"]["what"],
            kind=each["data"]["kind"],
            due=each["data"].get("due") or "",
            done_at=done[each["data"]["order"]]["at"] if each["data"]["order"] in done else "",
            result=str(done[each["data"]["order"]]["data"]["result"])
            if each["data"]["order"] in done
            else "",
        )
        for each in seen
        if each["kind"] == "standing.set"
    ]


def _writes(seen: Sequence[Record]) -> list[dict[str, Any]]:
    """Return each operation as last known; one whose answer never came says `unanswered`."""
    known: dict[str, dict[str, Any]] = {}
    for each in seen:
        if each["kind"] in ("write.intent", "write.outcome"):
            before = known.get(each["data"]["op"], {"outcome": "unanswered", "why": ""})
            known[each["data"]["op"]] = {**before, **each["data"], "at": each["at"]}
    return list(known.values())


def _timeline(seen: Sequence[Record]) -> list[Event]:
    logins = logins_of(seen)
    what: dict[str, str] = {}
    events: list[Event] = []
    for each in seen:
        data = each["data"]
        if each["kind"] == "write.intent":
            what[data["op"]] = data["what"]
        if each["kind"] not in _QUIET:
            login = logins.get((data.get("service", ""), str(data.get("account", ""))), "")
            late = [named(straggler["name"], logins) for straggler in data.get("stragglers", ())]
            told = {
                **data,
                "login": data.get("login") or login,
                "act": what.get(data.get("op", ""), ""),
                "late_heads": late,
            }
            group, text = tell(each["kind"], told)
            by = data.get("by", "")
            who = by if isinstance(by, str) else ", ".join(by)
            events.append(Event(each["seq"], each["at"], each["kind"], group, who, text, each["digest"]))
    return events


def logins_of(records: Sequence[Record]) -> dict[tuple[str, str], str]:
    """Return what the services call each account the journal names, by service and immutable id."""
    logins: dict[tuple[str, str], str] = {}
    for each in records:
        data = each["data"]
        for account in (*data.get("accounts", ()), data.get("account")):
            if isinstance(account, Mapping):
                logins[(account["service"], account["id"])] = account["login"]
    return logins

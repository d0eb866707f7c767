"""A case as the chat shows it: who may see it, what is asked, who answered what, how the doors stand.

Plain JSON, made anew from the journal at each look; nothing of it is kept.
"""

from __future__ import annotations

from datetime import datetime

from runner.actions.doors import Door
from runner.actions.values import Json
from runner.casefile.contents import CaseFile, Request
from runner.casefile.course import phases_of
from runner.casefile.deadlines import clocks
from runner.casefile.judging import standing_of
from runner.casefile.outcome import outcome_of, over, what_is_left
from runner.database.journal import Record
from runner.desk.admission import kept_out
from runner.desk.office import Office
from runner.desk.standing import standing_of_case
from runner.language.playbook import Playbook

__all__ = ["board", "in_chat", "readable_by_subject"]


def board(office: Office, code: str) -> Json:
    """Return a case for the chat; executes nothing. Raises RefusedError, in a stranger's words.

    `off`: why the chat must not carry this case, or "". `people`: ids of those who may know of it, with their
    roles. `requests`: everything asked, oldest first, each with who decided what. Times are RFC 3339 UTC.
    """
    case = office.case(code)
    playbook = office.playbook(case)
    phases = phases_of(playbook, case)
    outcome, exit_code = outcome_of(case, phases)
    return {
        "code": code,
        "shown_as": case.opened["playbook"]["shown_as"],
        "opened_at": case.opened_at,
        "opened_by": case.opened["by"],
        "drill": case.opened["drill"],
        "leads": case.holder,
        "off": readable_by_subject(office, case),
        **_knowing(office, case, playbook),
        "state": standing_of_case(office, code).word,
        "outcome": outcome,
        "over": over(case, phases),
        "exit": int(exit_code),
        "phase": next((each for each in phases if case.phases.get(each) != "finished"), ""),
        "accounts": len({(each.service, each.id) for each in [*case.accounts, *case.linked]}),
        "services": len({each.service for each in [*case.accounts, *case.linked]}),
        "requests": [_request(office, case, each) for each in case.requests.values()],
        "objections": [{"kind": each["kind"], "at": each["at"], **each["data"]} for each in case.objections],
        "emergency": case.emergency,
        "fired": case.fired,
        "interrupted": case.interrupted,
        "doors": [_door(each) for each in case.doors.values()],
        "clocks": clocks(case),
        "left": what_is_left(case, phases),
        "last": case.last,
    }


def in_chat(office: Office, case: CaseFile) -> Json:
    """Return `{"chat": {"off": why}}`, "" where the chat carries the case; nothing where there is no chat."""
    return {"chat": {"off": readable_by_subject(office, case)}} if office.settings.chat else {}


def readable_by_subject(office: Office, case: CaseFile) -> str:
    """Say why whoever the case is about could read the chat's workspace; "" when nothing says so.

    An administrator of a workspace can be let into its private channels and exports, and one of the identity
    provider can sign in as anybody.
    """
    chat, services = office.settings.chat, office.settings.services
    if chat is None:
        return "the settings have no chat"
    if case.accounts and not case.views_known:
        return "nobody has looked yet whether the person could read it"
    crowns = [name for name, each in services.items() if each.crown]
    reading = [name for name in (chat.service, *chat.readable_by, *crowns) if name in case.sees]
    return f"{reading[0]}: {case.sees[reading[0]]}" if reading else ""


def _knowing(office: Office, case: CaseFile, playbook: Playbook) -> Json:
    """Return who may know of the case, with their roles, and which of them decide."""
    barred, roles = kept_out(office, case), set(playbook.people.all)
    people = [
        each
        for each in office.directory.people()
        if each.id not in barred and not roles.isdisjoint(each.roles)
    ]
    decide = set(playbook.people.decide)
    return {
        "people": {each.id: list(each.roles) for each in people},
        "deciders": [each.id for each in people if not decide.isdisjoint(each.roles)],
    }


def _door(door: Door) -> Json:
    return {
        "service": door.service,
        "layer": door.layer,
        "account": door.account,
        "login": door.login,
        "verdict": door.verdict,
        "why": door.why,
    }


def _request(office: Office, case: CaseFile, asked: Request) -> Json:
    data = asked.data
    expires = datetime.fromisoformat(data["expires"])
    told = {
        "request": asked.id,
        "kind": asked.kind,
        "status": "withdrawn" if case.closed and asked.status == "open" else asked.status,
        "asked_at": asked.asked_at,
        "overdue": asked in case.open_requests() and case.present() >= expires,
        "question": data.get("question") or data.get("text") or data.get("about", ""),
        "answer": data.get("kind", "") if asked.kind == "ask" else "",
        **{key: data[key] for key in ("phase", "expires", "need", "of", "each_of", "command")},
        **{key: data.get(key, "") for key in ("bring", "document", "digest")},
        **{key: data.get(key, []) for key in ("options", "lines")},
        "decisions": [_decision(each) for each in asked.decisions],
    }
    if asked.kind != "approval":
        return told
    stands = standing_of(office.directory.people(), case, asked, kept_out(office, case))
    return {**told, "standing": stands.status, "counted": list(stands.counted), "missing": stands.missing}


def _decision(record: Record) -> Json:
    said = {key: record["data"].get(key, "") for key in ("by", "value", "because")}
    return {"kind": record["kind"], "at": record["at"], **said}

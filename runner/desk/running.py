"""Runs cases, and says how they stand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from runner.actions.values import Json
from runner.casefile.contents import CaseFile
from runner.casefile.course import phases_of
from runner.casefile.deadlines import active_delays, clocks
from runner.casefile.outcome import outcome_of, what_is_left
from runner.cases.approving import wanted
from runner.cases.plans import freeze
from runner.cases.proving import prove
from runner.clock import now, stamp
from runner.database.journal import Record
from runner.desk.board import in_chat
from runner.desk.expiry import evidence_of, next_loss
from runner.desk.handover import write_report
from runner.desk.laboratory import ledgers_of
from runner.desk.office import Office
from runner.errors import RefusedError, SeveranceError, UsageError
from runner.reports.measure import document
from runner.reports.spelling import time_left

__all__ = ["plan_of", "prove_now", "run_case", "status_of"]


def run_case(
    office: Office, code: str, *, stay: bool | Callable[[], bool], listen: Callable[[Record], None]
) -> Json:
    """Run a case until it is done, waits, is refused or stopped; returns the measuring document.

    stay: wait for people instead of ending with `waiting`; asked again and again where it is a function.
    listen: gets each record as it is durable.
    Raises CaseBusy and what stops us early.
    """
    from runner.cases.conduct import Conductor  # noqa: PLC0415  only a run loads the engine (0.4 s)
    from runner.cases.engine import Engine  # noqa: PLC0415

    with office.holding(code) as hold:
        work = office.work(code, hold)
        if closed := work.case().closed:
            raise RefusedError(
                f"{closed['by']} ended this case: {closed['because']}",
                where=code,
                remedy=f"severance report {code}; what it did can still be undone: severance undo {code}",
            )
        conductor = Conductor(work, Engine(office.database), listen)
        failure = ""
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(conductor.run(stay if callable(stay) else lambda: stay))
        except SeveranceError as error:
            failure = error.diagnostics()
            if hold.ours():  # else it is no longer ours to say how it stands
                work.write("run.ended", executor="", why=failure)
        # The loop is left as it is: closing it would cancel parked workflows, and the engine would
        # record them as failed; they are to be found unfinished by the next run.
    return measured(office, code, refused=conductor.refused, failure=failure)


def measured(office: Office, code: str, *, refused: str, failure: str) -> Json:
    """Return the measuring document of a case as it stands."""
    case = office.case(code)
    outcome, exit_code = outcome_of(case, _phases(office, case), refused=refused, failure=failure)
    folder = office.folder(code)
    report = write_report(office, code)
    paths = {
        "report": str(report),
        "bundle": str(folder / "bundle") if (folder / "bundle").is_dir() else "",
        "journal": str(office.settings.store_folder / "severance.db"),
    }
    ledgers = ledgers_of(office.settings)
    result: Json = document(office.records(code), ledgers.paths, paths, latency_ms=ledgers.latency_ms)
    left = what_is_left(case, _phases(office, case))
    return {
        **result,
        "outcome": outcome,
        "exit": int(exit_code),
        "why": failure or refused,
        "left": left,
        "waiting": _waiting(case),
        **in_chat(office, case),
    }


def status_of(office: Office, code: str) -> Json:
    """Return how one case stands; executes nothing. `chat`, where there is one: `off`, why not this case."""
    case = office.case(code)
    phases = _phases(office, case)
    outcome, exit_code = outcome_of(case, phases)
    doors: dict[str, int] = {}
    for door in case.doors.values():
        doors[door.verdict] = doors.get(door.verdict, 0) + 1
    current = next((phase for phase in phases if case.phases.get(phase) != "finished"), "")
    return {
        "code": code,
        "playbook": case.opened["playbook"]["shown_as"],
        "opened_at": case.opened_at,
        "outcome": outcome,
        "exit": int(exit_code),
        "phase": current,
        "waiting": _waiting(case),
        "doors": doors,
        "clocks": [{**each, "left": _left(each)} for each in clocks(case)],
        "delays": active_delays(case),
        "documents": list(case.documents.values()),
        "left": what_is_left(case, phases),
        "evidence": next_loss(evidence_of(office, code, case)),
        **in_chat(office, case),
    }


def plan_of(office: Office, code: str, phase: str | None) -> Json:
    """Return what the next phase (or a named one) will do, read live; changes nothing, asks nobody."""
    with office.holding(code) as hold:
        work = office.work(code, hold)
        case = work.case()
        if phase and phase not in {each.phase for each in work.playbook.phases}:
            known = ", ".join(each.phase for each in work.playbook.phases)
            raise UsageError(
                f"the playbook has no phase {phase!r}", where=code, remedy=f"its phases: {known}"
            )
        names = [each for each in work.playbook.phases if case.phases.get(each.phase) != "finished"]
        chosen = next((each for each in names if phase in (None, each.phase)), None)
        if chosen is None:
            return {
                "case": code,
                "phase": phase or "",
                "operations": [],
                "lines": [],
                "notices": [],
                "unknown": [],
            }
        plan = freeze(chosen, None, case, work.services, work.frame)
        quorum = wanted(work, chosen, None)
        needs = {"need": quorum.needed, "of": list(quorum.roles)} if quorum else None
    return {"case": code, **plan.as_json(), "approve": needs}


def prove_now(office: Office, code: str) -> Json:
    """Read every door of a case back now, and journal the verdicts."""
    with office.holding(code) as hold:
        work = office.work(code, hold)
        case = work.case()
        doors = prove(work, [*case.accounts, *case.linked], "prove", [])
        outcome, exit_code = outcome_of(work.case(), _phases(office, case))
    return {
        "case": code,
        "exit": int(exit_code) if outcome == "doors-open" else 0,
        "doors": [
            {
                "service": door.service,
                "layer": door.layer,
                "account": door.account,
                "verdict": door.verdict,
                "why": door.why,
            }
            for door in doors
        ],
    }


def _left(clock: Json) -> str:
    """Return how long a running clock has left; empty where no moment is set."""
    runs = clock["status"] == "running" and clock["deadline"]
    return time_left(stamp(now()), clock["deadline"]) if runs else ""


def _waiting(case: CaseFile) -> list[Json]:
    return [
        {
            "request": each.id,
            "kind": each.kind,
            "who": list(dict.fromkeys([*each.data["of"], *each.data.get("each_of", ())])),
            "expires": each.data["expires"],
            "command": each.data["command"],
            "question": each.data.get("question") or each.data.get("text") or each.data.get("about", ""),
            "answer": each.data.get("kind", ""),
            "options": each.data.get("options", []),
            "digest": each.data.get("digest", ""),
            "bring": each.data.get("bring", ""),
            "lines": each.data.get("lines", []),
        }
        for each in case.open_requests()
    ]


def _phases(office: Office, case: CaseFile) -> list[str]:
    return phases_of(office.playbook(case), case)

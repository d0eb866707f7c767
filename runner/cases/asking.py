"""Puts questions, tasks and clocks to people, and tells when they are answered.

A request is a journal record; so is each answer (`answers.py` judges them). Whoever answers only records.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runner.actions.doors import Door
from runner.actions.values import Json
from runner.casefile.deadlines import card
from runner.cases.drafting import Draft, draft_for, fetch
from runner.cases.linking import enough
from runner.cases.paging import on_call, page, people_of
from runner.cases.work import Work
from runner.clock import stamp
from runner.database.journal import Entry
from runner.errors import RefusedError
from runner.language.playbook import AskStep, ClockStep, DoStep, PageStep, Phase, Quorum, TaskStep

__all__ = ["acceptance", "ask", "clock", "crown", "failure", "hand_over", "task", "trigger", "wake"]

DEFAULT_WITHIN_S = 24 * 3600


def ask(work: Work, phase: Phase, step: AskStep, options: list[Json]) -> str:
    """Put a step's question to its people, once; returns the request's name."""
    quorum = enough(work, step.by or Quorum(need=1, of=work.playbook.people.decide), options)
    data = {
        "request": step.id,
        "phase": phase.phase,
        "step": step.id,
        "question": step.ask,
        "kind": step.answer,
        "options": options,
        "if_silent": step.if_silent or "",
        "command": f"severance answer {work.code} {step.id} {_example(step.answer, options)}",
    }
    return _put(work, "ask.asked", data, quorum, step.within)


def task(work: Work, phase: Phase, step: TaskStep) -> str:
    """Set a task, once; returns the request's name."""
    quorum = step.by or Quorum(need=1, of=work.playbook.people.start)
    if step.id in work.case().requests:
        return step.id
    drafted = draft_for(work, step, quorum.roles)
    data = {
        "request": step.id,
        "phase": phase.phase,
        "step": step.id,
        "text": step.task,
        "bring": step.bring or "",
        "document": drafted.id if drafted else "",
        "door": None,
        "command": f"severance answer {work.code} {step.id} done{' --item FILE' if step.bring else ''}",
    }
    return _put(work, "task.set", data, quorum, step.within, drafted=drafted)


def clock(work: Work, phase: Phase, step: ClockStep, row: Json) -> str:
    """Propose a legal clock to counsel, once, whoever `by` names: only they start it.

    Raises RefusedError when nobody of counsel may know of the case.
    """
    of = tuple(role for role in work.settings.counsel if role in work.playbook.people.all)
    if not of:
        raise RefusedError("no role of counsel knows of this case", remedy="list one under `people`")
    quorum = Quorum(need=1, of=of, within=step.by.within if step.by else None)
    data = {
        "request": step.id,
        "phase": phase.phase,
        "step": step.id,
        "clock": step.clock,
        **row,
        "lines": card(row),
        "command": f"severance answer {work.code} {step.id} 'start|decline'",
    }
    return _put(work, "clock.proposed", data, quorum, step.within)


def wake(work: Work, phase: Phase, step: PageStep) -> None:
    """Wake a page step's people; a document goes into the case's folder, for them to fetch."""
    drafted = draft_for(work, step, step.page)
    if drafted and drafted.id not in work.case().documents:  # an earlier run may have handed it out, and died
        work.journal.append(drafted.recorded)
    text = f"Case {work.code} needs you.{fetch(work, drafted)}\n\n    severance status {work.code}\n"
    page(work, f"{phase.phase}-{step.id}", "now", people_of(work, step.page), text)


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed, for the person who decides what now."""

    phase: str
    step: str
    attempt: int
    why: str


def failure(work: Work, failed: Failure) -> str:
    """Ask what to do about a step that failed: retry, skip or stop; an answer counts for one failure."""
    asked, attempt = work.case().requests, failed.attempt
    while (name := f"{failed.step}-failed-{attempt}") in asked and asked[name].status != "open":
        attempt += 1
    data = {
        "request": name,
        "phase": failed.phase,
        "step": failed.step,
        "kind": "choose",
        "options": [{"key": key, "label": key} for key in ("retry", "skip", "stop")],
        "if_silent": "",
        "question": f"Step {failed.step} failed: {failed.why}. What now?",
        "command": f"severance answer {work.code} {name} retry",
    }
    return _put(work, "ask.asked", data, Quorum(need=1, of=work.playbook.people.start), None)


def hand_over(work: Work, phase: Phase, step: DoStep, doors: list[Door]) -> None:
    """Set a task for every door no interface closes; an item answers it, and one page tells of them all."""
    tasks: dict[str, Json] = {}
    for door in doors:
        name = f"hand-{_plain(door.service)}-{door.layer}-{door.account[-6:]}"
        task = {
            "request": name,
            "phase": phase.phase,
            "step": step.id,
            "document": "",
            "bring": "proof, as a file",
            "text": f"Close {door.service} for {door.login} ({_where(door)}) by hand: {door.why}",
            "door": {"service": door.service, "layer": door.layer, "account": door.account},
            "command": f"severance answer {work.code} {name} done --item FILE",
        }
        tasks.setdefault(name, task)
    _put_all(work, "task.set", list(tasks.values()), Quorum(need=1, of=work.playbook.people.start))


def acceptance(work: Work, name: str, doors: list[Json]) -> None:
    """Ask a decider to accept doors whose closing could only be inferred."""
    listed = ", ".join(f"{each['service']} {each['layer']}" for each in doors)
    data = {
        "request": name,
        "phase": "",
        "step": "",
        "kind": "yes-no",
        "options": [],
        "if_silent": "",
        "question": f"These doors could only be inferred closed; do you accept that? {listed}",
        "command": f"severance answer {work.code} {name} 'yes|no'",
    }
    _put(work, "ask.asked", data, Quorum(need=1, of=work.playbook.people.decide), None)


def trigger(work: Work, phase: Phase, seconds: int) -> str:
    """Put the trigger of an armed phase into the deciders' hands; a new one after one that was not pulled."""
    before = [each for each in work.case().requests.values() if each.id.startswith(f"fire-{phase.phase}")]
    waiting = [each for each in before if each.status == "open"]
    name = waiting[0].id if waiting else f"fire-{phase.phase}" + (f"-{len(before) + 1}" if before else "")
    data = {
        "request": name,
        "phase": phase.phase,
        "step": "",
        "kind": "yes-no",
        "options": [],
        "if_silent": "",
        "question": f"{phase.phase} is approved and armed. Fire now?",
        "command": f"severance answer {work.code} {name} 'yes|no'",
    }
    return _put(work, "ask.asked", data, Quorum(need=1, of=work.playbook.people.decide), seconds)


def crown(work: Work, broken: Iterable[str], patience_s: int) -> None:
    """Ask whether to fire without a crown service that cannot be read; silence is a yes."""
    data = {
        "request": "crown",
        "phase": "",
        "step": "",
        "kind": "yes-no",
        "options": [],
        "if_silent": "yes",
        "question": f"{', '.join(broken)} cannot be read. Fire the doors that notify the person anyway?",
        "command": f"severance answer {work.code} crown yes",
    }
    _put(work, "ask.asked", data, Quorum(need=1, of=work.playbook.people.start), patience_s)


def _put(
    work: Work,
    kind: str,
    data: Json,
    quorum: Quorum,
    within: int | None,
    *,
    drafted: Draft | None = None,
) -> str:
    name: str = data["request"]
    if name in work.case().requests:
        return name
    expires = stamp(work.deadline(within or quorum.within or DEFAULT_WITHIN_S))
    asked = Entry(kind, {**data, **_people(quorum), "expires": expires})
    work.journal.append(*([drafted.recorded] if drafted else ()), asked)
    text = f"Case {work.code} needs you before {expires}.{fetch(work, drafted)}\n\n    {data['command']}\n"
    page(work, name, "asked", on_call(work, quorum.roles, quorum.needed), text)
    return name


def _put_all(work: Work, kind: str, several: list[Json], quorum: Quorum) -> None:
    known = work.case().requests
    if not (fresh := [data for data in several if data["request"] not in known]):
        return
    expires = stamp(work.deadline(DEFAULT_WITHIN_S))
    work.journal.append(*(Entry(kind, {**data, **_people(quorum), "expires": expires}) for data in fresh))
    commands = "".join(f"\n    {data['command']}" for data in fresh)
    text = f"Case {work.code} needs you before {expires}.\n{commands}\n"
    page(work, fresh[0]["request"], "asked", people_of(work, quorum.roles), text)


def _people(quorum: Quorum) -> Json:
    roles = list(quorum.roles)
    return {"need": quorum.needed, "of": roles, "by": roles, "each_of": list(quorum.each_of)}


def _where(door: Door) -> str:
    return f"its {door.layer}, account {door.account}"


def _example(kind: str, options: list[Json]) -> str:
    """Return what may be answered, quoted: pasted as it is, a bare `yes|no` would answer yes."""
    if kind in ("text", "person"):
        return "TEXT" if kind == "text" else "WHO"
    return "'yes|no'" if kind == "yes-no" else f"'{'|'.join([*_some(options), 'none'])}'"


def _some(options: list[Json]) -> list[str]:
    return [str(each["key"]) for each in options[:3]]


def _plain(text: str) -> str:
    return "".join(each for each in text.lower() if each.isascii() and each.isalnum())[:24] or "app"

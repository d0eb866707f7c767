"""What people decide and say: recorded in the journal, and nothing else. Whoever runs the case acts on it."""

from __future__ import annotations

import getpass
import hashlib
from pathlib import Path

from runner.actions.values import Json
from runner.cases.approving import request_of
from runner.cases.casefile import CaseFile, Request
from runner.cases.journal import Entry, now
from runner.company import Person
from runner.desk.identity import identify
from runner.desk.office import Office
from runner.errors import RefusedError, UsageError
from runner.evidence.store import Store
from runner.people.approvals import eligible
from runner.people.barred import admit, barred, stranger

__all__ = ["answer", "ask_undo", "decide", "note", "objection", "stop"]


def decide(
    office: Office, code: str, verb: str, digest: str | None, because: str, claimed: str | None, signature: str | None,
    waive: tuple[str, ...] = (),
) -> Json:  # fmt: skip
    """Record an approval or a denial of the plan with this digest (its first characters will do).

    verb: `approve` or `deny`. Raises RefusedError: nothing asked, another plan, expired, not eligible.
    """
    case = office.case(code)
    request = _approval(case, digest)
    full = str(request.data["digest"]) if request else digest or ""
    # Who asks comes first: what is being asked is told only to those who may know of the case.
    person = _admitted(office, case, code, verb, claimed, signature, full, request=request.id if request else "unknown")
    if request is None:
        raise RefusedError("no such plan is being asked for", where=code, remedy=f"being asked: {_plans(case)}")
    asked = request_of(case, request)
    if not eligible(person, asked, _barred(office, case)):
        raise stranger(code)
    if now() >= asked.expires:
        raise RefusedError("this request has expired", where=request.id, remedy=f"severance run {code}")
    kind = "approval.given" if verb == "approve" else "approval.denied"
    data = {
        "request": request.id, "digest": full, "by": person.id, "because": because, "signed": signature is not None,
        "signature": signature or "", "waive": list(waive),
    }  # fmt: skip
    office.journal(code).write(kind, **data)
    return {"case": code, "request": request.id, "digest": full, "by": person.id, "recorded": kind}


def objection(office: Office, code: str, verb: str, because: str, claimed: str | None, signature: str | None) -> Json:
    """Record an objection, or the overruling of one. Advisers and deciders may object; deciders overrule."""
    case = office.case(code)
    person = _admitted(office, case, code, verb, claimed, signature, hashlib.sha256(because.encode()).hexdigest())
    people = office.playbook(case).people
    allowed = people.decide if verb == "overrule" else [*people.decide, *(people.advise or ())]
    if set(person.roles).isdisjoint(allowed):
        raise stranger(code)
    kind = "approval.objected" if verb == "object" else "approval.overruled"
    office.journal(code).write(kind, by=person.id, because=because)
    return {"case": code, "by": person.id, "recorded": kind}


def answer(
    office: Office, code: str, name: str, value: str, claimed: str | None, signature: str | None, item: Path | None
) -> Json:
    """Record an answer to a question, a task or a clock.

    item: a file to keep as evidence of it. Raises RefusedError when it was not asked, is not this
    person's to answer, or lacks the item it must bring; UsageError for a value that is no answer.
    """
    case = office.case(code)
    request = case.requests.get(name)
    digest = hashlib.sha256(value.encode()).hexdigest()
    person = _admitted(office, case, code, "answer", claimed, signature, digest, request=name)
    if request is None or request.status != "open" or request.kind == "approval":
        waiting = ", ".join(each.id for each in case.open_requests() if each.kind != "approval") or "nothing"
        raise RefusedError(f"{name!r} is not being asked", where=code, remedy=f"being asked: {waiting}")
    if set(person.roles).isdisjoint(request.data["of"]):
        raise stranger(code)
    _check_value(request, value)
    if request.data.get("bring") and item is None:
        raise RefusedError(f"it must come with an item: {request.data['bring']}", remedy="add --item FILE")
    number = _keep(office, case, code, request, item) if item else None
    entry = Entry(_kind_of(request, value), {"request": name, "by": person.id, "value": value, "item": number})
    office.journal(code).append(entry)
    return {"case": code, "request": name, "by": person.id, "recorded": entry.kind, "item": number}


def stop(office: Office, code: str, because: str) -> Json:
    """Ask the runner to stop: no new write goes out within a second. Anybody at this terminal may."""
    office.case(code)
    by = getpass.getuser()
    office.journal(code).write("stop.asked", by=by, because=because)
    return {"case": code, "by": by, "recorded": "stop.asked"}


def note(office: Office, code: str, text: str) -> Json:
    """Put a note into the case's record."""
    office.case(code)
    by = getpass.getuser()
    office.journal(code).write("note", by=by, text=text)
    return {"case": code, "by": by, "recorded": "note"}


def ask_undo(office: Office, code: str, because: str, claimed: str | None, signature: str | None) -> Json:
    """Ask for the case's undo phase: planned and approved like any other when the case is run."""
    case = office.case(code)
    person = _admitted(office, case, code, "undo", claimed, signature, hashlib.sha256(because.encode()).hexdigest())
    office.journal(code).write("undo.asked", by=person.id, because=because)
    return {"case": code, "by": person.id, "recorded": "undo.asked"}


def _kind_of(request: Request, value: str) -> str:
    if request.kind == "clock":
        return "clock.started" if value == "start" else "clock.declined"
    return "ask.answered" if request.kind == "ask" else "task.done"


def _approval(case: CaseFile, digest: str | None) -> Request | None:
    """Return the one approval asked for by this digest (eight characters will do), or the only one."""
    asked = [each for each in case.open_requests() if each.kind == "approval"]
    fitting = [each for each in asked if digest is None or str(each.data["digest"]).startswith(digest)]
    return fitting[0] if len(fitting) == 1 and (digest is None or len(digest) >= 8) else None


def _plans(case: CaseFile) -> str:
    asked = [each for each in case.open_requests() if each.kind == "approval"]
    return ", ".join(f"{each.id} --plan {each.data['digest'][:12]}" for each in asked) or "nothing"


def _admitted(
    office: Office, case: CaseFile, code: str, verb: str, claimed: str | None, signature: str | None, digest: str,
    request: str = "case",
) -> Person:  # fmt: skip
    person = identify(office, case=code, request=request, digest=digest, verb=verb, claimed=claimed, signature=signature)
    return admit(person, office.playbook(case).people.all, _barred(office, case), code)


def _barred(office: Office, case: CaseFile) -> frozenset[str]:
    words = str(case.opened["inputs"].get("subject", ""))
    return barred(office.settings, [*case.accounts, *case.linked], words)


def _check_value(request: Request, value: str) -> None:
    kind = request.data.get("kind", request.kind)
    keys = [str(each["key"]) for each in request.data.get("options", ())]
    given = [part.strip() for part in value.split(",")]
    fits = {
        "yes-no": value in ("yes", "no"),
        "choose": value == "none" or all(each in keys for each in given),
        "text": bool(value.strip()),
        "task": value == "done",
        "clock": value in ("start", "decline"),
    }[kind]
    if not fits:
        raise UsageError(f"{value!r} is no answer to this", where=request.id, remedy=request.data["command"])


def _keep(office: Office, case: CaseFile, code: str, request: Request, item: Path) -> int:
    try:
        content = item.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(item), remedy="name a readable file") from error
    kept = Store(office.folder(code)).put(item.name, content, "application/octet-stream")
    number = len(case.items) + 1
    data = {
        "item": number, "sha256": kept.sha256, "bytes": kept.bytes, "name": kept.name,
        "media": "application/octet-stream", "action": "answer", "service": "", "account": "",
        "source": f"handed in for {request.id}", "retention": "", "lag": "",
    }  # fmt: skip
    office.journal(code).append(Entry("item.kept", data))
    return number

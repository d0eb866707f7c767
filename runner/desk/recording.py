"""What people decide and say: recorded in the journal, and nothing else. Whoever runs the case acts on it."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Literal

from runner.actions.values import Json
from runner.casefile.contents import CaseFile, Request
from runner.casefile.judging import kind_of, request_of
from runner.cases.resolving import person_of
from runner.company import Person
from runner.database.journal import Entry
from runner.desk.admission import Act, admitted, digest_of, kept_out
from runner.desk.claim import Claim
from runner.desk.comparable import require_comparable
from runner.desk.demands import hand_in, read_in, received
from runner.desk.handed_in import keep_item
from runner.desk.legal import Answer, clock_moved, delay_asked, document_approved, document_sent
from runner.desk.office import Office
from runner.errors import RefusedError, UsageError
from runner.people.approvals import eligible
from runner.people.barred import stranger
from runner.people.signature import message, sign_command

__all__ = ["answer", "decide", "delay", "note", "objection", "receive", "stop"]

_KINDS = {"approve": "approval.given", "deny": "approval.denied"}


def decide(
    office: Office,
    code: str,
    claim: Claim,
    verb: Literal["approve", "deny"],
    *,
    digest: str | None,
    because: str,
    waive: tuple[str, ...] = (),
) -> Json:
    """Record an approval or a denial of the plan with this digest (its first eight characters will do).

    waive: operations whose missing evidence the approver accepts. Raises RefusedError: nothing asked,
    another plan, expired, not eligible.
    """
    while True:  # somebody else may decide between our look and our record; then it is looked at again
        case = office.case(code)
        found = _decision(office, case, claim, verb, digest)
        entry = Entry(_KINDS[verb], {**found, "because": because, "waive": list(waive)})
        if office.journal(code).append_after(case.last, entry):
            told = {key: found[key] for key in ("request", "digest", "by")}
            return {"case": code, **told, "recorded": entry.kind}


def _decision(
    office: Office, case: CaseFile, claim: Claim, verb: Literal["approve", "deny"], digest: str | None
) -> Json:
    """Return who decides on what, and their signature. Raises RefusedError as `decide`."""
    code, request = str(case.opened["code"]), _approval(case, digest)
    full = str(request.data["digest"]) if request else digest or ""
    # Who asks comes first: what is being asked is told only to those who may know of the case.
    person = admitted(office, case, claim, Act(code, request.id if request else "unknown", verb, full))
    if request is None:
        asked = f"being asked: {_plans(case)}"
        raise RefusedError("no such plan is being asked for", where=code, remedy=asked)
    wanted = request_of(case, request)
    if not eligible(person, wanted, kept_out(office, case)):
        raise stranger(code)
    if case.present() >= wanted.expires:
        raise RefusedError("this request has expired", where=request.id, remedy=f"severance run {code}")
    if verb == "approve":
        _second_factor(office, claim, Act(code, request.id, verb, full), kind_of(request))
    signature = claim.signature or ""
    signed = {"signed": bool(signature), "signature": signature, "account": claim.account}
    return {"request": request.id, "digest": full, "by": person.id, **signed}


def objection(
    office: Office, code: str, claim: Claim, verb: Literal["object", "overrule"], because: str
) -> Json:
    """Record an objection, or the overruling of one. Advisers and deciders may object; deciders overrule."""
    case = office.case(code)
    person = admitted(office, case, claim, Act(code, "case", verb, digest_of(because)))
    people = office.playbook(case).people
    allowed = people.decide if verb == "overrule" else [*people.decide, *(people.advise or ())]
    if set(person.roles).isdisjoint(allowed):
        raise stranger(code)
    kind = "approval.objected" if verb == "object" else "approval.overruled"
    office.journal(code).write(kind, by=person.id, because=because)
    return {"case": code, "by": person.id, "recorded": kind}


def answer(
    office: Office, code: str, name: str, said: Answer, *, claim: Claim, item: Path | None = None
) -> Json:
    """Record an answer to a question, a task or a clock.

    item: a file to keep as evidence of it. Raises RefusedError when it was not asked, is not this
    person's to answer, or lacks the item it must bring; UsageError for a value that is no answer.
    """
    case = office.case(code)
    request = case.requests.get(name)
    person = admitted(office, case, claim, Act(code, name, "answer", said.digest))
    if request is None or request.kind == "approval" or not _stands(case, request):
        waiting = ", ".join(each.id for each in case.open_requests() if each.kind != "approval") or "nothing"
        raise RefusedError(f"{name!r} is not being asked", where=code, remedy=f"being asked: {waiting}")
    approving = request.kind == "task" and said.value == "approve"
    allowed = office.settings.counsel if request.kind == "clock" or approving else request.data["of"]
    if set(person.roles).isdisjoint(allowed):
        raise stranger(code)
    if request.kind == "clock":
        entries, kept = [clock_moved(request, person, said)], None
    elif approving:
        entries, kept = [document_approved(case, request, person)], None
    else:
        kept = _brought(office, case, request, said, item)
        entries = _answered(case, request, person, said, kept)
    office.journal(code).append(*entries)
    return {"case": code, "request": name, "by": person.id, "recorded": entries[0].kind, "item": kept}


def stop(office: Office, code: str, because: str, claim: Claim | None = None) -> Json:
    """Ask the runner to stop: no new write goes out within a second.

    claim: of whoever asks from elsewhere, who must know of the case; anybody at this terminal may.
    """
    by = _by(office, code, claim, Act(code, "case", "stop", digest_of(because)))
    office.journal(code).write("stop.asked", by=by, because=because)
    return {"case": code, "by": by, "recorded": "stop.asked"}


def note(office: Office, code: str, text: str, claim: Claim | None = None) -> Json:
    """Put a note into the case's record; claim: as for `stop`."""
    by = _by(office, code, claim, Act(code, "case", "note", digest_of(text)))
    office.journal(code).write("note", by=by, text=text)
    return {"case": code, "by": by, "recorded": "note"}


def delay(office: Office, code: str, *, agency: str, contact: str, until: str, text: str) -> Json:
    """Record that the police asked to wait until a moment; it ends by itself."""
    office.case(code)
    entry = delay_asked(agency, contact, until, text, getpass.getuser())
    office.journal(code).append(entry)
    return {"case": code, "by": entry.data["by"], "recorded": entry.kind}


def receive(office: Office, code: str, claim: Claim, path: Path, how: str) -> Json:
    """Keep a further message of whoever demands, and put what it says on record.

    how: in the person's words, how it came. Raises UsageError for what is no message, and where the playbook
    takes none.
    """
    case, handed = office.case(code), hand_in(path)
    person = admitted(office, case, claim, Act(code, "demand", "note", handed.sha256))
    if not office.playbook(case).takes_demands:
        raise UsageError("this case's playbook takes no demand", where=code, remedy="leave --demand out")
    read = read_in(office, handed)
    office.journal(code).append(*received(office, code, handed, read, by=person.id, how=how))
    return {"case": code, "by": person.id, "recorded": "demand.received", "item": handed.sha256}


def _by(office: Office, code: str, claim: Claim | None, act: Act) -> str:
    """Return who acts: the person of a claim, or whoever is logged in at this terminal."""
    case = office.case(code)
    return admitted(office, case, claim, act).id if claim else getpass.getuser()


def _second_factor(office: Office, claim: Claim, act: Act, kind: str) -> None:
    """Refuse a yes said in chat alone where the settings want it signed, with the lines that sign it.

    A stolen session must not be an approval (OWASP Transaction Authorization, section 1.4).
    """
    chat = office.settings.chat
    if claim.account and chat and kind in chat.second_factor:
        line = sign_command(message(act.case, act.request, act.digest, act.verb))
        raise RefusedError(
            "the settings want this approval signed, at a terminal",
            where=act.request,
            remedy=f"{line}\n  severance approve {act.case} --plan {act.digest[:12]} --sign approval.sig",
        )


def _stands(case: CaseFile, request: Request) -> bool:
    return case.closed is None and request.status in ("open", "running")


def _brought(office: Office, case: CaseFile, request: Request, said: Answer, item: Path | None) -> str | None:
    """Check an answer to a question or a task, and return the digest of the item it brings, if any."""
    _check_value(request, said.value)
    if said.at:
        raise UsageError("only the start of a clock has a moment", where="--at")
    if request.data.get("bring") and item is None:
        raise RefusedError(f"it must come with an item: {request.data['bring']}", remedy="add --item FILE")
    code = str(case.opened["code"])
    if request.data.get("kind") == "person" and said.value != "none":
        person_of(office.settings, office.services(code), said.value)  # refuses what is not one person
    if item is None:
        return None
    require_comparable(office.playbook(case), request.id, item)
    return keep_item(office, code, item, f"handed in for {request.id}")


def _answered(
    case: CaseFile, request: Request, person: Person, said: Answer, kept: str | None
) -> list[Entry]:
    """Return the records of an answer to a question or a task."""
    kind = "ask.answered" if request.kind == "ask" else "task.done"
    data = {"request": request.id, "by": person.id, "value": said.value, "item": kept}
    data |= {"because": said.because} if said.because else {}
    sent = document_sent(case, request, person) if kind == "task.done" else []
    return [Entry(kind, data), *sent]


def _approval(case: CaseFile, digest: str | None) -> Request | None:
    """Return the one approval asked for by this digest (eight characters will do), or the only one."""
    asked = [each for each in case.open_requests() if each.kind == "approval"]
    fitting = [each for each in asked if digest is None or str(each.data["digest"]).startswith(digest)]
    return fitting[0] if len(fitting) == 1 and (digest is None or len(digest) >= 8) else None


def _plans(case: CaseFile) -> str:
    asked = [each for each in case.open_requests() if each.kind == "approval"]
    return ", ".join(f"{each.id} --plan {each.data['digest'][:12]}" for each in asked) or "nothing"


def _check_value(request: Request, value: str) -> None:
    kind = request.data.get("kind", request.kind)
    keys = [str(each["key"]) for each in request.data.get("options", ())]
    given = [part.strip() for part in value.split(",")]
    fits = {
        "yes-no": value in ("yes", "no"),
        "choose": value == "none" or all(each in keys for each in given),
        "text": bool(value.strip()),
        "person": bool(value.strip()),
        "task": value == "done",
    }[kind]
    if not fits:
        raise UsageError(f"{value!r} is no answer to this", where=request.id, remedy=request.data["command"])

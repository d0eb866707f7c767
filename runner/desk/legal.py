"""What counsel decides, as records: clocks that start and stop, documents that are approved or went out.

A deadline runs from the moment its event happened, which may be earlier than the moment somebody says so.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from runner.actions.values import Json
from runner.casefile.contents import CaseFile, Request
from runner.cases.drafting import about_document
from runner.clock import now, stamp
from runner.company import Person
from runner.database.journal import Entry
from runner.desk.admission import digest_of
from runner.errors import RefusedError, UsageError
from runner.evidence.chain import canonical
from runner.language.terms import ends, term

__all__ = ["Answer", "clock_moved", "delay_asked", "document_approved", "document_sent", "moment"]

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says to a request."""

    value: str
    at: str = ""
    """Of a clock that starts: when its event happened, RFC 3339; now when empty."""
    because: str = ""

    @property
    def digest(self) -> str:
        """What is signed: the bare value, or all three where there is more to say."""
        said = [self.value, self.at, self.because]
        if not (self.at or self.because):
            return digest_of(self.value)
        return hashlib.sha256(canonical(said)).hexdigest()


def moment(text: str, option: str) -> datetime:
    """Return a moment as a person wrote it, which must name its zone. Raises UsageError."""
    what = f"expected a moment with its zone, such as 2026-11-25T09:14Z, found {text!r}"
    if not _RFC3339.fullmatch(text):
        raise UsageError(what, where=option)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(what, where=option) from None


def clock_moved(request: Request, person: Person, said: Answer) -> Entry:
    """Return the record of a clock that is started, declined or stopped.

    Raises RefusedError for a clock that does not stand so, UsageError for what is no answer, a moment that
    is still to come, or a stop without its reason.
    """
    answers: dict[str, tuple[str, ...]] = {"open": ("start", "decline"), "running": ("stop",)}
    fits = answers.get(request.status, ())
    if not fits:
        raise RefusedError(f"this clock is {request.status}", where=request.id)
    if said.value not in fits:
        what = f"{said.value!r} is no answer to this"
        raise UsageError(what, where=request.id, remedy=" or ".join(fits))
    if said.at and said.value != "start":
        raise UsageError("only a start has a moment", where="--at")
    if said.value == "stop" and not said.because.strip():
        raise UsageError("a clock is stopped for a reason", where=request.id, remedy="add --because TEXT")
    data: Json = {"request": request.id, "by": person.id, "value": said.value, "because": said.because}
    if said.value != "start":
        kind = "clock.stopped" if said.value == "stop" else "clock.declined"
        return Entry(kind, {**data, "status": kind.partition(".")[2]})
    return Entry("clock.started", {**data, **_running(request.data, person, said)})


def _running(row: Json, person: Person, said: Answer) -> Json:
    """Return what the record of a started clock says of its time, in UTC."""
    started = moment(said.at, "--at") if said.at else now()
    if started > now():
        raise UsageError("a clock cannot have started later than now", where="--at")
    deadline = stamp(ends(term(row["within"]), started, row["zone"])) if row["within"] else ""
    return {
        "trigger_event": row["starts"],
        "started_at": stamp(started),
        "started_by": person.id,
        "basis": said.because,
        "deadline": deadline,
        "days": row["days"],
        "zone": row["zone"],
        "status": "running",
    }


def document_approved(case: CaseFile, request: Request, person: Person) -> Entry:
    """Return the record of counsel's yes to the document of a task. Raises RefusedError: none, or sent."""
    known = case.documents.get(request.data.get("document", ""))
    if known is None or known["status"] == "SENT":
        raise RefusedError("this carries no document that could be approved", where=request.id)
    data = {"document": known["document"], "by": person.id, "version": known["version"]}
    return about_document("document.approved", data, privileged=known["privileged"])


def document_sent(case: CaseFile, request: Request, person: Person) -> list[Entry]:
    """Return the record that the document of a task went out, told by who did it; none where it carries none.

    `missing` are the gaps it was handed over with: whoever sent it filled them in by hand.
    """
    known = case.documents.get(request.data.get("document", ""))
    if known is None:
        return []
    to = {"to": known["to"], "missing": known["missing"]}
    data = {"document": known["document"], "by": person.id, "via": "task", "request": request.id, **to}
    return [about_document("document.sent", data, privileged=known["privileged"])]


def delay_asked(agency: str, contact: str, until: str, text: str, by: str) -> Entry:
    """Return the record that the police asked to wait; it ends by itself. Raises UsageError."""
    for option, value in (("--delay-asked-by", agency), ("--contact", contact), ("--until", until)):
        if not value.strip():
            raise UsageError("a delay is asked by somebody, with a contact, and ends", where=option)
    ends_at = moment(until, "--until")
    if ends_at <= now():
        raise UsageError("a delay ends later than now", where="--until")
    data = {"agency": agency, "contact": contact, "until": stamp(ends_at), "text": text, "by": by}
    return Entry("delay.asked", data)

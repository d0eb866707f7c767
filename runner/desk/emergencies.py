"""Declares an emergency: the subject's reversible doors close as soon as one more person agrees."""

from __future__ import annotations

from collections.abc import Mapping

from runner.actions.values import Json
from runner.desk.admission import Act, admitted, digest_of
from runner.desk.claim import Claim
from runner.desk.identity import identify
from runner.desk.office import Office
from runner.desk.opening import digest_of_opening, open_case, read_playbook
from runner.errors import RefusedError, UsageError
from runner.language.playbook import Playbook

__all__ = ["declare", "open_in_emergency"]


def open_in_emergency(
    office: Office,
    playbook: str,
    given: Mapping[str, str],
    because: str,
    claim: Claim,
    *,
    drill: bool,
    beside: str | None = None,
) -> str:
    """Open a case and declare its emergency in one act; returns the code name.

    given: inputs, `subject` among them; a text that is not given says that an emergency was declared, and a
    choice says `unknown`. beside: as in `open_case`. Raises as opening does, and RefusedError where no
    emergency is provided for.
    """
    loaded, models = read_playbook(office, playbook)
    _provided_for(office, models)
    inputs = _completed(models, given, because)
    digest = digest_of_opening(loaded, {**inputs, "emergency": because})
    person = identify(office, claim, case="new", request="open", digest=digest, verb="emergency")
    code = open_case(office, loaded, models, inputs, person, drill=drill, beside=beside)
    office.journal(code).write("emergency.declared", by=person.id, because=because)
    return code


def declare(office: Office, code: str, because: str, claim: Claim) -> Json:
    """Declare the emergency of a case that is open already; its runner acts on it within a second.

    Raises RefusedError: not theirs to declare, declared before, undone, or without anybody to close doors of.
    """
    case, playbook = office.case(code), office.playbook(office.case(code))
    act = Act(code, "case", "emergency", digest_of(because))
    person = admitted(office, case, claim, act, [*playbook.people.start, *playbook.people.decide])
    _provided_for(office, playbook)
    if case.emergency or case.undo or not case.accounts:
        why = "is declared already" if case.emergency else "makes no sense for a case that is being undone"
        why = why if case.accounts else "closes nothing while nobody knows whom the case is about"
        raise RefusedError(f"an emergency {why}", where=code, remedy=f"severance status {code}")
    office.journal(code).write("emergency.declared", by=person.id, because=because)
    return {"case": code, "by": person.id, "recorded": "emergency.declared"}


def _provided_for(office: Office, playbook: Playbook) -> None:
    if playbook.emergency is None:
        raise RefusedError(
            "the playbook provides for no emergency", remedy="open it, and have its plan approved"
        )
    if not office.settings.emergencies:
        raise RefusedError("the settings allow no emergency", remedy="open it, and have its plan approved")


def _completed(playbook: Playbook, given: Mapping[str, str], because: str) -> dict[str, str]:
    """Return the inputs with what nobody has time to say, marked as such."""
    said = dict(given)
    for name, wanted in playbook.inputs.items():
        if name in said or wanted.optional or wanted.type in ("person", "demand"):
            continue
        if wanted.of and "unknown" not in wanted.of:
            raise UsageError(f"input {name!r} cannot be left out", remedy=f"add --input {name}=…")
        said[name] = "unknown" if wanted.of else f"Not stated; an emergency was declared: {because}"
    return said

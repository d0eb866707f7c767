"""Opens a case: reads the playbook, settles who it is about, and freezes both in the journal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from runner.actions.values import Json
from runner.cases.resolving import person_of, resolution
from runner.company import Person
from runner.database.journal import Entry
from runner.desk.claiming import append_claiming
from runner.desk.codenames import new_code
from runner.desk.demands import Handed, read_in, received
from runner.desk.naming import playbook_file
from runner.desk.office import Office
from runner.errors import PlaybookError, RefusedError, UsageError
from runner.evidence.chain import canonical
from runner.language.checks import check
from runner.language.expand import expanded
from runner.language.loading import Loaded, load
from runner.language.playbook import Playbook
from runner.language.problems import rendered
from runner.language.shipped import shipped
from runner.people.barred import barred

__all__ = ["digest_of_opening", "open_case", "read_playbook"]

_FLAGS = {"demand": "--demand FILE"}


def read_playbook(office: Office, name: str) -> tuple[Loaded, Playbook]:
    """Return a playbook that validates, lints clean for these settings, and is accepted by them.

    Raises PlaybookError with every problem, or RefusedError with the line to add to the settings.
    """
    path = playbook_file(name)
    loaded = load(path)
    people = {
        role: len(office.directory.members(role)) for each in office.settings.people for role in each.roles
    }
    found = check(loaded, people, counsel=office.settings.counsel) if loaded.playbook else ()
    problems = [*loaded.problems, *found]
    if problems or loaded.playbook is None:
        raise PlaybookError(rendered(problems, {loaded.source.name: loaded.text}).rstrip("\n"))
    if not office.settings.accepts(loaded.sha256):
        raise RefusedError(
            "the settings do not accept this playbook",
            where=str(path),
            remedy=f"after review, add {loaded.sha256} to playbooks.accepted in {office.settings.path}",
        )
    beside = {each.stem: each for each in [*shipped("playbooks").glob("*.yaml"), *path.parent.glob("*.yaml")]}
    return loaded, expanded(loaded.playbook, beside)


def digest_of_opening(loaded: Loaded, inputs: Mapping[str, str]) -> str:
    """Return what a starter signs: the playbook's digest and the inputs, as one digest."""
    return hashlib.sha256(canonical({"playbook": loaded.sha256, "inputs": dict(inputs)})).hexdigest()


def open_case(
    office: Office,
    loaded: Loaded,
    playbook: Playbook,
    inputs: Mapping[str, str],
    by: Person,
    *,
    drill: bool,
    demand: Handed | None = None,
    beside: str | None = None,
) -> str:
    """Open a case and return its code name.

    inputs: as given; `demand` among them is the digest of the message handed in. beside: an earlier case
    about the same person that may stay open. Raises RefusedError (not a starter, the subject, ambiguous, or
    another case's person), UsageError (inputs, or a demand that is no message).
    """
    words = inputs.get("subject", "")
    if set(by.roles).isdisjoint(playbook.people.start) or by.id in barred(office.settings, [], words):
        raise _not_the_starter(playbook)
    _check_inputs(playbook, inputs, demand)
    read = read_in(office, demand) if demand else None
    said = {**{name: "" for name, one in playbook.inputs.items() if one.optional}, **inputs}
    code = new_code([*office.codes(), *(each["data"]["code"] for each in office.tombstones())])
    services = office.services(code)
    resolved = person_of(office.settings, services, said["subject"]) if said.get("subject") else None
    accounts = list(resolved.accounts) if resolved else []
    if by.id in barred(office.settings, accounts, words):
        raise _not_the_starter(playbook)
    entries = [Entry("case.opened", _opened(office, loaded, playbook, said, by=by, code=code, drill=drill))]
    if resolved:
        entries.append(Entry("subject.resolved", resolution(office.settings, services, resolved)))
    office.folder(code)
    if demand and read:
        entries += received(office, code, demand, read, by=by.id)
    append_claiming(office, code, accounts, entries, by, beside=beside)
    return code


def _not_the_starter(playbook: Playbook) -> RefusedError:
    """Return one answer for a wrong role and for the subject, so that it tells neither from the other."""
    roles = ", ".join(playbook.people.start)
    return RefusedError("this person may not start this case", remedy=f"another of {roles} may")


def _check_inputs(playbook: Playbook, inputs: Mapping[str, str], demand: Handed | None) -> None:
    if demand and not playbook.takes_demands:
        raise UsageError(
            "the playbook takes no demand", remedy="leave --demand out, or name another playbook"
        )
    for name in inputs:
        if name not in playbook.inputs:
            raise UsageError(
                f"the playbook has no input {name!r}", remedy=f"its inputs: {', '.join(playbook.inputs)}"
            )
    for name, wanted in playbook.inputs.items():
        value, flag = inputs.get(name, ""), _FLAGS.get(wanted.type, f"--input {name}=…")
        if not value and not wanted.optional:  # a document may rest on it, and it cannot be added later
            raise UsageError(
                f"input {name!r} is missing: {wanted.about or wanted.type}", remedy=f"add {flag}"
            )
        if value and wanted.type == "demand" and demand is None:
            raise UsageError("a demand is handed in as the file it came in", remedy=f"add {flag}")
        if value and wanted.of and value not in wanted.of:
            raise UsageError(f"input {name!r}: expected one of {', '.join(wanted.of)}, found {value!r}")


def _opened(
    office: Office,
    loaded: Loaded,
    playbook: Playbook,
    inputs: Mapping[str, str],
    *,
    by: Person,
    code: str,
    drill: bool,
) -> Json:
    frozen = {
        "name": playbook.playbook,
        "version": playbook.version,
        "sha256": loaded.sha256,
        "shown_as": playbook.shown_as,
        "text": loaded.text,
        "expanded": playbook.model_dump(mode="json", by_alias=True, exclude_unset=True),
    }
    return {
        "code": code,
        "playbook": frozen,
        "settings_sha256": office.settings.sha256,
        "company": office.settings.company,
        "inputs": dict(inputs),
        "by": by.id,
        "drill": drill,
        "compress": office.settings.compress,
    }

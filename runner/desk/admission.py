"""Lets a person act on a case: who they are, that the case exists for them, and what exactly they sign."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from runner.casefile.contents import CaseFile
from runner.casefile.course import phases_of
from runner.casefile.folding import fold
from runner.casefile.outcome import over
from runner.company import Person
from runner.desk.claim import Claim
from runner.desk.identity import identify
from runner.desk.office import Office
from runner.people.barred import admit, barred, stranger

__all__ = ["Act", "KeptOut", "admitted", "digest_of", "kept_out"]


@dataclass(frozen=True, slots=True)
class Act:
    """What a person does, as they sign it."""

    case: str
    request: str
    verb: str
    digest: str
    """Of what it is about: a plan, an answer, a reason."""


def admitted(
    office: Office, case: CaseFile, claim: Claim, act: Act, roles: Collection[str] | None = None
) -> Person:
    """Return the person who acts, when they may know of the case and hold one of the roles.

    roles: every role of the playbook when None. Raises RefusedError, in a stranger's words.
    """
    person = identify(office, claim, case=act.case, request=act.request, digest=act.digest, verb=act.verb)
    known = admit(person, office.playbook(case).people.all, kept_out(office, case), act.case)
    if roles is not None and set(known.roles).isdisjoint(roles):
        raise stranger(act.case)
    return known


def kept_out(office: Office, case: CaseFile) -> frozenset[str]:
    """Return the ids of people who are the subject, linked, or on `never`."""
    words = str(case.opened["inputs"].get("subject", ""))
    return barred(office.settings, [*case.accounts, *case.linked, *case.rows], words)


class KeptOut:
    """Who is kept out of any case under way; a case is judged again only when something was recorded in it.

    May be shared between threads: two that judge the same case come to the same.
    """

    def __init__(self, office: Office) -> None:
        """Read nothing yet."""
        self._office = office
        self._always = barred(office.settings, ())
        self._known: dict[str, tuple[int, frozenset[str]]] = {}

    def anywhere(self) -> frozenset[str]:
        """Return the ids of everyone who is the subject of a case under way, linked to one, or on `never`."""
        for code, last in self._office.heads().items():
            if self._known.get(code, (0,))[0] < last:
                self._known[code] = self._of(fold(self._office.records(code)))  # nothing else of it is kept
        return self._always.union(*[people for _, people in list(self._known.values())])

    def _of(self, case: CaseFile) -> tuple[int, frozenset[str]]:
        ended = over(case, phases_of(self._office.playbook(case), case))
        return case.last, frozenset() if ended else kept_out(self._office, case)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, in hex: what a signature over it covers."""
    # A shell hands a byte that is no UTF-8 on as a lone surrogate (PEP 383); it is signed as what it is.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

"""Makes happen what a scenario says: before a case is opened, at once, or when the journal has a record.

It acts on the lab's services from outside and by the verbs real people use, and notes each in the case, so
that its timeline tells what was played.
"""

from __future__ import annotations

from collections.abc import Iterable

from integrations.lab.control import Control
from runner.actions.values import Json
from runner.database.journal import Record
from runner.desk.cases import Desk
from runner.desk.claim import Claim
from runner.desk.office import Office
from runner.desk.scenarios import Happening
from runner.errors import SeveranceError, UsageError

__all__ = ["FAILED", "PLAYED", "Fates", "happen"]

PLAYED, FAILED = "drill: ", "drill, and it could not: "
"""How the note of a happening begins."""


def happen(lab: Control, happenings: Iterable[Happening]) -> None:
    """Do to the lab's services what was done there before. Raises UsageError for what they cannot do."""
    for each in happenings:
        try:
            _at_the_lab(lab, each)
        except (ValueError, OSError) as error:
            raise UsageError(f"the scenario asks what cannot be: {error}", where=each.words) from error


class Fates:
    """What happens in one case, driven by its journal and never by time."""

    def __init__(self, desk: Desk, office: Office, code: str, lab: Control) -> None:
        """office: of the same settings; its journal is read."""
        self._desk, self._office, self._code, self._lab = desk, office, code, lab
        self._waiting: list[Happening] = []
        self._seen: list[Record] = []

    def await_(self, happenings: Iterable[Happening]) -> None:
        """Take on what is to happen; what waits for no record happens at the next look."""
        self._waiting += happenings

    def look(self) -> None:
        """Let happen whatever is due, in the order the scenario has it, and note it."""
        if not self._waiting:
            return
        after = self._seen[-1]["seq"] if self._seen else 0
        self._seen += self._office.journal(self._code).read(after=after)
        due = [each for each in self._waiting if self._is_due(each)]
        self._waiting = [each for each in self._waiting if each not in due]
        for each in due:
            self._desk.note(self._code, self._done(each))

    def _is_due(self, one: Happening) -> bool:
        when = one.when
        return when is None or sum(when.fits(record) for record in self._seen) >= when.nth

    def _done(self, one: Happening) -> str:
        try:
            if one.say:
                self._say(one, Claim(one.by, None))
            else:
                _at_the_lab(self._lab, one)
        except (SeveranceError, ValueError, OSError) as error:
            return f"{FAILED}{one.words}: {error}"
        return f"{PLAYED}{one.words}"

    def _say(self, one: Happening, claim: Claim) -> Json:
        match one.say:
            case "note":
                return self._desk.note(self._code, one.because)
            case "stop":
                return self._desk.stop(self._code, one.because)
            case "undo":
                return self._desk.undo(self._code, one.because, claim=claim)
            case "object":
                return self._desk.object(self._code, one.because, claim=claim)
            case "overrule":
                return self._desk.overrule(self._code, one.because, claim=claim)
            case _:
                return self._desk.declare(self._code, one.because, claim=claim)


def _at_the_lab(lab: Control, one: Happening) -> None:
    if one.heal:
        lab.heal(one.heal)
    elif one.fault:
        fault = {"kind": one.fault, "match": one.match, "status": one.status, "seconds": one.seconds}
        lab.fail(one.on or "", {**fault, "times": None})
    elif one.act:
        lab.act(one.on or "", one.act, one.with_)
    else:
        raise ValueError("nobody can say anything before a case is open")

"""The desk: every use case of a responder, as the terminal, Slack and servers call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from runner.actions.values import Json
from runner.casefile.due import Look
from runner.database.journal import Record
from runner.desk import changing_course, handover, looking_after, recording, running
from runner.desk.admission import KeptOut
from runner.desk.adopting import adopt
from runner.desk.archive import Archive
from runner.desk.board import board
from runner.desk.briefing import brief
from runner.desk.chat_line import ChatLine, chat_line
from runner.desk.choices import choices
from runner.desk.claim import Claim
from runner.desk.demands import hand_in
from runner.desk.emergencies import declare, open_in_emergency
from runner.desk.handing_over import offer, take
from runner.desk.identity import identify
from runner.desk.legal import Answer
from runner.desk.observing import told_of_run
from runner.desk.office import Office
from runner.desk.opening import digest_of_opening, open_case, read_playbook
from runner.desk.retention import retained
from runner.desk.standing import in_order_of_need, needs
from runner.desk.watching import observed
from runner.settings import Settings

__all__ = ["Desk"]


class Desk:
    """Use cases over one store. A `Claim` says who acts (see `identity.py`)."""

    def __init__(self, settings: Settings, *, drill: bool = False) -> None:
        """drill: marks the cases it opens as exercises."""
        self._office = Office(settings)
        self._drill, self._kept_out = drill, KeptOut(self._office)

    def open(
        self,
        playbook: str,
        inputs: Mapping[str, str],
        *,
        claim: Claim,
        demand: Path | None = None,
        beside: str | None = None,
    ) -> str:
        """Open a case and return its code name.

        demand: a file with the message as it was received. beside: an earlier case about the same person.
        """
        loaded, models = read_playbook(self._office, playbook)
        handed = hand_in(demand) if demand else None
        said = {**inputs, "demand": handed.sha256} if handed else inputs
        digest = digest_of_opening(loaded, said)
        person = identify(self._office, claim, case="new", request="open", digest=digest, verb="open")
        return open_case(
            self._office, loaded, models, said, person, drill=self._drill, demand=handed, beside=beside
        )

    def emergency(
        self,
        playbook: str,
        given: Mapping[str, str],
        because: str,
        *,
        claim: Claim,
        beside: str | None = None,
    ) -> str:
        """Open a case and declare its emergency; returns its code name. beside: as in `open`."""
        return open_in_emergency(
            self._office, playbook, given, because, claim, drill=self._drill, beside=beside
        )

    def declare(self, code: str, because: str, *, claim: Claim) -> Json:
        """Declare the emergency of a case that is open."""
        return declare(self._office, code, because, claim)

    def adopt(
        self, code: str, door: str, *, at: str, because: str, claim: Claim, item: Path | None = None
    ) -> Json:
        """Record a door that a person closed by hand, after reading it back."""
        return adopt(self._office, code, door, at=at, because=because, claim=claim, item=item)

    def brief(self, code: str) -> Json:
        """Return what whoever takes the case over must know first."""
        return brief(self._office, code)

    def hand_over(self, code: str, to: str, because: str, *, claim: Claim) -> Json:
        """Offer the case to somebody else."""
        return offer(self._office, code, to, because, claim)

    def take_over(self, code: str, because: str, *, claim: Claim, accept: bool) -> Json:
        """Accept or decline a case that is offered."""
        return take(self._office, code, because, claim, accept=accept)

    @property
    def archive(self) -> Archive:
        """The store as a whole."""
        return Archive(self._office)

    def codes(self) -> list[str]:
        """Return the code names of all cases."""
        return self._office.codes()

    def free(self) -> dict[str, int]:
        """Return every case's last sequence number, of those that no machine runs."""
        return self._office.free()

    def places(self) -> tuple[Path, Path]:
        """Return the settings file and the store's folder: what another process of ours needs."""
        return self._office.settings.path, self._office.settings.store_folder

    def next_look(self, code: str) -> tuple[Look, int]:
        """Return when a case is to be run next, and the last record that says so; keeps nothing of it."""
        return looking_after.next_look_at(self._office, code)

    def dead_letter(self, code: str) -> None:
        """Put on record that a case's runs die, and wake whoever leads it."""
        looking_after.dead_letter(self._office, code)

    def plan(self, code: str, phase: str | None = None) -> Json:
        """Return what the next phase will do."""
        return running.plan_of(self._office, code, phase)

    def run(self, code: str, *, stay: bool | Callable[[], bool], listen: Callable[[Record], None]) -> Json:
        """Run, or go on with, a case; returns the measuring document. stay: as in `run_case`."""
        told = told_of_run(self._office, code, listen)
        return running.run_case(self._office, code, stay=stay, listen=told)

    def measured(self, code: str) -> Json:
        """Return the measuring document of a case that is run elsewhere, as it stands."""
        return running.measured(self._office, code, refused="", failure="")

    def status(self, code: str | None = None) -> list[Json]:
        """Return how one case, or every case, stands: who needs a person most first."""
        office = self._office
        return [
            {**running.status_of(office, each), **needs(state), "kept": retained(office, each)}
            for each, state in in_order_of_need(office, [code] if code else office.codes())
        ]

    def board(self, code: str) -> Json:
        """Return a case as the chat shows it."""
        return board(self._office, code)

    def choices(self, person: str) -> list[Json]:
        """Return the playbooks a person may open a case with."""
        return choices(self._office, person)

    def heads(self) -> dict[str, int]:
        """Return every case's last sequence number."""
        return self._office.heads()

    def observed(self, listen: str | None = None) -> AbstractContextManager[None]:
        """Log, count and trace what a server does, for the length of a block; see `watching.observed`."""
        return observed(self._office, listen)

    def chat_line(self) -> ChatLine:
        """Open the chat's workspace. Raises SettingsError where there is none, and CredentialsError."""
        return chat_line(self._office)

    def barred(self) -> frozenset[str]:
        """Return the ids of everyone who is the subject of a case under way, linked to one, or on `never`."""
        return self._kept_out.anywhere()

    def records(self, code: str) -> list[Record]:
        """Return a case's journal."""
        return self._office.records(code)

    def approve(
        self, code: str, digest: str | None, because: str, *, claim: Claim, waive: tuple[str, ...] = ()
    ) -> Json:
        """Record an approval."""
        return recording.decide(
            self._office, code, claim, "approve", digest=digest, because=because, waive=waive
        )

    def deny(self, code: str, digest: str | None, because: str, *, claim: Claim) -> Json:
        """Record a denial."""
        return recording.decide(self._office, code, claim, "deny", digest=digest, because=because)

    def object(self, code: str, because: str, *, claim: Claim) -> Json:
        """Record an objection: approvals pause until it is overruled on record."""
        return recording.objection(self._office, code, claim, "object", because)

    def overrule(self, code: str, because: str, *, claim: Claim) -> Json:
        """Record that an objection is overruled."""
        return recording.objection(self._office, code, claim, "overrule", because)

    def answer(
        self,
        code: str,
        name: str,
        value: str,
        *,
        claim: Claim,
        item: Path | None = None,
        at: str = "",
        because: str = "",
    ) -> Json:
        """Record an answer to a question, task or clock; at, because: of a clock that starts or stops."""
        return recording.answer(self._office, code, name, Answer(value, at, because), claim=claim, item=item)

    def stop(self, code: str, because: str = "", claim: Claim | None = None) -> Json:
        """Ask whoever runs the case to stop."""
        return recording.stop(self._office, code, because, claim)

    def note(self, code: str, text: str, claim: Claim | None = None) -> Json:
        """Put a note on record."""
        return recording.note(self._office, code, text, claim)

    def delay(self, code: str, agency: str, contact: str, until: str, text: str = "") -> Json:
        """Record that the police asked to wait until a moment."""
        return recording.delay(self._office, code, agency=agency, contact=contact, until=until, text=text)

    def receive(self, code: str, demand: Path, how: str, *, claim: Claim) -> Json:
        """Put a further message of whoever demands on record, and keep it."""
        return recording.receive(self._office, code, claim, demand, how)

    def close(self, code: str, because: str, *, claim: Claim) -> Json:
        """End a case that is not through."""
        return changing_course.close(self._office, code, claim, because)

    def undo(self, code: str, because: str, *, claim: Claim) -> Json:
        """Ask for the undo phase."""
        return changing_course.ask_undo(self._office, code, claim, because)

    def prove(self, code: str) -> Json:
        """Read every door back now."""
        return running.prove_now(self._office, code)

    def report(self, code: str, form: str = "html") -> Path:
        """Write the report (html, md, json, or csv: a folder of tables) and return its path."""
        return handover.write_report(self._office, code, form)

    def document(self, code: str, name: str) -> Json:
        """Return a document of a case and how it stands. It may be counsel's: it stays in the house."""
        return handover.document_of(self._office, code, name)

    def bundle(self, code: str, out: Path | None = None) -> Path:
        """Make the bundle and return its folder."""
        return handover.make_bundle(self._office, code, out, running.status_of(self._office, code)["outcome"])

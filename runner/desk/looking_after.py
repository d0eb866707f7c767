"""What a worker asks of a case: when it is to be run next, and that people hear when it cannot be."""

from __future__ import annotations

from runner.casefile.course import phases_of
from runner.casefile.due import MOST_DEATHS, Look, next_look
from runner.casefile.folding import fold
from runner.casefile.outcome import over
from runner.cases.paging import page, people_of
from runner.desk.office import Office

__all__ = ["dead_letter", "next_look_at"]


def next_look_at(office: Office, code: str) -> tuple[Look, int]:
    """Return when a case is to be run next, and its last record; nothing of a thousand cases is kept."""
    records = office.records(code)
    case = fold(records)
    return next_look(case, records, over=over(case, phases_of(office.playbook(case), case))), case.last


def dead_letter(office: Office, code: str) -> None:
    """Record that a case is given up until a person runs it, and wake whoever leads and decides."""
    work = office.work(code)
    why = "each died, and nothing was done in between"
    work.write("case.dead_lettered", why=why, attempts=MOST_DEATHS)
    people = work.playbook.people
    times = sum(each["kind"] == "case.dead_lettered" for each in office.records(code))
    text = f"Case {code} is not run any more: its runs die.\n\n    severance status {code}\n"
    page(work, f"dead-lettered-{times}", "now", people_of(work, [*people.start, *people.decide]), text)

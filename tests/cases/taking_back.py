"""How a test locks somebody out and takes it back."""

from __future__ import annotations

from integrations.lab.company import PERSONAS, Person
from runner.actions.values import Json
from runner.desk.claim import Claim
from tests.cases.company import CLOSE, Company

MILAN = PERSONAS[1]


def lock(company: Company, phases: str = CLOSE, who: Person = MILAN) -> str:
    """Open a case and fire its lockdown; its by-hand task stays open."""
    code = company.open(phases, subject=who.mail)
    company.ask(code)
    company.approve(code)
    company.run(code)
    return code


def asked(company: Company, code: str) -> Json:
    """Ask for the undo; returns its approval as people are asked for it."""
    company.desk.undo(code, "the wrong person", claim=Claim("rohan", None))
    company.run(code)
    return approval(company, code)


def undone(company: Company, code: str) -> Json:
    """Ask for the undo, approve it, and run it; returns what its step gave."""
    company.approve(code, "tomas", "anselm", digest=asked(company, code)["digest"])
    company.run(code)
    return company.case(code).steps.get(("undo", "reopen"), {}).get("result")


def approval(company: Company, code: str) -> Json:
    """Return the one approval that is asked for."""
    [found] = [each for each in company.waiting(code) if each["kind"] == "approval"]
    return found


def tasks(company: Company, code: str, kind: str) -> list[Json]:
    """Return the undo's tasks of one kind, as they were set."""
    found = [each["data"] for each in company.records(code, "task.set")]
    return [each for each in found if each["request"].startswith(f"{kind}-")]

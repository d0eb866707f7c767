"""Export what Fjordlight's HR, payroll and recruiters would hand in: three CSV files about everybody.

The three personas are paid into one account, and the operator behind them has applied once more, under a
fourth name, with the subject's own CV and phone. Everybody else shares nothing that counts.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from integrations.lab.company import PEOPLE, PERSONAS, SUBJECT, Person, stable_id
from integrations.lab.site import write_private

__all__ = ["APPLICANT", "tables", "write_tables"]

APPLICANT = "A-3001"
"""The operator's fourth application."""
_HIRED = "2025-03-03"


def tables() -> dict[str, str]:
    """Return the text of each file by its name; every value is invented."""
    hr = [(each.staff_id, each.mail, each.phone, each.address, _serial(each), _HIRED) for each in PEOPLE]
    applied = [
        (f"A-{each.staff_id[3:]}", each.staff_id, each.phone, _cv(each), _referee(each)) for each in PEOPLE
    ]
    again = (APPLICANT, "", SUBJECT.phone, _cv(SUBJECT), "hiring@northwind-labs.example")
    return {
        "hr.csv": _written(("staff_id", "mail", "phone", "address", "device_serial", "started"), hr),
        "payroll.csv": _written(
            ("staff_id", "payout_account"), ((each.staff_id, _account(each)) for each in PEOPLE)
        ),
        "applicants.csv": _written(
            ("applicant_id", "staff_id", "phone", "cv_sha256", "referee_mail"), [*applied, again]
        ),
    }


def write_tables(folder: Path) -> None:
    """Write the files (0600) into a folder (0700) that is made."""
    folder.mkdir(mode=0o700)
    for name, text in tables().items():
        write_private(folder / name, text)


def _account(someone: Person) -> str:
    paid = SUBJECT if someone in PERSONAS else someone
    return stable_id("bank", paid.staff_id, "", 18)


def _serial(someone: Person) -> str:
    return stable_id("laptop", someone.staff_id, "PF", 10).upper()


def _cv(someone: Person) -> str:
    return hashlib.sha256(f"CV of {someone.name}".encode()).hexdigest()


def _referee(someone: Person) -> str:
    return f"referee-of-{someone.staff_id.lower()}@partners.example"


def _written(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()

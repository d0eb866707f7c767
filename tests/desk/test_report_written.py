"""A report is whole under its name, whoever else writes it at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from runner.desk.handover import write_report

ROOM = "  - {phase: x, steps: [{id: room, task: Open a room, by: [ir-oncall]}]}"
FORMS = ("html", "md", "html", "json") * 4


def test_a_run_that_ends_and_people_who_ask_write_the_report_at_once(company):
    code = company.open(ROOM)
    with ThreadPoolExecutor(len(FORMS)) as everybody:
        written = list(everybody.map(lambda form: write_report(company.office, code, form), FORMS))
    ends = {"html": "</html>", "md": "\n", "json": "}\n"}
    assert [path.name for path in written] == [f"report.{form}" for form in FORMS]
    assert all(path.read_text().endswith(ends[path.suffix[1:]]) for path in written)
    assert [each.name for each in company.office.folder(code).glob("*.part")] == []

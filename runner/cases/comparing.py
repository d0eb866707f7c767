"""`links.compare`: one person's values against files about everybody, once counsel has said yes on record."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from runner.actions.values import Json
from runner.casefile.contents import CaseFile
from runner.cases.answers import latest_answers
from runner.cases.plans import in_scope
from runner.cases.searching import look_for_links, record
from runner.cases.work import Work
from runner.errors import RefusedError, UsageError
from runner.language.operations import COUNSEL
from runner.language.playbook import DoStep, Phase
from runner.language.problems import At, Problem, rendered
from runner.people.links.searching import own_rows
from runner.people.links.tables import Table

__all__ = ["compare", "require_no_troubles"]


def compare(work: Work, _phase: Phase, step: DoStep) -> Json:
    """Search services, kept evidence and the files for the accounts' own values.

    Returns `{candidates, files, rows, unreadable}`. Raises RefusedError without counsel's yes, UsageError
    with every problem of a file that is not of the schema; nothing is proposed then.
    """
    case = work.case()
    _require_counsel(work, case, str(step.with_["allowed"]))
    tables = [_table(work, case, step, name) for name in step.with_["files"]]
    accounts = in_scope(step, case)
    rows = case.rows if "linked" in step.accounts else []
    own = own_rows(tables, [*accounts, *rows])
    require_no_troubles(tables)
    looked = look_for_links(work, accounts, tables, own)
    return {
        "candidates": record(work, accounts, looked, tables),
        "files": len(tables),
        "rows": sum(looked.rows.values()),
        "unreadable": looked.unreadable,
    }


def _require_counsel(work: Work, case: CaseFile, name: str) -> None:
    """Look for the answer of counsel itself: whoever else agreed, or kept silent, is not enough."""
    asked = case.requests.get(name)
    counsel = {each.id for each in work.directory.members(COUNSEL)} - work.barred()
    said = {who: value for who, value in latest_answers(asked).items() if who in counsel} if asked else {}
    if asked is None or asked.status != "answered" or set(said.values()) != {"yes"}:
        raise RefusedError(
            f"{COUNSEL} has not said yes to {name}: files about everybody are not read without it",
            where="links.compare",
            remedy="go on without the comparison, or ask counsel again in a case of its own",
        )


def _table(work: Work, case: CaseFile, step: DoStep, task: str) -> Table:
    """Return the file a task brought. Raises UsageError when it brought none."""
    done = case.requests[task].decisions if task in case.requests else []
    brought = next((each["data"].get("item") for each in done if each["kind"] == "task.done"), None)
    if not brought:
        raise UsageError(f"task {task} brought no file", where=step.id, remedy="leave it out of `files`")
    name = next(str(each["name"]) for each in case.items if each["sha256"] == brought)
    return Table(name, brought, partial(_open, work.store.get(brought)), step.with_.get("encoding", "utf-8"))


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def require_no_troubles(tables: Iterable[Table]) -> None:
    """Raise UsageError with every problem, `file:line:column`, that reading these files found."""
    problems = [
        Problem(table.name, At(each.line, each.column, each.length), each.message, "bad-file", each.help)
        for table in tables
        for each in table.troubles
    ]
    if problems:
        raise UsageError(
            f"this cannot be compared\n{rendered(problems, {})}".rstrip("\n"),
            remedy="leave out what is not of the schema, and hand the file in again",
        )

"""Hands a case over: the report, the bundle, and the check of a bundle."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from runner.actions.values import Document, Json
from runner.database.opening import secure_folder
from runner.desk.expiry import circumstances_of
from runner.desk.office import Office
from runner.errors import StorageError, UsageError
from runner.evidence import bag
from runner.evidence.chain import canonical
from runner.reports import tables
from runner.reports.html import html
from runner.reports.markdown import markdown
from runner.reports.papers import as_json, papers
from runner.reports.reading import read
from runner.reports.views import CaseReport

__all__ = ["document_of", "make_bundle", "write_report"]

_ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
_WRITERS: Mapping[str, Callable[[CaseReport], str]] = {"html": html, "md": markdown, "json": as_json}


def write_report(office: Office, code: str, form: str = "html") -> Path:
    """Write the case's report and return its path; it may show counsel's records: it stays in the house.

    form: html, md or json, one file each; csv, a folder of tables. Raises UsageError for another.
    """
    report = read(office.records(code), counsel=True, around=circumstances_of(office, code))
    folder = office.folder(code)
    if form == "csv":
        folder = folder / "report-csv"
        secure_folder(folder)
        _replace({folder / name: table for name, table in tables.every(report).items()})
        return folder
    if form not in _WRITERS:
        raise UsageError(
            f"no report is written as {form!r}", where="--format", remedy="html, md, csv or json"
        )
    path = folder / f"report.{form}"
    _replace({path: _WRITERS[form](report)})
    return path


def make_bundle(office: Office, code: str, out: Path | None, outcome: str) -> Path:
    """Make the case's bundle and return its folder. Raises StorageError when something is there already."""
    records = office.records(code)
    opened = records[0]["data"]
    plans = [canonical(each["data"]["plan"]) for each in records if each["kind"] == "phase.planned"]
    facts = {"Case": code, "Playbook-SHA256": opened["playbook"]["sha256"], "Outcome": outcome}
    return bag.make(
        office.store(code),
        out or _fresh(office.folder(code)),
        journal=[canonical(record) for record in records],
        playbook=opened["playbook"]["text"],
        plans=list(dict.fromkeys(plans)),
        documents=[
            _document(each) for each in records if each["kind"] == "document.made" and each["class"] == "fact"
        ],
        reports=papers(records, around=circumstances_of(office, code)),
        facts=facts,
    )


def document_of(office: Office, code: str, name: str) -> Json:
    """Return the latest document of a case by its step or its template: text, status, what it lacks.

    Raises UsageError when there is none.
    """
    made = [each["data"] for each in office.records(code) if each["kind"] == "document.made"]
    found = [each for each in made if name in (each["document"], each["name"])]
    if not found:
        known = ", ".join(dict.fromkeys(each["document"] for each in made)) or "none yet"
        raise UsageError(f"no document {name!r} was made", where=code, remedy=f"documents: {known}")
    return {**office.case(code).documents[found[-1]["document"]], "text": found[-1]["text"]}


def _document(record: Json) -> Document:
    data = record["data"]
    return Document(data["name"], data["title"], data["text"], tuple(data["missing"]), data["privileged"])


def _fresh(folder: Path) -> Path:
    """Return a name no bundle has yet: an older bundle is never written over."""
    taken = {each.name for each in folder.iterdir()}
    names = ("bundle", *(f"bundle-{number}" for number in range(2, 10_000)))
    return folder / next(name for name in names if name not in taken)


def _replace(texts: Mapping[Path, str]) -> None:
    """Write files, each over what has its name, all of them or none: renaming takes no space."""
    parts = {path: path.with_name(f"{path.name}.part") for path in texts}
    first = next(iter(texts))
    try:
        with _alone(first.parent):  # a run writes the report as it ends, whoever else asks for it just then
            try:
                for path, part in parts.items():
                    with os.fdopen(os.open(part, _ANEW, 0o600), "w", encoding="utf-8", newline="") as file:
                        file.write(texts[path])
                        file.flush()
                        os.fsync(file.fileno())  # a rename may reach the disk before what it names
                for path, part in parts.items():
                    part.replace(path)
            finally:
                for part in parts.values():
                    part.unlink(missing_ok=True)  # it has its name by now, or is half written
    except OSError as error:
        raise StorageError(
            f"cannot write: {error.strerror}",
            where=str(first),
            remedy="free the disk, then `severance report CASE`",
        ) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder's own lock for the length of the block; the system drops it when we die."""
    where = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(where, fcntl.LOCK_EX)
        yield
    finally:
        os.close(where)

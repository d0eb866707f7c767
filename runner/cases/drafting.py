"""Makes the documents of a case: fills a template with what is known by now, and records what was handed out.

A document that lacks something mandatory is shown to people with its gaps marked, and sent to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from runner.actions.contract import Action
from runner.actions.values import Document, Json, as_json
from runner.casefile.contents import CaseFile
from runner.casefile.deadlines import active_delays, clocks
from runner.cases.work import Work
from runner.clock import now, stamp
from runner.database.journal import Entry
from runner.errors import RefusedError
from runner.language.documents import render
from runner.language.durations import duration
from runner.language.playbook import PageStep, TaskStep
from runner.language.references import fill

__all__ = ["Draft", "about_document", "draft", "draft_for", "fetch", "fetched", "refuse_gaps"]

_NAMED = ("document", "name", "sha256", "missing", "privileged", "version")
_OF_A_DOOR = ("service", "layer", "account", "login", "verdict", "why", "closed_at")


@dataclass(frozen=True, slots=True)
class Draft:
    """A rendered document, and what the journal says of it."""

    id: str
    """Which document of the case: the step that made it, and a number where it made several."""
    document: Document
    made: Json
    """The data of its `document.made` record."""

    @property
    def recorded(self) -> Entry:
        """The record to append when it is handed out."""
        return about_document("document.made", self.made, privileged=self.document.privileged)

    @property
    def named(self) -> Json:
        """What `fetched` needs to have it back: the text is among the items, under its digest."""
        return {key: self.made[key] for key in _NAMED}


def about_document(kind: str, data: Json, *, privileged: bool) -> Entry:
    """Return a record about a document: counsel's alone where the document is privileged."""
    return Entry(kind, data, "counsel" if privileged else "fact")


def draft(
    work: Work,
    name: str,
    given: Mapping[str, Json],
    *,
    id: str,  # noqa: A002  its name in the records
    to: Iterable[str],
    status: Literal["DRAFT", "SENT"] = "DRAFT",
) -> Draft:
    """Render a template with what the case knows, and keep the text among the case's items.

    given: the step's own fields, references filled. to: whom it is for, in words. status: as it leaves our
    hands; one with gaps stays a draft. Raises UsageError for a template that cannot render.
    """
    case = work.case()
    version = case.documents[id]["version"] + 1 if id in case.documents else 1
    to = list(to)
    about = {"version": version, "status": "DRAFT", "to": to}
    scope = {**_scope(work, case), "given": dict(given), "document": about}
    document = render(name, scope, work.templates)
    if status != "DRAFT" and not document.missing:
        document = render(name, {**scope, "document": {**about, "status": status}}, work.templates)
    kept = work.store.put(f"{id}.md", document.text.encode(), "text/markdown")
    return _drafted(id, document, kept.sha256, version, to)


def fetched(work: Work, named: Json, to: Iterable[str]) -> Draft:
    """Return a draft as an earlier attempt had it, whatever has become known since. Raises StorageError.

    named: `Draft.named`, as the journal has it.
    """
    text = work.store.get(named["sha256"]).read_text("utf-8")
    title = text.partition("\n")[0].removeprefix("# ").strip()
    document = Document(named["name"], title, text, tuple(named["missing"]), named["privileged"])
    return _drafted(named["document"], document, named["sha256"], named["version"], to)


def _drafted(name: str, document: Document, sha256: str, version: int, to: Iterable[str]) -> Draft:
    made = {
        "document": name,
        "name": document.name,
        "title": document.title,
        "text": document.text,
        "sha256": sha256,
        "missing": list(document.missing),
        "privileged": document.privileged,
        "version": version,
        "to": list(to),
    }
    return Draft(name, document, made)


def draft_for(work: Work, step: TaskStep | PageStep, to: Iterable[str]) -> Draft | None:
    """Render the document a step hands to people, if it has one; its gaps are theirs to fill."""
    if not step.document:
        return None
    return draft(work, step.document, fill(step.with_, work.case().scope()), id=step.id, to=to)


def fetch(work: Work, drafted: Draft | None) -> str:
    """Return the sentence of a page that says how to fetch a document; empty without one."""
    if drafted is None:
        return ""
    gaps = len(drafted.document.missing)
    lacks = f" {gaps} {'place' if gaps == 1 else 'places'} in it are yours to fill." if gaps else ""
    return f" A document waits for you: severance report {work.code} --document {drafted.id}.{lacks}"


def refuse_gaps(work: Work, action: Action, drafted: Draft) -> None:
    """Stop a document with gaps from leaving the house; the draft is recorded, for a person to complete.

    Raises RefusedError naming every gap.
    """
    if not drafted.document.missing or action.drafts:
        return
    work.journal.append(drafted.recorded)
    lacking = "; ".join(drafted.document.missing)
    remedy = f"severance report {work.code} --document {drafted.id} shows where"
    raise RefusedError(f"not sent, the document lacks: {lacking}", where=drafted.document.name, remedy=remedy)


def _scope(work: Work, case: CaseFile) -> dict[str, Json]:
    """Return what every template may name; plain data, and nothing that is a secret."""
    people = [*case.accounts, *case.linked]
    return {
        "case": {
            "code": work.code,
            "shown_as": work.playbook.shown_as,
            "company": work.settings.company,
            "opened_at": case.opened_at,
        },
        "now": stamp(now()),
        "inputs": dict(case.opened["inputs"]),
        "house": work.settings.papers.model_dump(exclude_none=True),
        "demand": case.demand,
        "demands": case.demands,
        "doors": [{key: getattr(door, key) for key in _OF_A_DOOR} for door in case.doors.values()],
        "accounts": as_json(people),
        "unconfirmed": as_json([each for each in case.candidates.values() if each not in people]),
        "items": case.items,
        "sources": _sources(work, case),
        "clocks": clocks(case),
        "delays": active_delays(case),
        "documents": list(case.documents.values()),
    }


def _sources(work: Work, case: CaseFile) -> list[Json]:
    """Return the records that delete themselves, the shortest-lived first, and whether they are kept.

    `gone_on` is the day on which the source deletes what happened when the case was opened.
    """
    kept = {
        tuple(each.outcome["data"][key] for key in ("action", "service", "account"))
        for each in case.operations.values()
        if each.outcome and each.outcome["data"]["outcome"] == "kept"
    }
    opened = datetime.fromisoformat(case.opened_at)
    found = [
        (lives, account, action)
        for account in [*case.accounts, *case.linked]
        for action in work.services.actions(account.service, "keep")
        if (lives := _lives(action))
    ]
    return [
        {
            "service": account.service,
            "account": account.id,
            "what": action.name.partition(".")[2].replace("_", " ").removeprefix("keep "),
            "retention": action.retention,
            "gone_on": stamp(opened + timedelta(seconds=lives))[:10],
            "kept": (action.name, account.service, account.id) in kept,
        }
        for lives, account, action in sorted(found, key=lambda each: each[0])
    ]


def _lives(action: Action) -> int:
    try:
        return duration(action.retention)
    except ValueError:  # a state, which lasts while it stands
        return 0

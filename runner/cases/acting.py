"""`do: vendor.action`: one action on every configured service of its vendor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_type_hints

from runner.actions.contract import Action
from runner.actions.values import Account, Document, Json, as_json
from runner.cases.journal import Entry, now, stamp
from runner.cases.operations import Task
from runner.cases.plans import operations_of
from runner.cases.work import Work
from runner.language.documents import render
from runner.language.playbook import DoStep, Phase
from runner.language.references import fill, parse
from runner.language.signatures import typed

__all__ = ["act", "document"]


def act(work: Work, phase: Phase, step: DoStep) -> Json:
    """Run the step's action on each service (and account, and element of `each`).

    Returns `{results, failed}`: outcomes in input order, and failures in words.
    """
    action = work.services.by_name(step.do)
    case = work.case()
    planned = list(operations_of(phase, step, case, work.services))
    elements = parse(step.each).evaluate(case.scope()) if step.each else [None]
    outcomes = []
    for operation in planned:
        for place, element in enumerate(elements):
            scope = {**case.scope(), "each": element}
            suffix = f"/{place}" if step.each else ""
            task = Task(
                operation["op"] + suffix,
                action,
                operation["service"],
                _account(work, operation),
                arguments=_arguments(work, action, step, scope),
            )
            outcome = work.operations.perform(task)
            _tell(work, task, outcome)
            outcomes.append(outcome)
    failed = [
        f"{each['op']}: {each['why']}"
        for each in outcomes
        if each["outcome"] in ("failed", "refused", "unknown")
    ]
    return {"results": [each["after"] for each in outcomes], "failed": failed}


def document(work: Work, name: str) -> Document:
    """Render a template with what the case knows. Raises RefusedError naming missing fields."""
    case = work.case()
    scope = {
        "case": {
            "code": work.code,
            "shown_as": work.playbook.shown_as,
            "company": work.settings.company,
            "opened_at": case.opened_at,
            "version": work.playbook.version,
        },
        **case.said(),
        "doors": [
            {
                "service": door.service,
                "layer": door.layer,
                "account": door.account,
                "login": door.login,
                "verdict": door.verdict,
                "why": door.why,
                "closed_at": door.closed_at,
            }
            for door in case.doors.values()
        ],
        "accounts": [as_json(account) for account in [*case.accounts, *case.linked]],
        "now": stamp(now()),
    }
    return render(name, scope, work.templates)


def _account(work: Work, operation: Json) -> Account | None:
    case = work.case()
    by_id = {(each.service, each.id): each for each in [*case.accounts, *case.linked]}
    return by_id.get((operation["service"], operation["account"]))


def _arguments(work: Work, action: Action, step: DoStep, scope: Mapping[str, Json]) -> Json:
    """Fill references, and render each parameter that is a Document from the template it names."""
    given = {**(step.with_ or {}), **({"document": step.document} if step.document else {})}
    filled = fill(given, scope)
    hints = get_type_hints(action.run)
    rendered = {name: document(work, value) for name, value in filled.items() if hints.get(name) is Document}
    return typed(action, {**filled, **rendered})


def _tell(work: Work, task: Task, outcome: Json) -> None:
    """Record what was told or made, once it is so, for the report."""
    if outcome["outcome"] not in ("changed", "unchanged") or not isinstance(outcome["after"], dict):
        return
    made = outcome["after"]
    if task.action.kind == "make":
        work.journal.append(
            Entry(
                "ticket.made",
                {"service": task.service, "key": made.get("id", ""), "url": made.get("url", "")},
            )
        )
    elif task.action.kind == "tell":
        data = {
            "via": task.action.name,
            "service": task.service,
            "to": made.get("to", ""),
            "what": made.get("id", ""),
        }
        work.journal.append(Entry("told", data))

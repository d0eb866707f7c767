"""`do: vendor.action`: one action on every configured service of its vendor."""

from __future__ import annotations

from collections.abc import Mapping

from runner.actions.contract import Action
from runner.actions.values import Account, Json
from runner.cases.drafting import Draft, about_document, draft, fetched, refuse_gaps
from runner.cases.operations import Task
from runner.cases.plans import operations_of
from runner.cases.work import Work
from runner.database.journal import Entry
from runner.language.playbook import DoStep, Phase
from runner.language.references import fill, parse
from runner.language.signatures import parameters, typed

__all__ = ["act"]


def act(work: Work, phase: Phase, step: DoStep) -> Json:
    """Run the step's action on each service (and account, and element of `each`).

    Returns `{results, failed}`: outcomes in input order, and failures in words.
    """
    action = work.services.by_name(step.do)
    case = work.case()
    planned = list(operations_of(phase, step, case, work.services))
    elements = parse(step.each).evaluate(case.scope()) if step.each else [None]
    outcomes: list[Json] = []
    for operation in planned:
        for place, element in enumerate(elements):
            op = operation["op"] + (f"/{place}" if step.each else "")
            filled = fill(step.with_, {**case.scope(), "each": element})
            number = f"-{len(outcomes) + 1}" if outcomes else ""
            before = _taken_before(work, op)
            arguments, drafts = _arguments(work, action, step, filled, number=number, before=before)
            task = Task(
                op, action, operation["service"], _account(work, operation), arguments=arguments,
                drafts={name: each.named for name, each in drafts.items()},
            )  # fmt: skip
            outcome = work.operations.perform(task)
            _tell(work, task, outcome, list(drafts.values()))
            outcomes.append(outcome)
    failed = [
        f"{each['op']}: {each['why']}"
        for each in outcomes
        if each["outcome"] in ("failed", "refused", "unknown")
    ]
    return {"results": [each["after"] for each in outcomes], "failed": failed}


def _account(work: Work, operation: Json) -> Account | None:
    case = work.case()
    by_id = {(each.service, each.id): each for each in [*case.accounts, *case.linked]}
    return by_id.get((operation["service"], operation["account"]))


def _taken_before(work: Work, op: str) -> Json:
    """Return the documents that an earlier attempt took somewhere, or may have: `Draft.named` by argument."""
    known = work.operations.known(op)
    if known is None or known.intent is None or not (known.settled or known.unanswered):
        return {}
    return known.intent["data"].get("drafts", {})


def _arguments(
    work: Work, action: Action, step: DoStep, filled: Mapping[str, Json], *, number: str, before: Json
) -> tuple[Json, dict[str, Draft]]:
    """Return the action's arguments, each document among them rendered from the template it names.

    filled: the step's `with`, references replaced; what is no argument is what the document is filled with.
    number: what sets this operation's documents apart from those of the step's others. before: the documents
    of an earlier attempt, which go out as they were: one of them may have arrived.
    Raises RefusedError where a document would leave the house with a gap.
    """
    known = parameters(action)
    named = {name: value for name, value in filled.items() if name in known}
    given = {name: value for name, value in filled.items() if name not in known}
    named |= {"document": step.document} if step.document else {}
    drafts = {
        name: fetched(work, before[name], [action.name])
        if name in before
        else draft(
            work, named[name], given, id=f"{step.id}{number}", to=[action.name],
            status="DRAFT" if action.drafts else "SENT",
        )
        for name, parameter in known.items()
        if parameter.is_document and name in named
    }  # fmt: skip
    for each in drafts.values():
        refuse_gaps(work, action, each)
    arguments = {**named, **{name: each.document for name, each in drafts.items()}}
    return typed(action, arguments), drafts


def _tell(work: Work, task: Task, outcome: Json, drafts: list[Draft]) -> None:
    """Record what was told or made, once it is so, for the report."""
    if outcome["outcome"] not in ("changed", "unchanged") or not isinstance(outcome["after"], dict):
        return
    made = outcome["after"]
    entries = [entry for each in drafts for entry in _handed_out(work, task, each, str(made.get("id", "")))]
    if task.action.kind == "make":
        data = {"service": task.service, "key": made.get("id", ""), "url": made.get("url", "")}
        entries.append(Entry("ticket.made", data))
    elif task.action.kind == "tell":
        told = {"via": task.action.name, "service": task.service}
        entries.append(Entry("told", {**told, "to": made.get("to", ""), "what": made.get("id", "")}))
    told_before = [each["data"] for each in work.journal.read() if each["kind"] in ("ticket.made", "told")]
    # A step that runs again, because its run was killed, finds its operation done and says so once.
    work.journal.append(*(each for each in entries if each.data not in told_before))


def _handed_out(work: Work, task: Task, drafted: Draft, where: str) -> list[Entry]:
    """Return the records of a document that an action took somewhere; none when they are there already."""
    known = work.case().documents.get(drafted.id, {})
    if known.get("op") == task.op:
        return []
    to = [f"{task.service} {where}".strip()]
    private = drafted.document.privileged
    made = about_document("document.made", {**drafted.made, "op": task.op, "to": to}, privileged=private)
    if task.action.drafts:
        return [made]
    sent = {"document": drafted.id, "by": "severance", "to": to, "via": task.action.name, "missing": []}
    return [made, about_document("document.sent", sent, privileged=private)]

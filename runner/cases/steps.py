"""Turns the steps of a phase into nodes: what each kind of step does, and how it ends.

A node never raises and never runs twice: its end is a `step.finished` record, which is looked for
first. What a stop interrupts is left unfinished, so that `resume` goes on with it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from runner.actions.values import Json
from runner.cases import asking
from runner.cases.acting import act
from runner.cases.answers import settled, verdict_on
from runner.cases.approving import approved, still_approved
from runner.cases.closing import close_doors
from runner.cases.comparing import compare
from runner.cases.engine import parked
from runner.cases.finding import find_doors
from runner.cases.keeping import keep_doors
from runner.cases.linking import confirm_links
from runner.cases.phase import Node
from runner.cases.plans import operations_of
from runner.cases.proving import order_rechecks, prove_doors
from runner.cases.resolving import settle_subject
from runner.cases.undoing import reopen_doors
from runner.cases.waiting import Watch
from runner.cases.work import Work
from runner.errors import RefusedError, SeveranceError, Stopped, UsageError
from runner.language.operations import COMPARE
from runner.language.playbook import AskStep, ClockStep, DoStep, PageStep, Phase, Step, TaskStep
from runner.language.references import parse, render
from runner.language.waits import in_order_of_after, waits

__all__ = ["nodes_of"]

_DOORS: Mapping[str, Callable[[Work, Phase, DoStep], Json]] = {
    "doors.find": find_doors,
    "doors.keep": keep_doors,
    "doors.close": close_doors,
    "doors.prove": prove_doors,
    "doors.reopen": reopen_doors,
    COMPARE: compare,
}


def nodes_of(work: Work, watch: Watch, phase: Phase) -> list[Node]:
    """Return a phase's steps as nodes, in topological order."""
    before = waits(phase)
    waited_for = frozenset(name for names in before.values() for name in names)
    return [
        Node(
            step.id,
            tuple(sorted(before[step.id])),
            _body(work, watch, phase, step, awaited=step.id in waited_for),
        )
        for step in in_order_of_after(phase)
    ]


def _body(
    work: Work, watch: Watch, phase: Phase, step: Step, *, awaited: bool
) -> Callable[..., Awaitable[Json]]:
    async def body(_results: Mapping[str, Json]) -> Json:
        ended = work.case().steps.get((phase.phase, step.id))
        if ended is not None:
            return ended["result"]
        try:
            return await _run(work, watch, phase, step, awaited=awaited)
        except Stopped:
            return await parked()
        except Exception as error:  # noqa: BLE001  the engine would record any as the step's end
            work.busy.fault = error
            return await parked()

    return body


async def _run(work: Work, watch: Watch, phase: Phase, step: Step, *, awaited: bool) -> Json:
    scope = work.case().scope()
    if step.when and not parse(step.when).evaluate(scope):
        return _finish(work, phase, step, "skipped", {}, why=f"not so: {step.when}")
    work.write("step.started", phase=phase.phase, step=step.id, what=_what(step))
    match step:
        case DoStep():
            return await _do(work, watch, phase, step)
        case AskStep():
            said = step.model_copy(update={"ask": render(step.ask, scope)})
            return await _ask(work, watch, phase, said, scope)
        case TaskStep() | ClockStep() | PageStep():
            try:
                return await _put_to_people(work, watch, phase, step, awaited=awaited)
            except (UsageError, RefusedError) as error:  # a broken template must not hold a door
                return _finish(work, phase, step, "failed", {}, why=error.diagnostics())
        case _:
            raise SeveranceError("a play step is expanded before it runs", remedy="report this defect")


async def _put_to_people(
    work: Work, watch: Watch, phase: Phase, step: TaskStep | ClockStep | PageStep, *, awaited: bool
) -> Json:
    match step:
        case TaskStep():
            said = step.model_copy(update={"task": render(step.task, work.case().scope())})
            await work.in_thread(lambda: asking.task(work, phase, said))
        case ClockStep():
            await work.in_thread(lambda: asking.clock(work, phase, step, work.clock_row(step.clock)))
        case PageStep():
            await work.in_thread(lambda: asking.wake(work, phase, step))
            return _finish(work, phase, step, "done", {"paged": list(step.page)})
    return await _set(work, watch, phase, step, awaited=awaited)


async def _do(work: Work, watch: Watch, phase: Phase, step: DoStep) -> Json:
    attempt = 0
    while True:
        attempt += 1
        try:
            if not await _approved(work, watch, phase, step, attempt):
                return _finish(work, phase, step, "done", {}, why="nothing came back held")
            result = await work.in_thread(lambda: _DOORS.get(step.do, act)(work, phase, step))
            why = "; ".join(result.get("failed", ()))
        except Stopped:
            raise
        except SeveranceError as error:
            result, why = {}, error.diagnostics()
        if not why:
            order_rechecks(work, phase, step)
            return _finish(work, phase, step, "done", result)
        if attempt <= (step.retry or 0):
            continue
        failure = asking.Failure(phase.phase, step.id, attempt, why)
        if await _choice(work, watch, step.if_fails, failure) == "skip":
            return _finish(work, phase, step, "failed", result, why=why)


async def _approved(work: Work, watch: Watch, phase: Phase, step: DoStep, attempt: int) -> bool:
    """Return True once a step's own approval stands, if it needs one; False where nothing came back held.

    A step that was killed goes on under the approval it had; one that failed is asked for anew.
    """
    if step.approve is None or (attempt == 1 and still_approved(work, work.case(), phase, step)):
        return True
    planned = await work.in_thread(lambda: list(operations_of(phase, step, work.case(), work.services)))
    if step.do == "doors.close" and not planned:
        return False
    await approved(work, watch, phase, step, step.approve)
    return True


async def _choice(work: Work, watch: Watch, if_fails: str, failure: asking.Failure) -> str:
    """Return what is to be done about a failure: retry or skip; a stop raises Stopped."""
    if if_fails == "go_on":
        return "skip"
    if if_fails == "ask":
        name = await work.in_thread(lambda: asking.failure(work, failure))
        answer = str(await _answer(work, watch, name))
        if answer in ("retry", "skip"):
            return answer
    work.write("stop.asked", by="playbook", because=failure.why)
    raise Stopped(f"step {failure.step} failed and says stop")


async def _ask(work: Work, watch: Watch, phase: Phase, step: AskStep, scope: Mapping[str, Json]) -> Json:
    options: Json = ()
    if step.answer == "choose":
        options = parse(step.choose).evaluate(scope) if isinstance(step.choose, str) else step.choose
    named = [each if isinstance(each, dict) else {"key": each, "label": each} for each in options or ()]
    if step.answer == "choose" and not named:
        return _finish(work, phase, step, "done", {"value": []}, why="nothing to choose from")
    name = await work.in_thread(lambda: asking.ask(work, phase, step, named))
    value = await _answer(work, watch, name)
    if step.answer == "person":
        await _settle(work, watch, phase, step, str(value))
    await work.in_thread(lambda: confirm_links(work, name))
    return _finish(work, phase, step, "done", {"value": value})


async def _settle(work: Work, watch: Watch, phase: Phase, step: AskStep, words: str) -> None:
    """Settle whom people agreed the case is about; a service that cannot be read is for a person to judge."""
    attempt = 0
    while True:
        attempt += 1
        try:
            return await work.in_thread(lambda: settle_subject(work, words))
        except SeveranceError as error:
            failure = asking.Failure(phase.phase, step.id, attempt, error.diagnostics())
        if await _choice(work, watch, "ask", failure) == "skip":
            return None


async def _answer(work: Work, watch: Watch, name: str) -> Json:
    """Wait for enough people, or for what silence means, and close the question."""

    def judged(case: Any) -> Json:
        request = case.requests.get(name)
        if request is None or request.status == "open":
            return None if request is None else _wrap(settled(work, request))
        return _wrap(verdict_on(case, name))

    value = (await watch.until(judged))[0]
    if watch.case.requests[name].status == "open":
        work.write("ask.closed", request=name, value=value)
    return value


def _wrap(value: Json) -> list[Json] | None:
    """Tell "agreed on an empty list" from "not agreed yet"."""
    return None if value is None else [value]


async def _set(work: Work, watch: Watch, phase: Phase, step: TaskStep | ClockStep, *, awaited: bool) -> Json:
    """Go on once a standing order is set, or wait for it where another step comes after it."""
    if awaited:
        watch.refresh()
        await watch.until(lambda case: case.requests[step.id].status != "open" or None)
    return _finish(work, phase, step, "done", {"set": True})


def _finish(work: Work, phase: Phase, step: Step, status: str, result: Json, *, why: str = "") -> Json:
    data = {
        "phase": phase.phase,
        "step": step.id,
        "what": _what(step),
        "status": status,
        "result": result,
        "why": why,
    }
    work.write("step.finished", **data)
    return result


def _what(step: Step) -> str:
    match step:
        case DoStep():
            return step.do
        case AskStep():
            return f"ask: {step.ask}"
        case TaskStep():
            return f"task: {step.task}"
        case PageStep():
            return f"page: {', '.join(step.page)}"
        case ClockStep():
            return f"clock: {step.clock}"
        case _:
            return f"play: {step.play}"

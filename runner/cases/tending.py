"""Tends what outlives its phase: reminders, deadlines, rechecks, bulk keeping.

Everything here is read from the journal at each look, so a restart tends on where the last run stopped.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from runner.actions.values import Json
from runner.cases.casefile import CaseFile, Order, Request
from runner.cases.course import REVIEW
from runner.cases.deadlines import running
from runner.cases.demanding import remind_of_demand
from runner.cases.keeping import keep_ordered
from runner.cases.looking_again import LOOK, look_again
from runner.cases.paging import on_call, page, people_of
from runner.cases.proving import recheck
from runner.cases.waiting import LOOK_EVERY_S, Watch
from runner.cases.work import Work
from runner.errors import Stopped

__all__ = ["tend_forever"]


async def tend_forever(work: Work, watch: Watch) -> None:
    """Tend the case until cancelled."""
    started: set[str] = set()
    orders: list[asyncio.Task[None]] = []
    while True:
        case = watch.case
        moment = case.present()
        for request in case.open_requests():
            if await _remind(work, request, moment):
                watch.refresh()
        for request in running(case):
            if await _remind_of_clock(work, request, moment):
                watch.refresh()
        if await remind_of_demand(work, case, moment):
            watch.refresh()
        for order in case.orders.values():
            if (
                not order.done
                and order.id not in started
                and datetime.fromisoformat(order.data["due"]) <= moment
            ):
                started.add(order.id)
                orders.append(asyncio.ensure_future(_carry_out(work, order)))
        for failed in [task for task in orders if task.done() and task.exception()]:
            await failed
        await asyncio.sleep(LOOK_EVERY_S)


async def _carry_out(work: Work, order: Order) -> None:
    try:
        result = await work.in_thread(lambda: _result(work, order.data))
    except Stopped:
        return  # stays set: the next run carries it out
    work.write("standing.done", order=order.id, result=result)


def _result(work: Work, data: Json) -> Json:
    if data["kind"] == LOOK:
        return look_again(work, data)
    return recheck(work, data) if data["kind"] == "recheck" else keep_ordered(work, data)


async def _remind(work: Work, request: Request, moment: datetime) -> bool:
    """Page again at half-time, and loudly when the deadline has passed; tells whether it did."""
    if "expires" not in request.data:
        return False
    asked, expires = datetime.fromisoformat(request.asked_at), datetime.fromisoformat(request.data["expires"])
    due = "expired" if moment >= expires else "half-time" if moment >= asked + (expires - asked) / 2 else ""
    reminded = {each["data"]["moment"] for each in request.decisions if each["kind"] == "request.reminded"}
    if not due or due in reminded:
        return False
    work.write("request.reminded", request=request.id, moment=due)
    if due == "expired":
        _pass_deadline(work, request)
    text = f"Case {work.code}: {'the deadline was' if due == 'expired' else 'please decide before'} "
    text += f"{request.data['expires']}.\n\n    {request.data['command']}\n"
    roles = [*request.data["of"], *request.data.get("each_of", ())]
    roles += work.playbook.people.decide if (request.id, due) == (REVIEW, "expired") else ()
    woken = people_of(work, roles) if due == "expired" else on_call(work, roles, request.data["need"])
    await work.in_thread(lambda: page(work, request.id, due, woken, text))
    return True


async def _remind_of_clock(work: Work, request: Request, moment: datetime) -> bool:
    """Page counsel at half-time, when a tenth of the time is left, and when the deadline has passed."""
    said: dict[str, Json] = {each["kind"]: each["data"] for each in request.decisions}
    clock = said["clock.started"]
    if not clock["deadline"]:
        return False
    begins, ends = datetime.fromisoformat(clock["started_at"]), datetime.fromisoformat(clock["deadline"])
    moments = {"deadline-half-time": 0.5, "deadline-soon": 0.9, "deadline-passed": 1.0}
    due = [name for name, part in moments.items() if moment >= begins + (ends - begins) * part][-1:]
    reminded = {each["data"]["moment"] for each in request.decisions if each["kind"] == "request.reminded"}
    if not due or due[0] in reminded:
        return False
    work.write("request.reminded", request=request.id, moment=due[0])
    over = due[0] == "deadline-passed"
    text = f"Case {work.code}: {'a deadline was' if over else 'a deadline is'} at {clock['deadline']}."
    text += f"\n\n    severance status {work.code}\n"
    kind, to = "expired" if over else due[0], people_of(work, request.data["of"])
    await work.in_thread(lambda: page(work, f"{request.id}-clock", kind, to, text))
    return True


def _pass_deadline(work: Work, request: Request) -> None:
    if request.id == REVIEW:
        work.write("emergency.unreviewed", request=request.id, since=request.data["expires"])
    if request.kind == "ask" and request.data["if_silent"]:
        work.write("ask.silent", request=request.id, took=_silence(request))
    elif request.kind == "task":
        work.write("task.late", request=request.id)


def _silence(request: Request) -> Json:
    took = request.data["if_silent"]
    return [] if request.data["kind"] == "choose" and took == "none" else took


def idle(case: CaseFile) -> bool:
    """Tell whether nothing is due before a person acts or a recheck's time comes."""
    moment = case.present()
    return all(
        order.done or datetime.fromisoformat(order.data["due"]) > moment for order in case.orders.values()
    )

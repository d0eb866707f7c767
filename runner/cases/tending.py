"""Tends what outlives its phase: reminders, deadlines, rechecks, bulk keeping.

Everything here is read from the journal at each look, so a restart tends on where the last run stopped.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from runner.actions.values import Json
from runner.cases import marks
from runner.cases.casefile import CaseFile, Order, Request
from runner.cases.course import REVIEW
from runner.cases.deadlines import running
from runner.cases.demanding import remind_of_demand
from runner.cases.journal import now, stamp
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
    orders: set[asyncio.Task[None]] = set()  # the loop itself keeps no hold of its tasks
    while True:
        case, moment = watch.case, now()
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
                orders.add(asyncio.ensure_future(_carry_out(work, order)))
        await asyncio.sleep(LOOK_EVERY_S)


async def _carry_out(work: Work, order: Order) -> None:
    """Carry out an order; what it fails on ends the run, as with a step: it stays set for the next one."""
    try:
        result = await work.in_thread(lambda: _result(work, order.data))
        work.write("standing.done", order=order.id, result=result)
    except Stopped:
        return
    except Exception as error:  # noqa: BLE001  of many that fail at once each would be told by the loop itself
        work.busy.fault = error


def _result(work: Work, data: Json) -> Json:
    if data["kind"] == LOOK:
        return look_again(work, data)
    return recheck(work, data) if data["kind"] == "recheck" else keep_ordered(work, data)


async def _remind(work: Work, request: Request, moment: datetime) -> bool:
    """Page again at half-time, and loudly when the deadline has passed; tells whether it did."""
    mark = marks.passed(marks.of_request(request), moment, marks.told(request))
    if mark is None:
        return False
    due = mark.name
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
    moments = marks.of_clock(request)
    mark = marks.passed(moments, moment, marks.told(request))
    if mark is None:
        return False
    work.write("request.reminded", request=request.id, moment=mark.name)
    over = mark.name == "deadline-passed"
    at = stamp(moments[-1].at)
    text = f"Case {work.code}: {'a deadline was' if over else 'a deadline is'} at {at}."
    text += f"\n\n    severance status {work.code}\n"
    kind, to = "expired" if over else mark.name, people_of(work, request.data["of"])
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
    moment = now()
    return all(
        order.done or datetime.fromisoformat(order.data["due"]) > moment for order in case.orders.values()
    )

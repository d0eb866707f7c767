"""Tends what outlives its phase: reminders, deadlines, rechecks, bulk keeping.

Everything here is read from the journal at each look, so a restart tends on where the last run stopped.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from datetime import datetime

from runner.actions.values import Json
from runner.casefile.contents import CaseFile, Order
from runner.casefile.deadlines import running
from runner.cases.demanding import remind_of_demand
from runner.cases.keeping import keep_ordered
from runner.cases.looking_again import LOOK, look_again
from runner.cases.proving import recheck
from runner.cases.reminding import remind, remind_of_clock
from runner.cases.waiting import LOOK_EVERY_S, Watch
from runner.cases.work import Work
from runner.errors import Stopped

__all__ = ["tend_forever"]


async def tend_forever(work: Work, watch: Watch) -> None:
    """Tend the case until cancelled."""
    started: set[str] = set()
    orders: set[asyncio.Task[None]] = set()  # the loop itself keeps no hold of its tasks
    looking = asyncio.Lock()
    while True:
        case = watch.case
        moment = case.present()
        for request in case.open_requests():
            if await remind(work, request, moment):
                watch.refresh()
        for request in running(case):
            if await remind_of_clock(work, request, moment):
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
                orders.add(asyncio.ensure_future(_carry_out(work, order, looking)))
        await asyncio.sleep(LOOK_EVERY_S)


async def _carry_out(work: Work, order: Order, looking: asyncio.Lock) -> None:
    """Carry out an order; what it fails on ends the run, as with a step: it stays set for the next one.

    looking: taken by looks, one at a time: whichever finds that nothing waits calls off the others.
    """
    try:
        async with looking if order.data["kind"] == LOOK else nullcontext():
            if work.case().orders[order.id].done:
                return
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


def idle(case: CaseFile) -> bool:
    """Tell whether nothing is due before a person acts or a recheck's time comes."""
    moment = case.present()
    return all(
        order.done or datetime.fromisoformat(order.data["due"]) > moment for order in case.orders.values()
    )

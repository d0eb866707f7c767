"""Holds an approved phase until it may fire: in its window, or when a decider pulls the trigger."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from runner.casefile.contents import CaseFile
from runner.cases import asking
from runner.cases.answers import settled
from runner.cases.waiting import Watch
from runner.cases.work import Work
from runner.clock import now
from runner.errors import RefusedError
from runner.language.durations import Fire
from runner.language.playbook import Phase

__all__ = ["hold_fire"]


async def hold_fire(work: Work, watch: Watch, phase: Phase, fire: Fire) -> None:
    """Return when the phase may fire.

    Raises RefusedError when an armed phase was not fired in time, or a decider said no: it never fires
    because nobody was there.
    """
    while fire.kind == "between" and not _inside(fire, now()):  # noqa: ASYNC110  a clock, not an event
        await asyncio.sleep(1)
    if fire.kind == "armed":
        name = await work.in_thread(lambda: asking.trigger(work, phase, fire.seconds))
        answer = await watch.until(lambda case: _pulled(work, case, name))
        work.write("ask.closed", request=name, value=answer)
        if answer != "yes":
            raise RefusedError(f"{phase.phase} was armed and not fired", remedy=f"severance run {work.code}")


def _pulled(work: Work, case: CaseFile, name: str) -> str | None:
    """Return a decider's answer, or `no` once the time is over: what was said after it fires nothing."""
    request = case.requests.get(name)
    if request is None:
        return None
    expires = datetime.fromisoformat(request.data["expires"])
    said = [each for each in request.decisions if datetime.fromisoformat(each["at"]) < expires]
    answer, late = settled(work, replace(request, decisions=said)), case.present() >= expires
    return str(answer) if answer is not None else "no" if late else None


def _inside(fire: Fire, moment: datetime) -> bool:
    """Tell whether a moment is in the window, by the clock of the window's own time zone."""
    clock = moment.astimezone(ZoneInfo(fire.zone)).time()
    if fire.opens is None or fire.closes is None:
        return True
    if fire.opens < fire.closes:
        return fire.opens <= clock < fire.closes
    return clock >= fire.opens or clock < fire.closes

"""Asks for approval of a frozen plan, and judges it again at the moment of firing."""

from __future__ import annotations

from datetime import datetime

from runner.actions.values import Json
from runner.casefile.contents import CaseFile, Request as Asked
from runner.casefile.judging import declared_by, standing_of
from runner.cases.answers import verdict_on
from runner.cases.paging import deciders_to_wake, page
from runner.cases.plans import Plan, freeze, place
from runner.cases.protecting import as_records, protected
from runner.cases.waiting import Watch
from runner.cases.work import Work
from runner.clock import now, stamp
from runner.database.journal import Entry
from runner.errors import RefusedError
from runner.language.playbook import EMERGENCY, UNDO, DoStep, Phase, Quorum as WrittenQuorum
from runner.people.approvals import Quorum, Request, Standing, electorate, shortfall
from runner.people.protected import beyond_caps

__all__ = ["approved", "ask_approval", "standing", "still_approved", "wanted", "withdraw"]

GUARD_S = 30.0  # a service that is silent holds the question for one silence, not for every try of every read
DEFAULT_WITHIN_S = 4 * 3600  # threats.md C3: an approval nobody used in four hours is stale


def wanted(work: Work, phase: Phase, step: DoStep | None) -> WrittenQuorum | None:
    """Return the quorum a phase or step needs, never under the settings' minimum.

    A lockdown, or an undo, that its playbook lets through unapproved still needs the minimum.
    """
    written = step.approve if step else phase.approve
    steps = [step] if step else [each for each in phase.steps if isinstance(each, DoStep)]
    kinds = {each.do for each in steps}
    minimum = work.settings.minimum
    least = minimum.shared if step else minimum.undo if "doors.reopen" in kinds else minimum.close
    least = minimum.emergency if phase.phase == EMERGENCY else least
    if written is not None:
        return written.model_copy(update={"need": max(written.need, least)})
    if not step and kinds & {"doors.close", "doors.reopen"} and any(_unapproved(each) for each in steps):
        return WrittenQuorum(need=least, of=work.playbook.people.decide)
    return None


async def approved(
    work: Work, watch: Watch, phase: Phase, step: DoStep | None, quorum: WrittenQuorum
) -> None:
    """Return once the plan's quorum stands, its approval used up.

    Raises RefusedError when it is denied or expires, or when the plan changed meanwhile.
    """
    plan, request = ask_approval(work, phase, step, quorum)
    watch.refresh()
    while not _used_up(work, watch.case, (phase, step), plan, request):
        await watch.until(lambda case: _decided(work, case, request) or _overtaken(case, phase))
        watch.refresh()


def _used_up(
    work: Work, case: CaseFile, where: tuple[Phase, DoStep | None], plan: Plan, request: str
) -> bool:
    """Use up an approval if it stands; returns whether it did. Raises RefusedError when it never will.

    What is recorded rests on this look: if the case went on since, nothing is, and it is looked at again.
    A denial or an objection that arrives while the plan is frozen anew must not be overtaken by the doors.
    """

    def over(**why: str) -> bool:
        return work.journal.append_after(case.last, Entry("approval.expired", {"request": request, **why}))

    phase, step = where
    if _overtaken(case, phase):
        if not over(why="the case is being undone"):
            return False
        raise RefusedError(f"{request}: the case is being undone", remedy=f"severance resume {work.code}")
    verdict = standing(work, case, case.requests[request], now())
    if verdict.status in ("open", "paused") or (verdict.status == "expired" and not over()):
        return False
    if not verdict.met:
        raise RefusedError(f"{request}: {verdict.why}", where=work.code, remedy=f"severance run {work.code}")
    if freeze(phase, step, case, work.services, work.frame).digest == plan.digest:
        return work.journal.append_after(case.last, Entry("approval.used", {"request": request}))
    if not over():
        return False
    raise RefusedError(
        f"{request}: the plan changed after it was approved", remedy=f"severance run {work.code}"
    )


def still_approved(work: Work, case: CaseFile, phase: Phase, step: DoStep | None = None) -> bool:
    """Tell whether an approval was used for this very plan, or for the step that has begun by it.

    A run that ends while a phase waits for its window or its trigger, or in the middle of a step that has its
    own approval, must not ask everybody again. Who approved is judged by today's rules; a trigger that was
    refused, and a step that failed, take the approval with them.
    """
    here = (phase.phase, step.id if step else None)
    asked = [each for each in case.requests.values() if (each.kind, each.status) == ("approval", "used")]
    used = [each for each in asked if (each.data["phase"], each.data["step"]) == here]
    if not used or (step is None and phase.phase in case.phases):
        return False
    if _failed_since(case, step, used[-1]) if step else len(used) <= _not_fired(case, phase):
        return False
    if standing(work, case, used[-1], now()).missing:
        return False
    plan = freeze(phase, step, case, work.services, work.frame)
    return used[-1].data["digest"] == plan.digest or (step is not None and _begun(case, phase, step))


def _not_fired(case: CaseFile, phase: Phase) -> int:
    """Return how often somebody, or silence, refused the trigger of an armed phase."""
    triggers = [each.id for each in case.requests.values() if each.id.startswith(f"fire-{phase.phase}")]
    return sum(verdict_on(case, each) not in (None, "yes") for each in triggers)


def _begun(case: CaseFile, phase: Phase, step: DoStep) -> bool:
    """Tell whether a step wrote: it goes on by the plan it had, though its doors may read shut by now."""
    mine = f"{place(phase, step)}/"
    return any(op.startswith(mine) and each.intent for op, each in case.operations.items())


def _failed_since(case: CaseFile, step: DoStep, approval: Asked) -> bool:
    used_at = approval.decisions[-1]["at"]
    failures = (each for each in case.requests.values() if each.id.startswith(f"{step.id}-failed-"))
    return any(each.asked_at >= used_at for each in failures)


def withdraw(work: Work, case: CaseFile, phase: Phase) -> None:
    """End what is still asked for a phase that will not start, because the case is being undone."""
    asked = [each for each in case.open_requests() if each.kind == "approval"]
    over = [each.id for each in asked if each.data["phase"] == phase.phase]
    why = "the case is being undone"
    ended = [Entry("approval.expired", {"request": each, "why": why}) for each in over]
    if ended and not work.journal.append_after(case.last, *ended):
        withdraw(work, work.case(), phase)


def ask_approval(work: Work, phase: Phase, step: DoStep | None, quorum: WrittenQuorum) -> tuple[Plan, str]:
    """Freeze the plan and ask for it, unless the same plan is being asked for; returns it and the request.

    What was asked for another plan of the same place is over: nobody waits for it any more.
    """
    while True:
        case = _guarded(work)
        plan = freeze(phase, step, case, work.services, work.frame)
        open_here = _asked_here(case, plan)
        waiting = next((each for each in open_here if each.data["digest"] == plan.digest), None)
        if waiting:
            return plan, waiting.id
        _refuse_unreachable(work, case, quorum, phase)
        data = _as_asked(work, case, plan, quorum)
        changed = [{"request": each.id, "why": "the plan changed"} for each in open_here]
        over = [Entry("approval.expired", each) for each in changed]
        asked = [Entry("phase.planned", plan.as_json()), Entry("approval.asked", data)]
        # Whoever denies the earlier plan at this moment has denied it: then it does not expire as well.
        if work.journal.append_after(case.last, *over, *work.services.skews.entries(), *asked):
            _page_for(work, case, quorum, phase, data)
            return plan, str(data["request"])


def _as_asked(work: Work, case: CaseFile, plan: Plan, quorum: WrittenQuorum) -> Json:
    """Return the data of an `approval.asked` record."""
    place = f"{plan.phase}/{plan.step}" if plan.step else plan.phase
    name = f"approve-{place.replace('/', '-')}"
    again = sum(each.id == name or each.id.startswith(f"{name}-") for each in case.requests.values())
    return {
        "request": f"{name}-{again + 1}" if again else name,
        "phase": plan.phase,
        "step": plan.step,
        "digest": plan.digest,
        "need": quorum.needed,
        "of": list(quorum.of or ()),
        "each_of": list(quorum.each_of or ()),
        "expires": stamp(work.deadline(quorum.within or DEFAULT_WITHIN_S)),
        "lines": list(plan.lines),
        "command": f"severance approve {work.code} --plan {plan.digest[:12]}",
    }


def _page_for(work: Work, case: CaseFile, quorum: WrittenQuorum, phase: Phase, data: Json) -> None:
    """Wake whoever decides, but not those who ask."""
    text = f"Case {work.code} asks for your decision before {data['expires']}.\n\n    {data['command']}\n"
    askers = (case.opened["by"], declared_by(case, phase.phase))
    woken = deciders_to_wake(work, quorum.roles, quorum.needed, askers)
    page(work, data["request"], "asked", woken, text)


def _asked_here(case: CaseFile, plan: Plan) -> list[Asked]:
    """Return the open approval requests of the plan's phase or step, whatever plan they were for."""
    here = (plan.phase, plan.step)
    asked = [each for each in case.open_requests() if each.kind == "approval"]
    return [each for each in asked if (each.data["phase"], each.data["step"]) == here]


def _guarded(work: Work) -> CaseFile:
    """Look again at what must be kept back, now that linked accounts are known, and at the caps.

    Raises RefusedError when the case would touch more than the settings allow; nothing has started.
    """
    case = work.case()
    accounts = [*case.accounts, *case.linked]
    held = protected(work.settings, work.services, accounts, within_s=GUARD_S)
    kept_back = as_records(held)
    if kept_back != case.protected:
        work.write("subject.protected", protected=kept_back)
    things: dict[tuple[str, str], int] = {}
    for door in case.doors.values():
        things[(door.service, door.layer)] = things.get((door.service, door.layer), 0) + len(door.things)
    beyond = beyond_caps(work.settings.caps, accounts, things, {})
    if beyond:
        raise RefusedError(
            "; ".join(beyond), where=work.code, remedy="check who is linked; only the settings raise a cap"
        )
    return work.case()


def _refuse_unreachable(work: Work, case: CaseFile, written: WrittenQuorum, phase: Phase) -> None:
    quorum = Quorum(written.needed, written.of or (), written.each_of or ())
    asked = Request("", "", quorum, case.opened["by"], now(), now(), declared_by(case, phase.phase))
    lacking = shortfall(quorum, electorate(work.directory.people(), asked, work.barred()))
    if lacking:
        raise RefusedError(
            f"nobody can ever approve this: it lacks {lacking}",
            where=work.code,
            remedy="give the role to more people in the settings",
        )


def standing(work: Work, case: CaseFile, asked: Asked, at: datetime) -> Standing:
    """Judge an approval request now: who counts is who is eligible now."""
    return standing_of(work.directory.people(), case, asked, work.barred(), at)


def _overtaken(case: CaseFile, phase: Phase) -> bool | None:
    """Tell whether an undo was asked for: then nothing closes any more, whoever approves it."""
    return (case.undo is not None and phase.phase not in (UNDO, EMERGENCY)) or None


def _decided(work: Work, case: CaseFile, name: str) -> bool | None:
    request = case.requests.get(name)
    if request is None:
        return None
    return standing(work, case, request, now()).status not in ("open", "paused") or None


def _unapproved(step: DoStep) -> bool:
    return step.approve is None and step.do in ("doors.close", "doors.reopen")

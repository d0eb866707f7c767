"""Freezes what a phase, or a step with its own approval, will do: the plan people approve.

People approve actions on accounts, arguments and caps, never observed state; so the digest covers
those and nothing that changes by itself. What was observed is shown beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from runner.actions.contract import Action
from runner.actions.values import Account, Json
from runner.casefile.contents import CaseFile
from runner.cases.card import five_lines, noticed
from runner.cases.reopenings import closed_by_us, corrections, reopenings
from runner.cases.services import Services
from runner.cases.undo_card import undo_lines
from runner.clock import now
from runner.evidence.chain import canonical
from runner.language.playbook import EMERGENCY, DoStep, Phase

__all__ = ["Frame", "Plan", "freeze", "in_scope", "operations_of", "place"]


@dataclass(frozen=True, slots=True)
class Frame:
    """What holds for the whole case: digests and caps that go into every plan."""

    code: str
    playbook_sha256: str
    settings_sha256: str
    caps: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """A frozen plan."""

    phase: str
    step: str | None
    body: Json
    """What the digest covers: case, playbook, settings, phase, step, operations, caps."""
    digest: str
    """SHA-256 of the canonical body, in hex."""
    lines: tuple[str, ...]
    """The approval card: who, what closes, what breaks, what cannot return, what stays open."""
    notices: tuple[str, ...]
    """What the subject could notice, and how."""

    def as_json(self) -> Json:
        """Return the data of a `phase.planned` record."""
        return {
            "phase": self.phase,
            "step": self.step,
            "digest": self.digest,
            "plan": self.body,
            "operations": self.body["operations"],
            "lines": list(self.lines),
            "notices": list(self.notices),
            "unknown": [],
        }


def freeze(phase: Phase, step: DoStep | None, case: CaseFile, services: Services, frame: Frame) -> Plan:
    """Freeze the plan of a phase, or of one of its steps.

    A step with an approval of its own closes what came back held; elsewhere shared doors stay out.
    """
    steps = (
        [step] if step else [each for each in phase.steps if isinstance(each, DoStep) and not each.approve]
    )
    operations = [operation for each in steps for operation in operations_of(phase, each, case, services)]
    operations = [{**operation, "cap": frame.caps["things"]} for operation in operations]
    body = {
        "case": frame.code,
        "playbook": frame.playbook_sha256,
        "settings": frame.settings_sha256,
        "phase": phase.phase,
        "step": step.id if step else None,
        "operations": operations,
        "caps": dict(frame.caps),
    }
    digest = hashlib.sha256(canonical(body)).hexdigest()
    lines = _card(phase, steps, operations, case, services)
    notices = tuple(noticed(operations, services.by_name, case))
    return Plan(phase.phase, step.id if step else None, body, digest, lines, notices)


def _card(
    phase: Phase, steps: Iterable[DoStep], operations: list[Json], case: CaseFile, services: Services
) -> tuple[str, ...]:
    if any(step.do == "doors.reopen" for step in steps):
        return undo_lines(operations, services.by_name, closed_by_us(case, services), case, now())
    later = _left_for_later(phase, case, services)
    return five_lines(operations, services.by_name, later, case)


def operations_of(phase: Phase, step: DoStep, case: CaseFile, services: Services) -> Iterator[Json]:
    """Yield what a step will do: action, service, account, arguments."""
    if step.do == "doors.reopen":
        yield from reopenings(case, services)
        yield from corrections(case, services)
    elif step.do in ("doors.close", "doors.keep"):
        kind = step.do.partition(".")[2]
        for account in in_scope(step, case):
            for action in services.actions(account.service, kind):
                if kind == "keep" or _fires(phase, step, action, account, case):
                    yield _operation(
                        place(phase, step), action, account, {"shared": step.approve is not None}
                    )
    elif "." in step.do and not step.do.startswith(("doors.", "links.", "evidence.")):
        yield from _named(phase, step, case, services)


def place(phase: Phase, step: DoStep) -> str:
    """Return `phase/step`, the middle of every operation's name."""
    return f"{phase.phase}/{step.id}"


def in_scope(step: DoStep, case: CaseFile) -> list[Account]:
    """Return the accounts a step is about, narrowed by its `services` and `except`."""
    pools = {"subject": case.accounts, "linked": case.linked}
    accounts = [account for name in step.accounts or ("subject",) for account in pools[name]]
    return [
        account
        for account in accounts
        if (not step.services or account.service in step.services)
        and account.service not in (step.except_ or ())
    ]


def _operation(where: str, action: Action, account: Account, arguments: Json) -> Json:
    return {
        "op": f"{where}/{action.name}@{account.service}/{account.id}",
        "action": action.name,
        "service": account.service,
        "account": account.id,
        "login": account.login,
        "args": arguments,
    }


def _named(phase: Phase, step: DoStep, case: CaseFile, services: Services) -> Iterator[Json]:
    action = services.by_name(step.do)
    about_account = action.kind in ("find", "keep", "close", "prove", "reopen")
    for name in services.of_vendor(action.vendor):
        if (step.services and name not in step.services) or name in (step.except_ or ()):
            continue
        if about_account:
            for account in in_scope(step, case):
                if account.service == name:
                    yield _operation(place(phase, step), action, account, dict(step.with_ or {}))
        else:
            nobody = Account(name, "", "")
            yield _operation(place(phase, step), action, nobody, dict(step.with_ or {}))


def _fires(phase: Phase, step: DoStep, action: Action, account: Account, case: CaseFile) -> bool:
    """Tell whether a close belongs into a step: under its own approval only what came back held.

    An emergency takes what can be given back, and nothing else.
    """
    if phase.phase == EMERGENCY and not action.reversible:
        return False
    door = case.doors.get((account.service, action.layer or "", account.id))
    held_back = door is not None and door.verdict == "held"
    return not _protected(account, case) and (step.approve is None or held_back)


def _protected(account: Account, case: CaseFile) -> bool:
    return any((each["service"], each["id"]) == (account.service, account.id) for each in case.protected)


def _left_for_later(phase: Phase, case: CaseFile, services: Services) -> list[str]:
    """Return what an emergency may not close, because it could not be given back or harms others."""
    if phase.phase != EMERGENCY:
        return []
    doors = (
        f"{account.service} {action.layer}, until the lockdown"
        for account in case.accounts
        for action in services.actions(account.service, "close")
        if not action.reversible
    )
    return list(dict.fromkeys(doors))

"""Freezes what a phase, or a step with its own approval, will do: the plan people approve.

People approve actions on accounts, arguments and caps, never observed state; so the digest covers
those and nothing that changes by itself. What was observed is shown beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from runner.actions.contract import Action
from runner.actions.doors import Door
from runner.actions.values import Account, Json
from runner.cases.casefile import CaseFile
from runner.cases.services import Services
from runner.evidence.chain import canonical
from runner.language.playbook import DoStep, Phase

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
    actions = [services.by_name(name) for name in dict.fromkeys(each["action"] for each in operations)]
    lines = _five_lines(operations, actions, case)
    return Plan(phase.phase, step.id if step else None, body, digest, lines, tuple(_notices(actions)))


def operations_of(phase: Phase, step: DoStep, case: CaseFile, services: Services) -> Iterator[Json]:
    """Yield what a step will do: action, service, account, arguments."""
    if step.do == "doors.reopen":
        yield from _reopenings(case, services)
    elif step.do in ("doors.close", "doors.keep"):
        kind = step.do.partition(".")[2]
        for account in in_scope(step, case):
            for action in services.actions(account.service, kind):
                if kind == "keep" or _fires(step, action, account, case):
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


def _reopenings(case: CaseFile, services: Services) -> Iterator[Json]:
    """Yield the undoing of every change of ours, newest first; design 4.8."""
    logins = {(each.service, each.id): each.login for each in [*case.accounts, *case.linked]}
    for known in reversed(list(case.operations.values())):
        data = known.outcome["data"] if known.outcome else {"outcome": ""}
        action = services.by_name(data["action"]) if data["outcome"] == "changed" else None
        if action and action.kind == "close" and action.undo:
            yield {
                "op": f"undo/doors/{known.op}",
                "action": action.undo,
                "service": data["service"],
                "account": data["account"],
                "login": logins.get((data["service"], data["account"]), ""),
                "args": {"before": data["before"], "after": data["after"], "thing": data["thing"]},
            }


def _fires(step: DoStep, action: Action, account: Account, case: CaseFile) -> bool:
    """Tell whether a close belongs into a step: under its own approval only what came back held."""
    door = case.doors.get((account.service, action.layer or "", account.id))
    held_back = door is not None and door.verdict == "held"
    return not _protected(account, case) and (step.approve is None or held_back)


def _protected(account: Account, case: CaseFile) -> bool:
    return any((each["service"], each["id"]) == (account.service, account.id) for each in case.protected)


def _five_lines(operations: list[Json], actions: list[Action], case: CaseFile) -> tuple[str, ...]:
    accounts = dict.fromkeys(f"{each['service']}: {each['login']}" for each in operations if each["login"])
    closing = [action for action in actions if action.kind == "close"]
    layers = dict.fromkeys(f"{action.vendor} {action.layer}" for action in closing)
    machines = [door for door in case.doors.values() if any(thing["shared"] for thing in door.things)]
    lost = [f"{action.name}: {action.no_undo}" for action in closing if not action.undo]
    return (
        f"Who: {_listed(accounts, 'nobody yet')}",
        f"Closes: {_listed(layers, 'nothing')}{_besides(actions)}",
        f"Breaks: {_listed([_shared(door) for door in machines], 'nothing that others or machines use')}",
        f"Cannot return: {_listed(lost, 'everything can be reopened')}",
        f"Stays open: {_listed(_staying(case), 'nothing we know of')}",
    )


def _besides(actions: list[Action]) -> str:
    others = [action.name for action in actions if action.kind != "close"]
    return f" (and runs {', '.join(others)})" if others else ""


def _shared(door: Door) -> str:
    labels = ", ".join(str(thing["label"]) for thing in door.things if thing["shared"])
    return f"{door.service} {door.layer} ({labels}), held unless this plan names it"


def _staying(case: CaseFile) -> list[str]:
    by_hand = [
        f"{door.service} {door.layer}, by hand" for door in case.doors.values() if door.verdict == "by-hand"
    ]
    mine = {f"{each.service}/{each.id}" for each in [*case.accounts, *case.linked, *case.rows]}
    unlinked = [
        f"{account.login} (not confirmed)" for key, account in case.candidates.items() if key not in mine
    ]
    protected = [f"{each['service']} {each['login']}: {each['why']}" for each in case.protected]
    left_out = [f"{each['service']}: {each['why']}" for each in case.left_out]
    return [*dict.fromkeys(by_hand), *unlinked, *protected, *left_out]


def _listed(parts: Iterable[str], otherwise: str) -> str:
    return "; ".join(parts) or otherwise


def _notices(actions: list[Action]) -> Iterator[str]:
    for action in actions:
        if action.noticed != "none":
            yield f"{action.name}: {action.noticed}"

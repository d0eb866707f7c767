"""What an undo would do: every change of ours that has a way back, and what has none or not for ever.

Read from the journal's outcomes; a door that people closed by hand and a case adopted counts as ours.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from runner.actions.contract import Action
from runner.actions.doors import DoorKey
from runner.actions.values import Account, Json, Thing
from runner.casefile.contents import CaseFile, Operation
from runner.cases.operations import Task
from runner.cases.services import Services
from runner.clock import stamp
from runner.language.durations import duration

__all__ = [
    "UNDO_OPS",
    "Closed",
    "Limit",
    "closed_by_us",
    "corrections",
    "door_of",
    "limits",
    "lost",
    "reopenings",
    "task_of",
]

UNDO_OPS = "undo/"
"""What the names of an undo's operations begin with."""


@dataclass(frozen=True, slots=True)
class Closed:
    """One thing that this case closed."""

    op: str
    data: Json
    """Its `write.outcome`."""
    action: Action
    login: str
    label: str
    """What was closed, as the service called it; empty where it is the account itself."""

    @property
    def where(self) -> str:
        """The account, and the thing of it, for a reader."""
        of = f", {self.label}" if self.label else ""
        return f"{self.data['service']} {self.login or self.data['account']}{of}"


@dataclass(frozen=True, slots=True)
class Limit:
    """Until when an undo brings something back."""

    op: str
    what: str
    """Whose, and what goes."""
    until: str
    """RFC 3339 UTC."""

    def over(self, moment: datetime) -> bool:
        """Tell whether it is too late."""
        return datetime.fromisoformat(self.until) <= moment


def closed_by_us(case: CaseFile, services: Services) -> list[Closed]:
    """Return what this case closed, newest change first."""
    logins = {(each.service, each.id): each.login for each in [*case.accounts, *case.linked]}
    closed = []
    for known in _newest_first(case):
        data: Json = known.outcome["data"] if known.outcome else {"outcome": ""}
        action = services.by_name(data["action"]) if data["outcome"] == "changed" else None
        if action and action.kind == "close":
            found = (known.intent["data"].get("found") if known.intent else None) or {}
            login = logins.get((data["service"], data["account"]), "")
            label = str(found.get("label", "") or data["thing"])
            closed.append(Closed(known.op, data, action, login, label))
    return closed


def _newest_first(case: CaseFile) -> list[Operation]:
    """Return the operations that have an outcome, by when it was confirmed: people may have acted earlier."""
    ended = [
        (each.outcome["data"]["confirmed_at"], each.outcome["seq"], each)
        for each in case.operations.values()
        if each.outcome
    ]
    return [each for *_, each in sorted(ended, key=lambda end: end[:2], reverse=True)]


def reopenings(case: CaseFile, services: Services) -> Iterator[Json]:
    """Yield the undoing of every change of ours, newest first; design 4.8."""
    for closed in closed_by_us(case, services):
        data = closed.data
        if closed.action.undo:
            yield {
                "op": f"{UNDO_OPS}doors/{closed.op}",
                "action": closed.action.undo,
                "service": data["service"],
                "account": data["account"],
                "login": closed.login,
                "args": {"before": data["before"], "after": data["after"], "thing": data["thing"]},
            }


def door_of(operation: Json, services: Services) -> DoorKey:
    """Return the door that a reopening opens."""
    layer = services.by_name(operation["action"]).layer or ""
    return (operation["service"], layer, operation["account"])


def task_of(operation: Json, services: Services, account: Account) -> Task:
    """Return what performs a reopening."""
    action, before = services.by_name(operation["action"]), operation["args"]["before"]
    wanted = inspect.signature(action.run).parameters
    # a thing that is the account itself was recorded without a name of its own
    thing = Thing(operation["args"]["thing"] or account.id, "", before) if "thing" in wanted else None
    arguments = {"before": before} if "before" in wanted else {}
    return Task(operation["op"], action, operation["service"], account, thing, arguments)


def corrections(case: CaseFile, services: Services) -> Iterator[Json]:
    """Yield the correction of everything this case made outside that its service lets us correct."""
    for known in case.operations.values():
        data: Json = known.outcome["data"] if known.outcome else {"outcome": ""}
        if data["outcome"] not in ("changed", "unchanged"):
            continue
        action = services.by_name(data["action"])
        if action.kind == "make" and action.corrected_by:
            yield {
                "op": f"{UNDO_OPS}correct/{known.op}",
                "action": action.corrected_by,
                "service": data["service"],
                "account": "",
                "login": "",
                "args": {"about": data["after"]["id"]},
            }


def limits(closed: Iterable[Closed]) -> list[Limit]:
    """Return until when each change can be undone whole, where that is limited; the soonest first."""
    found = [
        Limit(each.op, f"{each.where}: {_at_stake(each.action)}", _until(each))
        for each in closed
        if each.action.undo and each.action.undo_within
    ]
    return sorted(found, key=lambda limit: limit.until)


def lost(closed: Iterable[Closed]) -> list[str]:
    """Return, each once and with the reason, what no undo of ours brings back."""
    found = (f"{each.where}: {each.action.no_undo or each.action.undo_lacks}" for each in closed)
    return [each for each in dict.fromkeys(found) if not each.endswith(": ")]


def _at_stake(action: Action) -> str:
    return action.destroys.what if action.destroys else "whatever it held"


def _until(closed: Closed) -> str:
    confirmed = datetime.fromisoformat(closed.data["confirmed_at"])
    return stamp(confirmed + timedelta(seconds=duration(closed.action.undo_within)))

"""The case file: what the journal's records add up to, for whoever decides what happens next.

Made by `folding.py` and never stored: nothing is kept beside the journal, so nothing can disagree with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from runner.actions.doors import Door, DoorKey
from runner.actions.values import Account, Json
from runner.clock import now
from runner.database.journal import Record
from runner.intake.gathering import gathered

__all__ = ["CaseFile", "Operation", "Order", "Request"]


@dataclass(slots=True)
class Request:
    """Something a person was asked: an approval, a question, a task, a clock."""

    id: str
    kind: str
    asked_at: str
    data: Json
    status: str = "open"
    """open, then one of: used, denied, expired (approvals); answered, silent (asks); done (tasks); running,
    declined, stopped (clocks)."""
    decisions: list[Record] = field(default_factory=list)
    """The records that answer it, in order."""


@dataclass(slots=True)
class Operation:
    """One action on one object: its last intent and its outcome, if any."""

    op: str
    intent: Record | None = None
    outcome: Record | None = None
    attempts: int = 0

    @property
    def settled(self) -> bool:
        """True when the outcome is known: nothing is to be sent again."""
        return self.outcome is not None and self.outcome["data"]["outcome"] not in ("unknown", "failed")

    @property
    def unanswered(self) -> bool:
        """True when our own intent stands, and whether the service acted on it is not known.

        A write that failed for certain is answered: who meets the goal afterwards is somebody else.
        """
        answer = self.outcome["data"]["outcome"] if self.outcome else "unknown"
        return self.intent is not None and answer == "unknown"


@dataclass(slots=True)
class Order:
    """A standing order and, once carried out, its result."""

    id: str
    data: Json
    result: Json = None
    done: bool = False


@dataclass(slots=True)
class CaseFile:
    """Everything decided and done so far."""

    opened: Json = None
    opened_at: str = ""
    accounts: list[Account] = field(default_factory=list)
    linked: list[Account] = field(default_factory=list)
    rows: list[Account] = field(default_factory=list)
    """People of files that two people confirmed to be the subject; they have no doors."""
    candidates: dict[str, Account] = field(default_factory=dict)
    """The account that people choose by, of each person proposed as the same, by key."""
    behind: dict[str, list[Account]] = field(default_factory=dict)
    """Every account and row of a file that a candidate stands for, by the same key."""
    left_out: list[Json] = field(default_factory=list)
    """Services on which the subject was not found, or not for sure: `{service, why}`."""
    protected: list[Json] = field(default_factory=list)
    sees: dict[str, str] = field(default_factory=dict)
    """By service, why the subject may read its admin or audit views: whatever is done there is noticed."""
    interrupted: bool = False
    """Whether its runner is at work, or was ended from outside: by the machine, by what stops services."""
    views_known: bool = False
    """Whether anybody has looked what they may read."""
    under_way: bool = False
    """A run of it was started and has not said that it ended; a killed one never does."""
    ended: str = ""
    """Why its last run ended; "" while one is under way, and before the first."""
    plans: dict[tuple[str, str | None], Json] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    objections: list[Record] = field(default_factory=list)
    phases: dict[str, str] = field(default_factory=dict)
    steps: dict[tuple[str, str], Json] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    doors: dict[DoorKey, Door] = field(default_factory=dict)
    items: list[Json] = field(default_factory=list)
    demands: list[Json] = field(default_factory=list)
    demand_marks: set[tuple[str, str]] = field(default_factory=set)
    """Hours that demands named, and for which mark people were woken: `(hour, "an-hour-left")`."""
    """Every message received, as read, in the order they came in."""
    orders: dict[str, Order] = field(default_factory=dict)
    documents: dict[str, Json] = field(default_factory=dict)
    """By the step that made it: `{name, title, version, status, sent_at, to, missing, privileged}`."""
    delays: list[Json] = field(default_factory=list)
    """What the police asked to wait with: `{agency, contact, until, at, by}`."""
    fired: bool = False
    stopped: bool = False
    undo: Json = None
    dead_lettered: Json = None
    """Why its runs are given up until a person runs it: `{why, attempts}`; None while they are not."""
    closed: Json = None
    """Who ended it before it was through, and why; None for a case that goes on, or went on to its end."""
    holder: str = ""
    """Person id of who leads the case: who opened it, until somebody accepted a hand-over."""
    offered: Json = None
    """A hand-over nobody accepted or declined yet: `{to, by, because}`."""
    emergency: Json = None
    """Who declared an emergency, and because of what; None when nobody did."""
    deleted: bool = False
    """Its records are no more: a tombstone stands in their place."""
    last: int = 0
    latest: str = ""
    """When the last record was made."""

    def present(self) -> datetime:
        """Return the present, never earlier than the last record: a clock set back revives nothing."""
        return max(now(), datetime.fromisoformat(self.latest)) if self.latest else now()

    def open_requests(self) -> list[Request]:
        """Return what people are asked right now, oldest first; in a case that is ended, nothing."""
        return [each for each in self.requests.values() if each.status == "open" and not self.closed]

    @property
    def demand(self) -> Json:
        """What is demanded by now, from all messages; every field is empty where none was received."""
        return gathered(self.demands)

    def said(self) -> dict[str, Json]:
        """Return what the case was told: the inputs and, where the playbook takes one, the demand."""
        declared = self.opened["playbook"]["expanded"].get("inputs", {}).values()
        takes = any(one["type"] == "demand" for one in declared)
        told = {"demand": self.demand, "demands": self.demands} if takes else {}
        return {"inputs": dict(self.opened["inputs"]), **told}

    def scope(self, names: Iterable[str] = ()) -> dict[str, Json]:
        """Return what references may name: what was said, and the results of the named steps."""
        wanted = set(names)
        results = {
            step: data["result"] for (_, step), data in self.steps.items() if not wanted or step in wanted
        }
        return {**self.said(), **results}

    def person_ids(self) -> dict[str, set[str]]:
        """Return the immutable ids of subject and linked accounts by service."""
        ids: dict[str, set[str]] = {}
        for account in [*self.accounts, *self.linked]:
            ids.setdefault(account.service, set()).add(account.id)
        return ids

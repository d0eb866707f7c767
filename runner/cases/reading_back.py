"""Reads reopened doors back, by their prove actions: open is expected, and nothing else is called back.

What waits for the person (an invitation) is `pending`; `looking_again.py` looks until it reads open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from runner.actions.doors import DoorKey
from runner.actions.planning import foresee
from runner.actions.values import Account, Json, Proof, Verdict
from runner.cases.reopenings import UNDO_OPS, Limit, door_of, task_of
from runner.cases.threads import each_at_once
from runner.cases.work import Work
from runner.clock import stamp
from runner.database.journal import Entry
from runner.errors import SeveranceError
from runner.language.durations import duration
from runner.language.playbook import UNDO

__all__ = [
    "Reading",
    "accounts_of",
    "foreseen",
    "proof_of",
    "read_back",
    "read_besides",
    "verdict_entry",
    "waits_for",
]

NO_PROOF = "the service offers no way to read this layer back"


@dataclass(frozen=True, slots=True)
class Reading:
    """A reopened door, as it reads."""

    key: DoorKey
    login: str
    verdict: Verdict
    why: str
    until: str = ""
    """RFC 3339 UTC; for `pending`, when the person can no longer act."""
    proof: str = ""
    gone: bool = False
    """What was given back does not stand: it will not come back by itself."""

    @property
    def named(self) -> str:
        """The door and why it reads so, for a reader."""
        return f"{self.key[0]} {self.key[1]} of {self.login}: {self.why}"


def read_back(work: Work, backs: Sequence[tuple[Json, Json]], timed: Iterable[Limit]) -> list[Reading]:
    """Read every reopened door, journal what it read, and return it.

    backs: each reopening that went through, with its outcome. timed: what is lost when it takes too long.
    """
    by_door: dict[DoorKey, list[tuple[Json, Json]]] = {}
    for operation, outcome in backs:
        by_door.setdefault(door_of(operation, work.services), []).append((operation, outcome))
    accounts, ends = accounts_of(work), {f"{UNDO_OPS}doors/{each.op}": each for each in timed}
    read = each_at_once(lambda door: _read(work, accounts, door, by_door[door], ends), by_door)
    work.journal.append(*(verdict_entry(each) for each in read))
    return read


def read_besides(work: Work, read: Sequence[Reading]) -> list[Reading]:
    """Read the other shut doors of the accounts that were given back; journal and return those open again.

    A deny, or a lost membership, shuts doors that no action of ours touched: they open with it.
    """
    given, done = {(each.key[0], each.key[2]) for each in read}, {each.key for each in read}
    accounts = accounts_of(work)
    besides = [
        door
        for door in work.case().doors.values()
        if (door.service, door.account) in given
        and door.key not in done
        and door.verdict in ("closed", "inferred")
    ]
    proofs = each_at_once(
        lambda door: proof_of(work, accounts[(door.service, door.account)], door.layer), besides
    )
    opened = [
        Reading(door.key, door.login, "open", f"open again with what was given back: {proof.why}")
        for door, proof in zip(besides, proofs, strict=True)
        if proof.verdict == "open"
    ]
    work.journal.append(*(verdict_entry(each) for each in opened))
    return opened


def accounts_of(work: Work) -> dict[tuple[str, str], Account]:
    """Return the accounts a case is about, by service and id."""
    case = work.case()
    return {(each.service, each.id): each for each in [*case.accounts, *case.linked]}


def proof_of(work: Work, account: Account, layer: str) -> Proof:
    """Read one door by its prove action; what cannot be read is unknown."""
    action = work.services.layer_action(account.service, "prove", layer)
    if action is None:
        return Proof("unknown", NO_PROOF)
    try:
        found: Proof = action.run(work.services.planning(account.service), account)
    except SeveranceError as error:
        return Proof("unknown", error.diagnostics())
    return found


def foreseen(work: Work, account: Account, operation: Json) -> Json:
    """Return what a reopening would do if it were done now: `{would, what, before}`."""
    task = task_of(operation, work.services, account)
    things = [task.thing] if task.thing else []
    return foresee(task.action, work.services.planning(account.service), account, *things, **task.arguments)


def waits_for(state: Json) -> str:
    """Return what the person must do before a reopened door is open, or nothing."""
    return str(state.get("waits_for") or "") if isinstance(state, dict) else ""


def _read(
    work: Work,
    accounts: Mapping[tuple[str, str], Account],
    door: DoorKey,
    backs: Sequence[tuple[Json, Json]],
    ends: Mapping[str, Limit],
) -> Reading:
    account, login = accounts[(door[0], door[2])], backs[0][0]["login"]
    proof = proof_of(work, account, door[1])
    shown = str(proof.state or "")
    for operation, outcome in backs:
        if proof.verdict == "open" and _still_waits(work, account, operation, outcome):
            after = outcome["after"]
            until = _later(outcome["confirmed_at"], after["waits_within"])
            why = f"reopened by this case's undo, once {after['waits_for']}, by {until}"
            end = ends.get(operation["op"])
            why += f"; only until {end.until}: {end.what}" if end else ""
            return Reading(door, login, "pending", why, until, shown)
    match proof.verdict:
        case "open":
            return Reading(door, login, "open", "reopened by this case's undo, and read back", "", shown)
        case "closed":
            return Reading(door, login, "closed", f"not back: {proof.why}", "", shown, gone=True)
        case "unknown":
            return Reading(
                door, login, "unknown", f"reopened, and cannot be read back: {proof.why}", "", shown
            )
    why = f"reopened by this case's undo, and does not read open yet: {proof.why}"
    return Reading(door, login, "pending", why, proof.until, shown)


def _still_waits(work: Work, account: Account, operation: Json, outcome: Json) -> bool:
    """Tell whether the person has yet to act: an interrupted undo may find that they did meanwhile."""
    if not waits_for(outcome["after"]):
        return False
    try:
        return bool(waits_for(foreseen(work, account, operation)["before"]))
    except SeveranceError:
        return True  # what cannot be read is as it was; the next look asks again


def _later(moment: str, within: str) -> str:
    return stamp(datetime.fromisoformat(moment) + timedelta(seconds=duration(within)))


def verdict_entry(read: Reading) -> Entry:
    """Return the record of what a reopened door read."""
    service, layer, account = read.key
    data: Json = {
        "service": service,
        "layer": layer,
        "account": account,
        "login": read.login,
        "verdict": read.verdict,
        "why": read.why,
        "until": read.until,
        "proof": read.proof,
        "closed_at": "",
        "step": UNDO,
        "late": [],
        "reopened": True,
    }
    return Entry("door.verdict", data)

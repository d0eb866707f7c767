"""Judges whether enough of the right people said yes to one plan, and to nothing else.

Pure: the caller brings what was recorded, the time, and who is eligible at that time. The same call
is made when a person clicks and again immediately before firing, so a person who lost a role, became
linked to the case, or was put on `never` in between no longer counts.

Rules after the OWASP Transaction Authorization cheat sheet (one authorisation an operation, bound to
its data, expiring, checked last before execution) and ASVS 5.0 section 2.3.5 (several people).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from runner.company import Person

__all__ = ["Decision", "Quorum", "Request", "Standing", "electorate", "eligible", "shortfall", "state"]

Electorate = Mapping[str, frozenset[str]]
"""Who may decide now: roles by person id."""


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many people must agree, and from which roles."""

    need: int
    """Distinct people; at least one for each entry of `each_of`."""
    of: tuple[str, ...] = ()
    """Roles whose members may decide, besides those of `each_of`."""
    each_of: tuple[str, ...] = ()
    """Roles that must each be filled by a person of their own."""
    within_s: float = 4 * 3600.0
    """Seconds from asking to expiry."""

    def __post_init__(self) -> None:
        """Refuse a quorum that nobody, or no time, would satisfy. Raises ValueError."""
        if self.need < 1 or self.within_s <= 0 or not self.roles:
            raise ValueError("a quorum needs at least one person, one role and some time")
        object.__setattr__(self, "need", max(self.need, len(self.each_of)))

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role whose members may decide."""
        return tuple(dict.fromkeys((*self.of, *self.each_of)))

    def raised(self, minimum: int) -> Quorum:
        """Return this quorum with `need` not under the settings' minimum; it is never lowered."""
        return replace(self, need=max(self.need, minimum))


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the deciders: may this plan, with this digest, go ahead?"""

    id: str
    digest: str
    """SHA-256 of the canonical plan."""
    quorum: Quorum
    starter: str
    """Person id of who started the case: never counts."""
    asked_at: datetime
    expires: datetime
    """From this moment on nothing counts; both times are aware."""
    declared_by: str = ""
    """Person id of who declared the emergency that it confirms: never counts either."""

    def asked_by(self, person: str) -> bool:
        """Tell whether this person started the case, or declared what is to be confirmed."""
        return person in (self.starter, self.declared_by)


@dataclass(frozen=True, slots=True)
class Decision:
    """One recorded act about a request, or (objections) about the whole case."""

    kind: Literal["given", "denied", "objected", "overruled", "used"]
    by: str
    """Person id; empty for `used`."""
    at: datetime
    request: str = ""
    """Empty for `objected` and `overruled`: they pause and release every request of the case."""
    digest: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request stands at one moment."""

    status: Literal["met", "open", "paused", "denied", "expired", "used"]
    counted: tuple[str, ...]
    """Person ids whose yes counts, in the order they gave it."""
    missing: str
    """What is still lacking, in words; empty when nothing is."""
    why: str

    @property
    def met(self) -> bool:
        """True when the plan may fire now."""
        return self.status == "met"


def eligible(person: Person, request: Request, barred: frozenset[str]) -> bool:
    """Tell whether a person may decide: holds a role of the quorum, did not ask for it, is not barred.

    barred: person ids, from `runner.people.barred`.
    """
    return (
        not request.asked_by(person.id)
        and person.id not in barred
        and not frozenset(person.roles).isdisjoint(request.quorum.roles)
    )


def electorate(
    people: Iterable[Person], request: Request, barred: frozenset[str]
) -> dict[str, frozenset[str]]:
    """Return everyone who may decide, with their roles: the last argument of `state`."""
    return {each.id: frozenset(each.roles) for each in people if eligible(each, request, barred)}


def state(request: Request, decisions: Sequence[Decision], now: datetime, electors: Electorate) -> Standing:
    """Judge a request at one moment.

    decisions: of the whole case, in journal order (order, not clocks, says what overrules what).
    electors: who is eligible at `now`, from `electorate`. A denial by an elector is final; an
    objection pauses until somebody overrules it on record, or the objector withdraws it the same way.
    """
    ours = [each for each in decisions if each.request == request.id]
    counted = _counted(request, ours, electors)
    missing = shortfall(request.quorum, {person: electors[person] for person in counted})
    if any(each.kind == "used" for each in ours):
        return Standing("used", counted, missing, "this approval was used once already")
    denial = next((each for each in ours if each.kind == "denied" and each.by in electors), None)
    if denial is not None:
        return Standing("denied", counted, missing, f"{denial.by} denied it: {denial.because}")
    if now >= request.expires:
        return Standing("expired", counted, missing, f"it expired at {request.expires.isoformat()}")
    objection = _standing_objection(decisions, electors)
    if objection is not None:
        return Standing("paused", counted, missing, f"{objection.by} objects: {objection.because}")
    if missing:
        return Standing("open", counted, missing, f"{len(counted)} of {request.quorum.need} people agreed")
    return Standing("met", counted, "", f"{len(counted)} people agreed")


def shortfall(quorum: Quorum, voters: Electorate) -> str:
    """Say what these people, all agreeing, would still lack; empty when they suffice.

    With the whole electorate as `voters` a non-empty answer means that nobody can ever approve.
    """
    lacking = quorum.need - len(voters)
    unfilled = _unfilled(quorum.each_of, voters)
    parts = [f"{lacking} more of {', '.join(quorum.roles)}"] if lacking > 0 else []
    if unfilled:
        parts.append(f"one person of their own for {', '.join(unfilled)}")
    return "; ".join(parts)


def _counted(request: Request, decisions: Iterable[Decision], electors: Electorate) -> tuple[str, ...]:
    """Return distinct electors who agreed to exactly this digest, while it could be agreed to."""
    agreed = (
        each.by
        for each in decisions
        if each.kind == "given"
        and each.digest == request.digest
        and request.asked_at <= each.at < request.expires
        and each.by in electors
        and not request.asked_by(each.by)
    )
    return tuple(dict.fromkeys(agreed))


def _standing_objection(decisions: Sequence[Decision], electors: Electorate) -> Decision | None:
    """Return the first objection that nobody entitled overruled afterwards."""
    standing: list[Decision] = []
    for each in decisions:
        if each.kind == "objected":
            standing.append(each)
        elif each.kind == "overruled":
            standing = [] if each.by in electors else [other for other in standing if other.by != each.by]
    return standing[0] if standing else None


def _unfilled(roles: Sequence[str], voters: Electorate) -> list[str]:
    """Return roles left over when every role gets a voter of its own (a maximum bipartite matching)."""
    filled: dict[str, int] = {}  # voter -> place in `roles`

    def place(index: int, tried: set[str]) -> bool:
        for voter, held in voters.items():
            if roles[index] in held and voter not in tried:
                tried.add(voter)
                if voter not in filled or place(filled[voter], tried):
                    filled[voter] = index
                    return True
        return False

    return [role for index, role in enumerate(roles) if not place(index, set())]

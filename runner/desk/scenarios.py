"""Scenarios: what a drill adds to a playbook, as data; `repertoire.py` reads them.

What is found is compared as text: `*` stands for anything, and a list fits when one of its entries does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from runner.actions.values import Json
from runner.database.journal import Record
from runner.language.fields import Name, Part, Text, wrong

__all__ = [
    "Answer", "Company", "Demand", "Doors", "Expected", "Happening", "Order", "Records", "Scenario", "Seen",
    "World",
]  # fmt: skip

_KINDS = "one of act, fault, heal and say"

Verb = Literal["note", "stop", "undo", "emergency", "object", "overrule"]
Plain = Annotated[bool | str, BeforeValidator(lambda it: {"true": True, "false": False}.get(it, it))]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Seen(Part):
    """Journal records of one kind, and of them those whose fields fit."""

    record: Text
    with_: Mapping[str, str] = Field(default={}, alias="with")
    """Dotted way to a field: its value, in which `*` stands for anything.

    A list fits when one entry does, an empty one when `none` is wanted."""

    def fits(self, record: Record) -> bool:
        """Tell whether a record is one of these."""
        return record["kind"] == self.record and all(
            _fits(record["data"], way.split("."), value) for way, value in self.with_.items()
        )

    @property
    def words(self) -> str:
        """Which records are meant, in a line."""
        told = ", ".join(f"{key} {value}" for key, value in self.with_.items())
        return f"{self.record}{f' ({told})' if told else ''}"


class When(Seen):
    """The moment at which the n-th such record is there."""

    nth: int = Field(default=1, ge=1)


class Records(Seen):
    """Such records at the end."""

    times: int | None = Field(default=None, ge=0)
    """How many there must be; one or more when not given."""


class Happening(Part):
    """What somebody, or time, does: on a service of the lab, or with a verb of severance."""

    when: When | None = None
    """The record after which it happens; at once when there is none."""
    on: Name | None = None
    act: Text | None = None
    """What the service's stand-in can do for a person."""
    with_: Mapping[str, Plain] = Field(default={}, alias="with")
    fault: Text | None = None
    """How the service fails, until it is healed."""
    match: Text = "."
    """A regular expression over `METHOD /path`."""
    status: int = Field(default=503, ge=400, le=599)
    seconds: float = Field(default=0, ge=0, le=600)
    """How late a service is that fails by `delay`."""
    heal: Name | None = None
    say: Verb | None = None
    by: Name | None = None
    because: Text = "part of the drill"

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        given = [each for each in ("act", "fault", "heal", "say") if getattr(self, each) is not None]
        if len(given) != 1:
            raise wrong("step-kind", _KINDS, given)
        if (self.act or self.fault) and not self.on:
            raise wrong("missing-key", "`on`, the service where it happens", given)
        return self

    @property
    def words(self) -> str:
        """What happens, in a line."""
        if self.say:
            return f"{self.by or 'somebody'} says {self.say}: {self.because}"
        if self.heal:
            return f"{self.heal} works again"
        if self.fault:
            return f"{self.on} fails ({self.fault}) on {self.match}"
        told = ", ".join(f"{key} {value}" for key, value in self.with_.items())
        return f"{self.on}: {self.act}{f' ({told})' if told else ''}"


class Answer(Part):
    """What people answer instead of what they usually do."""

    asked: Text
    """The request's name, in which `*` stands for anything."""
    answer: Text
    by: tuple[Name, ...] = ()
    """Everybody who is asked, when nobody is named."""


class Company(Part):
    """How the simulated company differs from the usual one."""

    services: int | None = Field(default=None, ge=1, le=64)
    latency_ms: float = Field(default=0, ge=0, le=60_000)
    eu_data: tuple[Name, ...] = ()
    protected: tuple[Mapping[str, str], ...] = ()
    never: tuple[Text, ...] = ()


class Demand(Part):
    """The message that the company received, where the playbook takes one."""

    weekday: Text | None = None
    """The latest one; now when none is named."""
    hour: int = Field(default=9, ge=0, le=23)
    """UTC."""
    taken: Text | None = None
    """What its writer says they have."""


class Doors(Part):
    """Doors that must be there at the end, all with one of these verdicts."""

    service: Text = "*"
    layer: Text = "*"
    of: Text = "*"
    """The login."""
    verdict: Annotated[tuple[str, ...], BeforeValidator(_listed)]


class World(Part):
    """What a service itself must say of somebody at the end."""

    on: Name
    at: tuple[Text, ...] = Field(min_length=1)
    """The way into its state, a key each."""
    has: Mapping[str, str]

    def found(self, state: Json) -> Json:
        """Return what is there, of a service's whole state; None when nothing is."""
        for key in self.at:
            state = state.get(key) if isinstance(state, dict) else None
        return state

    def holds(self, state: Json) -> bool:
        """Tell whether it is so, of a service's whole state."""
        found = self.found(state)
        return all(_fits(found, [key], value) for key, value in self.has.items())


class Order(Part):
    """Two records, the first before the second."""

    first: Seen
    then: Seen


class Expected(Part):
    """What must be true at the end."""

    outcome: Text | None = None
    exit: int | None = None
    """Of the run; not judged when not given, as is all else here."""
    doors: tuple[Doors, ...] = ()
    records: tuple[Records, ...] = ()
    order: tuple[Order, ...] = ()
    untouched: tuple[Text, ...] = ()
    """Mails of people on whose accounts no service was made to change anything."""
    world: tuple[World, ...] = ()
    report: tuple[Text, ...] = ()
    """Texts that the report must hold."""


class Scenario(Part):
    """One scenario, as written."""

    scenario: Name
    story: Text
    playbooks: tuple[Name, ...] = Field(min_length=1)
    """Names of the playbooks it fits."""
    subject: Text | None = None
    lab: Company = Company()
    demand: Demand = Demand()
    before: tuple[Happening, ...] = ()
    """What was done before anybody opened a case."""
    meanwhile: tuple[Happening, ...] = ()
    silent: tuple[Name, ...] = ()
    """People who never answer."""
    answers: tuple[Answer, ...] = ()
    expect: Expected


def _fits(found: Json, way: Sequence[str], wanted: str) -> bool:
    if isinstance(found, list):
        return any(_fits(each, way, wanted) for each in found) or (not found and wanted == "none")
    if way:
        return isinstance(found, dict) and way[0] in found and _fits(found[way[0]], way[1:], wanted)
    return fnmatchcase(json.dumps(found) if isinstance(found, bool) else str(found), wanted)

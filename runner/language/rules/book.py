"""What a rule sees of a playbook, and how a rule is declared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias, TypeVar

from runner.actions.contract import Action
from runner.language.known import Known
from runner.language.operations import OPERATIONS
from runner.language.playbook import DoStep, PageStep, Phase, Playbook, Step, TaskStep
from runner.language.signatures import Parameter, parameters
from runner.language.source import Source, Where
from runner.language.waits import closure, waits

__all__ = ["ALONE", "RULES", "Book", "Finding", "Rule", "Spot", "rule"]


class Finding(NamedTuple):
    """What a rule found, before it has a line and a column."""

    where: Where
    message: str
    help: str = ""
    on_key: bool = False


Rule: TypeAlias = Callable[["Book"], Iterable[Finding]]
R = TypeVar("R", bound=Rule)

RULES: dict[str, Rule] = {}


ALONE: set[str] = set()
"""Rules that judge one step or key by itself: they also run on what is left of a broken file."""


def rule(name: str, *, alone: bool = False) -> Callable[[R], R]:
    """Declare a rule under the name its problems carry."""

    def register(function: R) -> R:
        RULES[name] = function
        if alone:
            ALONE.add(name)
        return function

    return register


@dataclass(frozen=True)
class Spot:
    """A step in its place."""

    step: Step
    phase: Phase
    number: int
    """Of the phase, from 0."""
    where: Where

    def at(self, *keys: str | int) -> Where:
        """Return the way to a value of this step."""
        return (*self.where, *keys)


@dataclass(frozen=True)
class Book:
    """A playbook with its places, and what it may name."""

    playbook: Playbook
    source: Source
    known: Known
    people: Mapping[str, int] | None
    """How many people hold each role, where the settings are known."""
    counsel: Collection[str] = ("counsel",)
    """The roles whose people alone start and stop clocks."""

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """Every step, in the order written."""
        return tuple(
            Spot(step, phase, number, ("phases", number, "steps", index))
            for number, phase in enumerate(self.playbook.phases)
            for index, step in enumerate(phase.steps)
        )

    @cached_property
    def by_id(self) -> Mapping[str, Spot]:
        """The first step of each id."""
        found: dict[str, Spot] = {}
        for spot in self.spots:
            found.setdefault(spot.step.id, spot)
        return found

    @cached_property
    def _ancestors(self) -> Mapping[tuple[int, str], frozenset[str]]:
        found = {}
        for number, phase in enumerate(self.playbook.phases):
            near = waits(phase)
            found.update({(number, name): closure(near, name) for name in near})
        return found

    def before(self, spot: Spot) -> tuple[Spot, ...]:
        """Return the steps that are through when this one starts: earlier phases, and `after`."""
        near = self._ancestors[(spot.number, spot.step.id)]
        return tuple(
            each
            for each in self.spots
            if each.number < spot.number or (each.number == spot.number and each.step.id in near)
        )

    def is_before(self, first: Spot, then: Spot) -> bool:
        """Tell whether one step is through when the other starts."""
        return first.number < then.number or (
            first.number == then.number and first.step.id in self._ancestors[(then.number, then.step.id)]
        )

    def dos(self) -> Iterator[tuple[Spot, DoStep]]:
        """Yield the `do` steps."""
        for spot in self.spots:
            if isinstance(spot.step, DoStep):
                yield spot, spot.step

    def handing(self) -> Iterator[tuple[Spot, TaskStep | PageStep]]:
        """Yield the steps that may hand a document to people."""
        for spot in self.spots:
            if isinstance(spot.step, TaskStep | PageStep):
                yield spot, spot.step

    def action(self, step: DoStep) -> Action | None:
        """Return the vendor action a step names; None for `doors.*` and for what nobody knows."""
        return self.known.actions.get(step.do)

    def parameters(self, step: DoStep) -> Mapping[str, Parameter]:
        """Return what `with` of a step may hold; nothing for what nobody knows."""
        action, operation = self.action(step), OPERATIONS.get(step.do)
        return parameters(action) if action else operation.arguments if operation else {}

    def kind(self, step: DoStep) -> str:
        """Return the kind of what a step does; empty when unknown."""
        found = self.action(step) or OPERATIONS.get(step.do)
        return found.kind if found else ""

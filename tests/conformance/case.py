"""What one action is tried on: who and what it is about, what happened before, and its goal in the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from runner.actions.contract import ACTIONS
from runner.actions.values import Account, Document, Json, Thing, Who
from tests.conformance.world import Given, World, takes

__all__ = ["CRLF", "ENCODED", "MAREN", "PAGE", "UP", "Case", "ids", "says", "stored"]

UP, CRLF, ENCODED = "/../x", "\r\nX-Evil: 1", "%2f..%2fx"
PAGE = Document("page", "Page", "amber-falcon-7 needs you.")
MAREN = "maren.okafor@fjordlight.example"


@dataclass(frozen=True)
class Case:
    """What one action is tried on."""

    action: str
    goal: Callable[[Any, Any], bool]
    """Told the stand-in and the result; for actions that change something, the data of their outcome."""
    note: str = ""
    given: Callable[[Any], None] = lambda standin: None
    """What the world was brought to before: acts of people, not of ours."""
    first: Any = None
    """Who or which Observation a find starts from."""
    closing: tuple[str, ...] = ()
    """Our own closes that came before, each on everything its layer holds."""
    thing: Callable[[Thing], bool] = lambda thing: True
    """Which of the things found."""
    arguments: Json = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    """Further arguments that address something."""
    hostile: tuple[str, ...] = (UP, CRLF, ENCODED)
    """What no id of this action may end in."""
    of_somebody: bool = True
    """False for what no longer belongs to the account: its id is not even read."""

    def __str__(self) -> str:
        return f"{self.action} {self.note}".strip()

    def prepare(self, world: World) -> Given:
        """Bring the world to where the action starts."""
        action = ACTIONS[self.action]
        account = world.vendor.account if takes(action, "account") else None
        self.given(world.standin)
        thing = self._thing(world, account)
        befores = self._close(world, account)
        arguments = dict(self.arguments)
        if takes(action, "before"):
            arguments["before"] = befores[thing.id if thing else ""]
        return Given(account, thing if takes(action, "thing") else None, self.first, arguments)

    def _thing(self, world: World, account: Account | None) -> Thing | None:
        action = ACTIONS[self.action]
        close = action if action.kind == "close" else ACTIONS.get(next(iter(self.closing), ""))
        if close is None or not takes(close, "thing"):
            return None
        return next(each for each in world.things(account, close.layer) if self.thing(each))

    def _close(self, world: World, account: Account | None) -> dict[str, Json]:
        """Perform the closes that came before; returns what they recorded, by thing."""
        befores = {}
        for name in self.closing:
            close = ACTIONS[name]
            things = world.things(account, close.layer) if takes(close, "thing") else [None]
            for each in things:
                outcome = world.perform(close, Given(account, each))
                assert outcome["outcome"] == "changed", outcome
                befores[each.id if each else ""] = outcome["before"]
        return befores

    def bent(self, world: World, given: Given) -> list[Given]:
        """Return what the action would be given if somebody bent an id that goes into no request unread."""
        spoilt = []
        for tail in self.hostile:
            if given.account and self.of_somebody:
                spoilt.append(replace(given, account=replace(given.account, id=given.account.id + tail)))
            if isinstance(given.first, Who):
                spoilt.append(replace(given, first=Who(ids={world.vendor.name: world.vendor.account.id + tail})))
            for name in self.ids:
                value = given.arguments[name]
                worse = [f"{value[0]}{tail}"] if isinstance(value, list) else f"{value}{tail}"
                spoilt.append(replace(given, arguments={**given.arguments, name: worse}))
        return spoilt

    def bent_things(self, given: Given) -> list[Given]:
        """Return the same with a thing whose id, or whose part that goes into an address, is bent."""
        spoilt = []
        for tail in self.hostile:
            spoilt.append(replace(given.thing, id=given.thing.id + tail))
            parts = [key for key in ("client", "repo") if key in (given.thing.state or {})]
            for key in parts:
                state = {**given.thing.state, key: given.thing.state[key] + tail}
                spoilt.append(replace(given.thing, state=state))
        return [replace(given, thing=thing) for thing in spoilt]


def ids(found: list[Any]) -> set[str]:
    return {each.id for each in found}


def stored(at_least: int) -> Callable[[Any, Any], bool]:
    def goal(_standin: Any, outcome: Json) -> bool:
        return len(outcome["after"]) >= at_least and all(each["bytes"] > 0 for each in outcome["after"])

    return goal


def says(verdict: str) -> Callable[[Any, Any], bool]:
    return lambda _standin, proof: proof.verdict == verdict

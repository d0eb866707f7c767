"""Opens the services a case needs, once each, and hands contexts to actions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from runner.actions.contract import Action, Opening, Service
from runner.actions.gate import Gate
from runner.actions.live import Live, Patience, Recorder
from runner.actions.opening import ANSWER_S, SILENCE_S
from runner.actions.planning import Planning
from runner.actions.registry import actions_of, find_action, find_service
from runner.cases.skew import Skews
from runner.database.budgets import Budget
from runner.errors import CredentialsError, RefusedError, Stopped

__all__ = ["Services"]

VERSION = "0.1"


class Services:
    """The configured services, as one case sees them."""

    def __init__(
        self,
        vendors: Mapping[str, str],
        options: Callable[[str], Any],
        secret: Callable[[str], str],
        case: str,
        budgets: Mapping[str, Budget] = MappingProxyType({}),
    ) -> None:
        """vendors: vendor by configured name. options: a service's validated settings.

        secret: resolves a reference. case: the code name, which goes into the User-Agent. budgets: of the
        services whose requests are counted.
        """
        self._vendors, self._options, self._secret, self._case = vendors, options, secret, case
        self._budgets = budgets
        self._open: dict[str, tuple[Any, Gate]] = {}
        self._refused: list[Any] = []
        self.skews = Skews()
        self._lock = threading.Lock()
        self.stopping = threading.Event()
        """Set at the first signal: no write goes out any more, and nobody waits to send one."""
        self.patience = Patience(pause=self._pause)
        self.silence_s, self.answer_s = SILENCE_S, ANSWER_S

    def _pause(self, seconds: float) -> None:
        if self.stopping.wait(seconds):
            raise Stopped("stopped while a service asked to wait")

    def names(self) -> list[str]:
        """Return all configured names, in the order of the settings."""
        return list(self._vendors)

    def vendor(self, name: str) -> Service:
        """Return the vendor of a configured service. Raises RefusedError where it is no longer one."""
        return find_service(self._vendor_of(name))

    def doored(self) -> list[str]:
        """Return the services that have doors: those whose vendor can close something."""
        return [name for name in self._vendors if self.actions(name, "close")]

    def of_vendor(self, vendor: str) -> list[str]:
        """Return the configured services of one vendor."""
        return [name for name, its in self._vendors.items() if its == vendor]

    def actions(self, name: str, kind: str, finds: str | None = None) -> list[Action]:
        """Return what a configured service's vendor can do, of one kind."""
        return list(actions_of(self._vendor_of(name), kind, finds))

    def _vendor_of(self, name: str) -> str:
        """Return a vendor's name; a case may hold accounts of a service that the settings dropped since."""
        if name not in self._vendors:
            raise RefusedError(
                f"the settings have no service {name} any more, and the case has an account there",
                where=self._case,
                remedy=f"put {name} back into the settings until the case is closed",
            )
        return self._vendors[name]

    def layer_action(self, name: str, kind: str, layer: str, finds: str | None = None) -> Action | None:
        """Return the vendor's one action of a kind for a layer, if it has one."""
        return next((each for each in self.actions(name, kind, finds) if each.layer == layer), None)

    def open(self, name: str) -> tuple[Any, Gate]:
        """Open a service, or return it open. Raises CredentialsError and what `connect` raises."""
        with self._lock:
            if name not in self._open:
                vendor = self.vendor(name)
                gate = self._gate(name, vendor.reads)
                agent = f"severance/{VERSION} ({self._case})"
                limits, dated = (self.silence_s, self.answer_s), partial(self.skews.note, name)
                opening = Opening(name, gate, agent, self._secret, *limits, dated)
                self._open[name] = (vendor.connect(self._options(name), opening), gate)
            return self._open[name]

    def forget(self, name: str) -> None:
        """Open a service anew when it is needed next: its token was refused, and there may be a new one.

        The old connection is left as it is, since others may be in the middle of a request on it.
        """
        with self._lock:
            if opened := self._open.pop(name, None):
                self._refused.append(opened[0])

    def planning(self, name: str, key: str = "") -> Planning:
        """Return a context that changes nothing."""
        opened, _ = self.open(name)
        return Planning(self._case, key, name, opened, self._patience_of(name))

    def live(self, name: str, key: str, recorder: Recorder) -> Live:
        """Return a context that acts, and writes down what it does."""
        opened, gate = self.open(name)
        return Live(self._case, key, name, opened, gate, recorder, self._patience_of(name))

    def _gate(self, name: str, reads: Sequence[str]) -> Gate:
        budget = self._budgets.get(name)
        return Gate(reads, lambda waits: budget.spend(waits=waits)) if budget else Gate(reads)

    def _patience_of(self, name: str) -> Patience:
        budget = self._budgets.get(name)
        return replace(self.patience, limited=budget.limited) if budget else self.patience

    def find(self, name: str, action: Action, *arguments: object) -> list[Any]:
        """Run a `find` action of a service (a read, so under the planning context)."""
        try:
            found: Iterable[Any] = action.run(self.planning(name), *arguments)
        except CredentialsError:
            self.forget(name)
            raise
        return list(found)

    def by_name(self, action: str) -> Action:
        """Return an action by its full name. Raises KeyError."""
        return find_action(action)

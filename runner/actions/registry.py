"""Finds the vendors: every module of `integrations`, and every entry point of the same name.

`runner` never names a vendor. A module that does not load is fatal, never skipped: a missing
integration would be a door nobody looks at.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from threading import RLock

from runner.actions.contract import ACTIONS, SERVICES, Action, Service

__all__ = ["actions_of", "discover", "discover_vendor", "find_action", "find_service"]

ENTRY_POINTS = "severance.integrations"
_LOADING = RLock()  # sixty services that are opened at once would each look through all distributions


@cache
def discover() -> None:
    """Import every integration once, so that `ACTIONS` and `SERVICES` are full."""
    with _LOADING:
        for name in _shipped():
            importlib.import_module(name)
        _plugged_in()


def discover_vendor(vendor: str) -> None:
    """Import the integration that declares a vendor, if there is one: a company has few of those we ship.

    One that another distribution brings may stand under any name there, so all of those are imported.
    """
    ours = f"integrations.{vendor}"
    with _LOADING:
        if ours in _shipped():
            importlib.import_module(ours)
        else:
            _plugged_in()


@cache
def _shipped() -> list[str]:
    package = importlib.import_module("integrations")
    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    return [f"integrations.{name}" for name in names if name != "lab"]  # which declares no actions


@cache
def _plugged_in() -> None:
    for point in entry_points(group=ENTRY_POINTS):
        point.load()


def find_action(name: str) -> Action:
    """Return the action of this name. Raises KeyError."""
    discover_vendor(name.partition(".")[0])
    return ACTIONS[name]


def find_service(vendor: str) -> Service:
    """Return the vendor of this name. Raises KeyError."""
    discover_vendor(vendor)
    return SERVICES[vendor]


def actions_of(vendor: str, kind: str, finds: str | None = None) -> Iterable[Action]:
    """Return a vendor's actions of one kind, in the order its module declares them."""
    discover_vendor(vendor)
    return [
        each
        for each in ACTIONS.values()
        if each.vendor == vendor and each.kind == kind and (finds is None or each.finds == finds)
    ]

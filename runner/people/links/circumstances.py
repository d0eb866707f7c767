"""Knows what two honest people share because they live, or are employed, together."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from runner.people.links.observations import KINDS

__all__ = ["Shared", "shared_at_home", "shared_by_agency"]

Shared: TypeAlias = tuple[str, int]
"""A kind, and how many people besides the subject show the value."""
_ROOF = frozenset({"address", "ip"})
"""Sharing one of these may mean one roof."""


def shared_at_home(reasons: Collection[Shared]) -> frozenset[Shared]:
    """Return what of this one household explains; nothing where nothing speaks for one roof."""
    roof = any(kind in _ROOF for kind, _ in reasons)
    return frozenset(each for each in reasons if roof and each[1] <= KINDS[each[0]].at_home)


def shared_by_agency(reasons: Collection[Shared]) -> frozenset[Shared]:
    """Return what of this one agency explains; nothing where no pay goes to one account."""
    paid = any(kind == "payout-account" for kind, _ in reasons)
    return frozenset(each for each in reasons if paid and KINDS[each[0]].at_agency)

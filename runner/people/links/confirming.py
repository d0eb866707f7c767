"""Counts who confirms a link: two different people who may, each naming the same account."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

__all__ = ["PEOPLE", "confirmed"]

PEOPLE = 2
"""Never fewer, whatever a playbook says: one person's suspicion links nobody."""


def confirmed(
    keys: Iterable[str],
    chosen: Mapping[str, Collection[str]],
    electors: Mapping[str, Collection[str]],
    need: int = PEOPLE,
) -> dict[str, tuple[str, ...]]:
    """Return who confirmed each candidate that at least `need` different people named.

    keys: candidates, as `service/id`. chosen: keys by person id, the last answer of each. electors: by
    key, the person ids who may confirm it now; nobody confirms a link to themselves. need: raised to two.
    """
    found = {
        key: tuple(sorted(who for who, named in chosen.items() if key in named and who in electors[key]))
        for key in keys
    }
    return {key: people for key, people in found.items() if len(people) >= max(PEOPLE, need)}

"""Who of a role is on duty: resolved anew at each question and each reminder, from the settings' rotas."""

from __future__ import annotations

from datetime import datetime, timedelta

from runner.company import Person, Rota
from runner.people.directory import Directory

__all__ = ["on_duty", "turn"]


def on_duty(directory: Directory, role: str, moment: datetime, kept_out: frozenset[str]) -> list[Person]:
    """Return whom to wake of a role: who is on duty, or everyone where no rota names somebody who may know.

    kept_out: ids of people who must not learn of the case. A rota says who is woken, never who may decide.
    """
    members = [each for each in directory.members(role) if each.id not in kept_out]
    rota = directory.rota(role)
    now = turn(rota, moment) if rota else ""
    return [each for each in members if each.id == now] or members


def turn(rota: Rota, moment: datetime) -> str:
    """Return the id of whose turn it is; before the rota began, the first one's."""
    passed = max(timedelta(0), moment - rota.since)
    return rota.order[passed // timedelta(days=rota.days) % len(rota.order)]

"""Which case needs a person most: how every case stands, the most urgent first. Executes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import cache

from runner.actions.values import Json
from runner.casefile.course import phases_of
from runner.casefile.state import STATES, State, state_of
from runner.database.stored import strange_runs
from runner.desk.office import Office

__all__ = ["in_order_of_need", "left_behind", "needs", "standing_of_case"]

_LEFT_BEHIND = STATES[:2]
"""Dead-lettered, stranded: nothing moves it on before a person does."""


def standing_of_case(office: Office, code: str) -> State:
    """Return how a case stands. Raises RefusedError, in a stranger's words, and StorageError."""
    return _standing(office, code, lambda: strange_runs(office.database, code))


def in_order_of_need(office: Office, codes: Iterable[str]) -> list[tuple[str, State]]:
    """Return cases with how they stand: who needs a person most first, and of those alike the oldest."""
    stored = cache(lambda: strange_runs(office.database))  # asked once, and only if one has begun
    found = [(code, _standing(office, code, stored)) for code in codes]
    return sorted(found, key=lambda each: each[1].urgency())


def _standing(office: Office, code: str, stored: Callable[[], Mapping[str, str]]) -> State:
    case = office.case(code)
    held = case.under_way and office.held(code)
    begun = any(each != "finished" for each in case.phases.values())
    strange = stored().get(code, "") if begun and not held else ""
    return state_of(case, phases_of(office.playbook(case), case), held=held, stored=strange)


def left_behind(office: Office) -> list[tuple[str, State]]:
    """Return the cases that nothing moves on before a person does, with how they stand."""
    return [each for each in in_order_of_need(office, office.codes()) if each[1].word in _LEFT_BEHIND]


def needs(state: State) -> Json:
    """Return `state`, in one word, and `needs`: why, the next command, and by when."""
    told = asdict(state)
    return {"state": told.pop("word"), "needs": told}

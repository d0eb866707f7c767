"""An answer that is not what its vendor documents is a failure of that service, and of nothing else.

The hands read answers as they are documented. A field that is gone, a number where a text was, a list where
an object was, meets them as a KeyError or a TypeError; let through, it would end the case at every resume,
with the doors of all other services still open in it.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar

from runner.actions.values import Account, Observation, Thing
from runner.errors import ServiceError

__all__ = ["as_documented"]

P = ParamSpec("P")
R = TypeVar("R")

_MET = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)
"""What reading a value of another shape raises; whatever else an action raises is somebody else's."""


def as_documented(function: Callable[P, R], where: str = "") -> Callable[P, R]:
    """Return an action's function that raises ServiceError where an answer has not the documented form.

    where: the service, for errors; the one of its context when empty.

    What it found is looked at as well: an id that is no text, or is empty, names nobody.
    """

    @functools.wraps(function)
    def run(*given: P.args, **named: P.kwargs) -> R:
        try:
            found = function(*given, **named)
            _look_at(found)
        except _MET as wrong:
            raise _drifted(where or _service(given), wrong) from wrong
        return found

    return run


def _look_at(found: object) -> None:
    """Raise TypeError for a finding without the texts that every surface takes for granted."""
    for each in found if isinstance(found, list) else ():
        for text in _texts(each):
            if not isinstance(text, str):
                raise TypeError("an id or a name is no text")
        if isinstance(each, Account | Thing) and not each.id:
            raise ValueError("an id is empty")


def _texts(found: object) -> Iterable[object]:
    match found:
        case Account(id=key, login=login):
            return key, login
        case Thing(id=key, label=label):
            return key, label
        case Observation(value=value, label=label):
            return value, label
    return ()


def _service(given: Iterable[Any]) -> str:
    return next((str(each.service) for each in given if hasattr(each, "service")), "")


def _drifted(where: str, wrong: Exception) -> ServiceError:
    place = traceback.extract_tb(wrong.__traceback__)[-1]
    file = "/".join(place.filename.split("/")[-2:])
    # Never the error's own words: they repeat what the service sent.
    return ServiceError(
        f"an answer has not the form its vendor documents ({type(wrong).__name__}, {file}:{place.lineno})",
        where=where,
        remedy="read it by hand at the service, and report this with the answer",
    )

"""An answer that is not as documented ends an action as a failure of its service, not as a defect of ours.

Interfaces drift: a field is gone, a list has become an object. One service that does so must not end a phase
in which others close their doors; and what was written before the answer came stays to be read back.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.errors import ServiceError

__all__ = ["steady"]

_STUMBLES = (LookupError, TypeError, AttributeError, ValueError, RecursionError)


def steady(name: str, function: Callable[..., Any], where: str = "") -> Callable[..., Any]:
    """Return a function made to raise ServiceError where it stumbles over an answer; its signature stays.

    name: the action's. where: for errors; the service of its context when empty.
    """

    @functools.wraps(function)
    def run(first: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return function(first, *arguments, **named)
        except _STUMBLES as wrong:
            service = where or first.service
            raise ServiceError(
                f"{name}: the service answered otherwise than it documents ({_place(wrong)})",
                where=service,
                remedy=f"severance doctor {service}; if it stays so, report it",
            ) from wrong

    return run


def _place(wrong: BaseException) -> str:
    """Say where it stumbled, and over what kind of thing; none of the answer itself."""
    at = wrong.__traceback__
    while at and at.tb_next:
        at = at.tb_next
    where = f" at {Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else ""
    return type(wrong).__name__ + where

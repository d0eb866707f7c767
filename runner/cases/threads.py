"""Does the same thing to many objects at once, in threads of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["each_at_once"]

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 32  # reads of one step in flight together; services' own limits are far above (Okta: 75 an org)


def each_at_once(do: Callable[[T], R], items: Iterable[T], at_once: int = AT_ONCE) -> list[R]:
    """Do the same to every item at once, and return the results in the items' order.

    Raises the first failure, after all have ended.
    """
    work: Sequence[T] = list(items)
    if not work:
        return []
    with ThreadPoolExecutor(max_workers=min(at_once, len(work))) as pool:
        return list(pool.map(do, work))

"""Does the same thing to many objects at once, in threads of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

__all__ = ["each_at_once", "each_within"]

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


def each_within(seconds: float, do: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Do the same to every item at once, and return what is done after some seconds; the rest runs on.

    Raises the first failure among what is done.
    """
    ends: list[Future[R]] = []
    for item in items:
        end: Future[R] = Future()
        ends.append(end)
        threading.Thread(target=_into, args=(end, do, item), daemon=True).start()
    done, _ = wait(ends, timeout=seconds)
    return [end.result() for end in ends if end in done]


def _into(end: Future[R], do: Callable[[T], R], item: T) -> None:
    try:
        end.set_result(do(item))
    except BaseException as error:  # noqa: BLE001  the caller hears of it from the future
        end.set_exception(error)

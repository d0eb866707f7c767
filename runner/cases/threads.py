"""Does the same thing to many objects at once, in threads of its own."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from typing import TypeVar

__all__ = ["apart", "each_at_once", "each_by", "each_within", "meanwhile"]

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 32  # requests of a step in flight together at one service; its limits are above (Okta: 75 an org)


def each_at_once(do: Callable[[T], R], items: Iterable[T], at_once: int = AT_ONCE) -> list[R]:
    """Do the same to every item at once, and return the results in the items' order.

    Raises the first failure, after all have ended.
    """
    work: Sequence[T] = list(items)
    if not work:
        return []
    with ThreadPoolExecutor(max_workers=min(at_once, len(work))) as pool:
        return list(pool.map(do, work))


def each_by(
    service: Callable[[T], str], do: Callable[[T], R], items: Iterable[T], at_once: int = AT_ONCE
) -> list[R]:
    """Do the same to every item at once, and return the results in the items' order.

    No service waits for another: each has threads of its own, so many at once. Raises the first failure,
    after all have ended.
    """
    with ExitStack() as open_pools:
        pools: defaultdict[str, ThreadPoolExecutor] = defaultdict(
            lambda: open_pools.enter_context(ThreadPoolExecutor(at_once))
        )
        ends = [pools[service(item)].submit(do, item) for item in items]
    return [end.result() for end in ends]


@contextmanager
def meanwhile(do: Callable[[], R]) -> Iterator[Future[R]]:
    """Do something in a thread of its own beside the block, which ends no sooner than that does."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(do)


async def apart(do: Callable[[], R]) -> R:
    """Do something that blocks in a thread of its own, and return what it returns.

    asyncio's own pool has few threads (six on two processors): logs kept for hours would take them all, and
    nobody's answer would be seen any more.
    """
    end: Future[R] = Future()
    end.set_running_or_notify_cancel()
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(_into, end, lambda _: do(), None), daemon=True).start()
    return await asyncio.wrap_future(end)


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

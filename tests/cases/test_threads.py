from __future__ import annotations

import asyncio
import threading

import pytest

from runner.cases.threads import apart, each_by, meanwhile


def test_no_service_waits_for_another_and_results_come_in_order():
    together = threading.Barrier(3)  # breaks unless all three are under way at once

    def do(item):
        together.wait(10)
        return item

    items = [("okta", 1), ("github", 2), ("google", 3)]
    assert each_by(lambda item: item[0], do, items, at_once=1) == items


def test_one_service_is_asked_no_more_at_once_than_it_may_be():
    lock, now, most = threading.Lock(), [0], [0]

    def do(_item):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        with lock:
            now[0] -= 1

    each_by(lambda _: "okta", do, range(200), at_once=2)
    assert 1 <= most[0] <= 2


def test_the_first_failure_is_raised_after_all_have_ended():
    ended = []

    def do(item):
        if item == "okta":
            raise ValueError(item)
        ended.append(item)

    with pytest.raises(ValueError, match="okta"):
        each_by(str, do, ["okta", "github", "google"])
    assert sorted(ended) == ["github", "google"]


def test_what_is_done_meanwhile_is_done_when_the_block_ends():
    go = threading.Event()
    with meanwhile(lambda: go.wait(10)) as done:
        go.set()
    assert done.result() is True


def test_many_things_that_block_hold_back_neither_each_other_nor_the_loop():
    """Asyncio's own pool has at most 32 threads, and five where there is one processor."""
    count = 40
    together = threading.Barrier(count)

    async def run():
        waiting = [asyncio.ensure_future(apart(lambda: together.wait(30))) for _ in range(count)]
        assert await asyncio.to_thread(lambda: "looked") == "looked"
        return await asyncio.gather(*waiting)

    assert sorted(asyncio.run(run())) == list(range(count))


def test_a_failure_apart_is_raised_where_it_is_awaited():
    def fail():
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(apart(fail))

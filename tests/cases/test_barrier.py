from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from runner.cases.barrier import Barrier
from runner.database.journal import Entry, Journal
from runner.database.opening import open_database
from runner.errors import Stopped, StorageError

HEADS = ("lock", "burn", "evict")


@pytest.fixture
def journal(tmp_path):
    database = open_database(tmp_path / "state")
    yield Journal(database, "amber-falcon-7", redact=str)
    database.dispose()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(8) as pool:
        yield pool


def intent(name):
    return Entry("write.intent", {"op": name})


def commit_to(journal):
    batches = []

    def commit(entries):
        batches.append([each.data.get("op", "fired") for each in entries])
        journal.append(*entries)

    return commit, batches


def arriving(barrier, name, went):
    """Arrive, and note that the write went out."""
    barrier.arrive(name, intent(name))
    went.append(name)


def test_no_head_goes_out_before_the_last_is_ready_and_then_all_do(journal, pool):
    commit, _ = commit_to(journal)
    barrier, went = Barrier(HEADS, commit), []
    early = [pool.submit(arriving, barrier, name, went) for name in HEADS[:2]]
    while sum(head.intent is not None for head in barrier._heads.values()) < 2:
        assert not barrier.fired.wait(0.01)
    assert went == []
    assert journal.read() == []
    arriving(barrier, HEADS[2], went)
    for each in early:
        each.result()
    assert sorted(went) == sorted(HEADS)


def test_the_intents_of_all_heads_are_durable_in_one_transaction_with_the_firing(journal, pool):
    commit, batches = commit_to(journal)
    barrier = Barrier(HEADS, commit)
    list(pool.map(lambda name: barrier.arrive(name, intent(name)), HEADS))
    assert batches == [[*HEADS, "fired"]]
    fired = journal.read()[-1]
    assert fired["kind"] == "lockdown.fired"
    assert fired["data"]["heads"] == list(HEADS)
    assert fired["data"]["stragglers"] == []


def test_a_head_that_is_late_is_named_and_goes_out_alone_with_its_own_intent(journal, pool):
    commit, batches = commit_to(journal)
    barrier = Barrier(HEADS, commit, within_s=0.05)
    list(pool.map(lambda name: barrier.arrive(name, intent(name)), HEADS[:2]))
    assert batches == [["lock", "burn", "fired"]]
    [straggler] = journal.read()[-1]["data"]["stragglers"]
    assert straggler["name"] == "evict"
    barrier.arrive("evict", intent("evict"))
    assert batches[1:] == [["evict"]]


@pytest.mark.parametrize("first", ["leaves", "arrives"])
def test_a_head_with_nothing_to_write_holds_nobody(journal, pool, first):
    commit, batches = commit_to(journal)
    barrier = Barrier(HEADS[:2], commit)
    if first == "leaves":
        barrier.leave("burn")
        barrier.arrive("lock", intent("lock"))
    else:
        waiting = pool.submit(barrier.arrive, "lock", intent("lock"))
        barrier.leave("burn")
        waiting.result()
    assert batches == [["lock", "fired"]]
    assert journal.read()[-1]["data"]["stragglers"] == []


def test_a_lockdown_in_which_nothing_is_to_be_written_still_says_that_it_fired(journal):
    commit, batches = commit_to(journal)
    barrier = Barrier(HEADS[:1], commit)
    barrier.leave("lock")
    assert barrier.fired.is_set()
    assert batches == [["fired"]]
    assert journal.read()[-1]["data"]["heads"] == []


@pytest.mark.parametrize("error", [StorageError("the disk is full"), Stopped("stopped before")])
def test_a_commit_that_fails_lets_no_head_out_and_every_head_hears_why(pool, error):
    def commit(entries):
        raise error

    barrier, went = Barrier(HEADS, commit), []
    waiting = [pool.submit(arriving, barrier, name, went) for name in HEADS]
    assert [type(each.exception()) for each in waiting] == [type(error)] * 3
    assert went == []


def test_a_head_that_comes_after_a_commit_failed_does_not_slip_out_without_its_own_intent(pool):
    tries = []

    def commit(entries):
        tries.append(len(entries))
        raise StorageError("the disk is full")

    barrier = Barrier(HEADS[:2], commit, within_s=0.02)
    with pytest.raises(StorageError):
        barrier.arrive("lock", intent("lock"))
    with pytest.raises(StorageError):
        barrier.arrive("burn", intent("burn"))
    assert tries == [2, 1]


def test_many_heads_on_threads_of_their_own_all_go_out_once(journal):
    names = [f"head-{number}" for number in range(40)]
    commit, batches = commit_to(journal)
    barrier, went, lock = Barrier(names, commit), [], threading.Lock()

    def come(name):
        barrier.arrive(name, intent(name))
        with lock:
            went.append(name)
        barrier.leave(name)

    with ThreadPoolExecutor(40) as heads:
        list(heads.map(come, names))
    assert sorted(went) == sorted(names)
    assert [len(each) for each in batches] == [41]

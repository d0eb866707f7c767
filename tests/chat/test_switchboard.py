"""What the chat remembers is shared by every process of one store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from runner.database.opening import open_database
from runner.database.switchboard import Posted, Switchboard


@pytest.fixture
def two(tmp_path):
    """Two processes' views of one store: an engine each."""
    engines = [open_database(tmp_path / "store") for _ in range(2)]
    yield [Switchboard(each) for each in engines]
    for each in engines:
        each.dispose()


def test_of_many_copies_one_is_new(two):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda at: two[at % 2].first("trigger/1.2.3"), range(40)))

    assert answers.count(True) == 1


def test_a_delivery_is_forgotten_once_nobody_sends_it_again(two):
    two[0].first("event/1")
    two[0].forget_deliveries(datetime.now(UTC) - timedelta(hours=1))
    assert not two[1].first("event/1")

    two[0].forget_deliveries(datetime.now(UTC) + timedelta(seconds=1))
    assert two[1].first("event/1")


def test_another_channel_has_nothing_posted_in_it(two):
    two[0].settle("amber-falcon-71", "C1")
    two[0].posted("amber-falcon-71", "case", Posted("1.1", "a"))
    two[0].posted("amber-falcon-71", "case", Posted("1.1", "b"))
    assert two[1].cards("amber-falcon-71") == {"case": Posted("1.1", "b")}

    two[1].settle("amber-falcon-71", "C2")
    assert (two[0].channel("amber-falcon-71"), two[0].cards("amber-falcon-71")) == ("C2", {})


def test_a_channel_that_changes_is_heard_of_by_all(two):
    two[0].settle("amber-falcon-71", "C1")
    assert two[1].changes() == {"amber-falcon-71": ("C1", 0)}

    two[0].changed("C1")
    two[0].changed("C9")
    two[1].changed("C1")
    assert two[0].changes() == two[1].changes() == {"amber-falcon-71": ("C1", 2)}

    two[1].settle("amber-falcon-71", "")
    assert two[0].changes() == {}

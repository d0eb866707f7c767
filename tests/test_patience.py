"""How a call waits for a service that says "not now"."""

from __future__ import annotations

import pytest

from runner.actions.live import Patience, patiently
from runner.errors import RateLimited


def waits(*asked: float, total_s: float = 120) -> list[float]:
    """Return how long a call waited between its tries; the last answer is said again for ever."""
    paused: list[float] = []

    def call() -> None:
        said = asked[min(len(paused), len(asked) - 1)]
        raise RateLimited("not now", wait_s=said)

    with pytest.raises(RateLimited):
        patiently(call, Patience(total_s=total_s, pause=paused.append))
    return paused


def test_a_service_that_names_no_time_is_asked_less_and_less_often():
    found = waits(0)
    assert found == sorted(found)
    assert found[:4] == [0.05, 0.1, 0.2, 0.4]
    assert max(found) == 5
    assert len(found) < 40
    assert 110 < sum(found) <= 120


@pytest.mark.parametrize(
    ("asked", "waited"), [((2, 2, 70, 70), [2, 2, 70]), ((120,), [120]), ((121,), []), ((1e9,), [])]
)
def test_the_time_a_service_names_is_waited_for_whole_or_not_at_all(asked, waited):
    assert waits(*asked) == waited

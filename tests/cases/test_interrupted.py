"""Whether a case's runner was ended from outside, as its journal tells: such a case is gone on with by itself."""

from __future__ import annotations

import pytest

from runner.casefile.folding import fold

STARTED = ("run.started", {"executor": "e", "host": "h", "pid": 1})
TERMINATED = ("stop.asked", {"by": "signal", "because": "SIGTERM"})
HUNG_UP = ("stop.asked", {"by": "signal", "because": "SIGHUP"})
INTERRUPTED = ("stop.asked", {"by": "signal", "because": "SIGINT"})
ASKED = ("stop.asked", {"by": "ingrid", "because": "SIGTERM"})
REFUSED = ("run.ended", {"executor": "e", "why": "denied"})
STOPPED = ("run.ended", {"executor": "e", "why": "stopped"})


def folded(*records):
    return fold([{"seq": at, "at": "", "kind": kind, "data": data} for at, (kind, data) in enumerate(records, 1)])


@pytest.mark.parametrize(
    ("records", "interrupted"),
    [
        ((), False),
        ((STARTED,), True),  # killed, or at work
        ((STARTED, REFUSED), False),
        ((STARTED, TERMINATED), True),
        ((STARTED, TERMINATED, STOPPED), True),
        ((STARTED, HUNG_UP, STOPPED), True),
        ((STARTED, TERMINATED, STOPPED, STARTED, REFUSED), False),
        ((STARTED, INTERRUPTED, STOPPED), False),
        ((STARTED, ASKED, STOPPED), False),
        ((STARTED, ASKED), False),  # killed while it stopped because somebody wanted it to
    ],
)
def test_only_what_was_ended_from_outside_is_interrupted(records, interrupted):
    assert folded(*records).interrupted is interrupted
